/** `oncehook reconcile`: what it looks at, and what it makes of what was found. A run on a whole stack is in test/engines/payments-command.test.ts. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import { type Difference, differenceItem, type Report, reportItem } from '../../lambdas/core/reconciliation.ts';
import { isoTime } from '../../lambdas/core/time.ts';
import { createDynamoDbEngine } from '../../local/engines/dynamodb/dynamodb-engine.ts';
import { startEmbeddedServer } from '../../local/engines/embedded-server.ts';
import type { LoopbackServer } from '../../local/loopback-server.ts';
import { createKeyedTable } from '../pipeline/keyed-table.ts';
import { withPayments } from './fake-payments.ts';
import { type FakeStack, startFakeStack, withQueue } from './fake-stack.ts';
import { runCommand } from './run-command.ts';
import { mockStoredSecrets } from './stored-secrets.ts';

const secrets = mockStoredSecrets();
let engine: LoopbackServer;
let tables: DynamoDBDocumentClient;
let stack: FakeStack;
let withOther = false;

beforeAll(async () => {
  const dynamodb = createDynamoDbEngine({ clock: systemClock, random: systemRandom });
  engine = await startEmbeddedServer({ dynamodb, clock: systemClock, random: systemRandom });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ region: 'us-east-1', endpoint: engine.url, credentials, maxAttempts: 1 });
  tables = DynamoDBDocumentClient.from(client);
  await createKeyedTable(client, 'Reconciliation-1', { sorted: true });
  const endpoints = { dynamodb: engine.url, sqs: 'http://127.0.0.1:1', secretsmanager: 'http://127.0.0.1:1' };
  stack = await startFakeStack({
    describe: (description) => ({ ...withPayments(withOther ? withQueue(description) : description, 'http://127.0.0.1:1'), endpoints }),
  });
});

afterAll(async () => {
  tables.destroy();
  await stack.close();
  await engine.stop();
});

beforeEach(() => {
  secrets.reset();
  withOther = false;
});

const reconcile = (...argv: string[]) => runCommand(['reconcile', ...argv, '--url', stack.url]);

const [FROM, TO] = ['2026-11-24T22:00:00.000Z', '2026-11-25T22:00:00.000Z'];
const RUN_ID = `24h#${FROM}#${TO}#2026-11-25T22:15:00.000Z`;
const report = (more: Partial<Report> = {}): Report => ({
  runId: RUN_ID,
  window: { fromSeconds: Date.parse(FROM) / 1000, toSeconds: Date.parse(TO) / 1000 },
  counts: { events: 10, payments: 4, transactions: 10 },
  differences: 2,
  injected: 1,
  finishedAt: '2026-11-25T22:15:03.000Z',
  dryRun: false,
  notes: ['Nobody knows more.'],
  ...more,
});
const found: readonly Difference[] = [
  { what: 'event', id: 'stripe#-#test#evt_1', difference: 'missing here', theirs: 'charge.refunded', injected: true },
  { what: 'payment', id: 'pay_1', difference: 'amount', ours: '77', theirs: '1001' },
  { what: 'transaction', id: 'pi_"2", or so', difference: 'missing here', theirs: 'payment 5001 eur' },
];

async function keep(stored: Report, differences: readonly Difference[]): Promise<void> {
  const items = [reportItem('stripe', stored), ...differences.map((one) => differenceItem('stripe', stored.runId, one))];
  for (const Item of items) await tables.send(new PutCommand({ TableName: 'Reconciliation-1', Item }));
}

describe('oncehook reconcile --last', () => {
  it('says so where no run has ended yet', async () => {
    expect(await reconcile('--last')).toMatchObject({
      code: 1,
      err: expect.stringContaining('No reconciliation of stripe has come to its end'),
    });
  });

  it('shows what differs, and apart from it what was brought in, and exits with 1', async () => {
    await keep(report({ finishedAt: '2026-11-24T22:15:03.000Z', runId: 'older' }), []);
    await keep(report(), found);

    const { code, out } = await reconcile('--last');

    expect(code).toBe(1);
    expect(out).toBe(
      [
        'stripe: 2026-11-24T22:00:00.000Z to 2026-11-25T22:00:00.000Z',
        '  compared     10 events, 4 payments, 10 movements on the balance',
        '  differences  2',
        '  injected     1',
        '  finished     2026-11-25T22:15:03.000Z',
        '  note         Nobody knows more.',
        '',
        'what         id             difference    ours  theirs',
        'payment      pay_1          amount        77    1001',
        'transaction  pi_"2", or so  missing here        payment 5001 eur',
        '',
        'brought in, and taking effect as their webhooks would have:',
        'what   id                   theirs',
        'event  stripe#-#test#evt_1  charge.refunded',
        '',
      ].join('\n'),
    );
  });

  it('is RFC 4180 for a spreadsheet', async () => {
    const { code, out } = await reconcile('--last', '--format', 'csv');

    const run = `stripe,${RUN_ID}`;
    expect(code).toBe(1);
    expect(out).toBe(
      [
        'source,run,what,id,difference,ours,theirs,injected',
        `${run},event,stripe#-#test#evt_1,missing here,,charge.refunded,true`,
        `${run},payment,pay_1,amount,77,1001,false`,
        `${run},transaction,"pi_""2"", or so",missing here,,payment 5001 eur,false`,
        '',
      ].join('\r\n'),
    );
  });

  it('has a stable form as JSON', async () => {
    const { out } = await reconcile('--last', '--source', 'stripe', '--format', 'json');

    expect(JSON.parse(out)).toEqual([
      {
        source: 'stripe',
        runId: RUN_ID,
        from: FROM,
        to: TO,
        dryRun: false,
        open: false,
        code: null,
        finishedAt: '2026-11-25T22:15:03.000Z',
        counts: { events: 10, payments: 4, transactions: 10 },
        differences: [
          { what: 'event', id: 'stripe#-#test#evt_1', difference: 'missing here', ours: null, theirs: 'charge.refunded', injected: true },
          { what: 'payment', id: 'pay_1', difference: 'amount', ours: '77', theirs: '1001', injected: false },
          { what: 'transaction', id: 'pi_"2", or so', difference: 'missing here', ours: null, theirs: 'payment 5001 eur', injected: false },
        ],
        notes: ['Nobody knows more.'],
      },
    ]);
  });

  it('exits with 0 where only what was brought in was missing', async () => {
    const [injected] = found;
    const newer = report({
      runId: `3h#${FROM}#${TO}#2026-11-25T23:15:00.000Z`,
      finishedAt: '2026-11-25T23:15:03.000Z',
      differences: 0,
      notes: [],
    });
    await keep(newer, injected === undefined ? [] : [injected]);

    expect(await reconcile('--last')).toMatchObject({ code: 0, out: expect.stringMatching(/\n\nall equal but for these\n$/) });
  });
});

describe('oncehook reconcile', () => {
  it('exits with 1 where the run was stopped, and says why and how it goes on', async () => {
    secrets.store('payments/stripe');
    const hour = Math.floor(systemClock.nowMillis() / 3_600_000);
    const [from, to] = [isoTime((hour - 3) * 3_600_000), isoTime((hour - 2) * 3_600_000)];

    const { code, out, err } = await reconcile('--from', from, '--to', to);

    expect(code).toBe(1);
    expect(out).toBe(
      [
        `stripe: ${from} to ${to}`,
        '  stopped  PROVIDER_UNAUTHORIZED: the provider does not take the API key, or the key may not read its lists. Put in one that may: npx oncehook secret set payments/<provider>.',
        '  next     What was compared so far is written down; the next run of the same --from and --to goes on from there.',
        '  so far   0 differences, 0 injected',
        '',
      ].join('\n'),
    );
    expect(err).toContain('stripe: provider call: NO_ACTIVE_SECRET\n');
  });

  it('refuses a stack with a consumer that this directory lacks: nothing that is brought in would come to it', async () => {
    withOther = true;

    expect(await reconcile()).toMatchObject({ code: 1, err: expect.stringContaining('The stack has search@1, and lambdas/consumers') });
  });

  it.each([
    ['half a window', ['--from', FROM], 'are given together'],
    ['two windows', ['--hours', '3', '--from', FROM, '--to', TO], 'give one of them'],
    ['a window of which nothing is left', ['--from', '2999-01-01T00:00:00Z', '--to', '2999-01-02T00:00:00Z'], 'Nothing lies between'],
    ['a time without a zone', ['--from', '2026-11-24T22:00:00', '--to', TO], '--from is no time'],
    ['a source that nothing is charged through', ['--source', 'polar'], 'reconciliation knows: stripe'],
    ['--last with a window', ['--last', '--hours', '3'], "'--last' cannot be used with option '--hours <n>'"],
    ['a format that there is not', ['--format', 'xml'], 'table, json, csv'],
    ['hours that are none', ['--hours', '0'], 'from 1 to 9999'],
  ])('refuses %s', async (_what, options, message) => {
    expect(await reconcile(...options)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });
});
