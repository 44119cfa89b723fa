/** `oncehook settle` and its verbs, on an embedded engine behind its own port: what they write is read back. */
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import { outboxItem } from '../../lambdas/core/outbox.ts';
import type { Item } from '../../lambdas/core/ports.ts';
import { CURSOR, openItem } from '../../lambdas/core/settlement.ts';
import { slotOf } from '../../lambdas/core/time.ts';
import { createDynamoDbEngine } from '../../local/engines/dynamodb/dynamodb-engine.ts';
import { startEmbeddedServer } from '../../local/engines/embedded-server.ts';
import type { LoopbackServer } from '../../local/loopback-server.ts';
import { outboxRecord } from '../core/outbox-record.ts';
import { createKeyedTable } from '../pipeline/keyed-table.ts';
import { type FakeStack, startFakeStack, withQueue } from './fake-stack.ts';
import { runCommand } from './run-command.ts';

const KEY = 'stripe#-#live#evt_1';
const PARTITION = '2026-11-23T22:25Z#07';
let engine: LoopbackServer;
let tables: DynamoDBDocumentClient;
let stack: FakeStack;
let madeMillis: number;

beforeEach(async () => {
  const dynamodb = createDynamoDbEngine({ clock: systemClock, random: systemRandom });
  engine = await startEmbeddedServer({ dynamodb, clock: systemClock, random: systemRandom });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ region: 'us-east-1', endpoint: engine.url, credentials, maxAttempts: 1 });
  tables = DynamoDBDocumentClient.from(client);
  madeMillis = systemClock.nowMillis();
  for (const name of ['Events-1', 'Inbox-1']) await createKeyedTable(client, name, { sorted: false });
  for (const name of ['Outbox-1', 'Settlement-1']) await createKeyedTable(client, name, { sorted: true });
  stack = await startFakeStack({
    describe: (description) => ({ ...withQueue(description), endpoints: { ...endpoints, dynamodb: engine.url } }),
  });
});

afterEach(async () => {
  tables.destroy();
  await stack.close();
  await engine.stop();
});

const endpoints = { sqs: 'http://127.0.0.1:1', secretsmanager: 'http://127.0.0.1:1' };
const settle = (...argv: string[]) => runCommand(['settle', ...argv, '--url', stack.url]);
const put = (TableName: string, item: Item) => tables.send(new PutCommand({ TableName, Item: item }));
const markerAt = async (address: string) =>
  (await tables.send(new GetCommand({ TableName: 'Inbox-1', Key: { pk: `${address}#${KEY}` } }))).Item;

async function storeEvent(): Promise<void> {
  await put('Events-1', { pk: KEY, type: 'payment_intent.succeeded', outboxPk: PARTITION });
  await put('Outbox-1', outboxItem(outboxRecord('{}', { id: KEY, partition: PARTITION, to: ['ledger@1', 'receipts@1'] })));
}

const waive = (...argv: string[]) => settle('waive', 'evt_1', '--address', 'ledger@1', '--by', 'ada', '--reason', 'test data', ...argv);

describe('oncehook settle', () => {
  it('says that nothing was looked at yet, and no more than that, on a stack that is minutes old', async () => {
    const { code, out } = await settle();

    expect(code).toBe(0);
    expect(out).toBe('Settlement has not looked at anything yet: it looks at events that are 15 to 20 minutes old.\n');
  });

  it('says until when everything has settled', async () => {
    await put('Settlement-1', { ...CURSOR, slot: '2026-11-23T22:40Z' });

    const { out } = await settle();

    expect(out).toBe(
      'Everything stored before 2026-11-23T22:40:00.000Z has been looked at.\nNothing is open: each of those events has its effect, or a marker that says why not.\n',
    );
  });

  it('names what is open at each address, how old it is and when it is looked at again', async () => {
    await put('Settlement-1', { ...CURSOR, slot: '2026-11-23T22:40Z' });
    const dueMillis = Date.parse('2026-11-23T23:30:00.000Z');
    const unsettled = [
      { id: KEY, to: ['ledger@1', 'receipts@1'] },
      { id: 'stripe#-#live#evt_2', to: ['ledger@1'] },
    ];
    const to = ['ledger@1', 'receipts@1'];
    await put('Settlement-1', openItem({ range: { partition: PARTITION }, dueMillis, unsettled, to }, 'run'));

    const { out } = await settle();

    expect(out).toMatch(/^open at +events +oldest +next look$/m);
    expect(out).toMatch(/^ledger@1 +2 +2026-11-23T22:25Z +2026-11-23T23:30:00.000Z$/m);
    expect(out).toMatch(/^receipts@1 +1 +/m);
    expect(out).toContain(`ledger@1:\n  ${KEY}\n  stripe#-#live#evt_2\n`);
  });

  it('has a stable form as JSON, without names where too many are open', async () => {
    const range = { partition: PARTITION, from: 'a', through: 'b' };
    await put('Settlement-1', openItem({ range, dueMillis: Date.parse('2026-11-23T23:30:00.000Z'), to: ['ledger@1'] }, 'run'));

    const { out } = await settle('--json');

    expect(JSON.parse(out)).toEqual({
      settledUntil: null,
      open: [{ partition: PARTITION, address: 'ledger@1', dueAt: '2026-11-23T23:30:00.000Z', eventIds: null }],
    });
  });

  it('shows rows that nobody has looked at yet, and rows that it cannot read, as open', async () => {
    await put('Settlement-1', openItem({ range: { partition: PARTITION }, dueMillis: Date.parse('2026-11-23T23:30:00.000Z') }, 'row'));
    await put('Settlement-1', { pk: 'open', sk: '2026-11-23T23:40:00.000Z#x', partition: 7 });

    const { code, out } = await settle();

    expect(code).toBe(0);
    expect(out).toMatch(/^\(not read yet\) +2 ranges +/m);
    expect(out).not.toContain('Nothing is open');
  });
});

describe('oncehook settle waive', () => {
  // crash matrix: operator | waives an event | a marker with who and why; refused where the event has settled
  it('writes a marker that says who decided it and why', async () => {
    await storeEvent();

    const { code, out } = await waive();

    expect(code).toBe(0);
    expect(out).toContain(`Waived: ${KEY} will never take effect at ledger@1.`);
    expect(await markerAt('ledger@1')).toEqual({
      pk: `ledger@1#${KEY}`,
      kind: 'event',
      outcome: 'waived',
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      attempt: 0,
      type: 'payment_intent.succeeded',
      by: 'ada',
      reason: 'test data',
    });
    expect(await markerAt('receipts@1')).toBeUndefined();
  });

  // crash matrix: operator | waives an event | a marker with who and why; refused where the event has settled
  it('changes nothing where the event has settled already, and says how', async () => {
    await storeEvent();
    await put('Inbox-1', { pk: `ledger@1#${KEY}`, kind: 'event', outcome: 'applied', at: '2026-11-23T22:26:00.000Z' });

    const { code, err } = await waive();

    expect(code).toBe(1);
    expect(err).toContain('has a marker at this address already: applied, at 2026-11-23T22:26:00.000Z');
    expect(await markerAt('ledger@1')).toMatchObject({ outcome: 'applied' });
  });

  it.each([
    [
      'an address that the event is not for',
      ['--address', 'invoices@1'],
      1,
      'The event is not for invoices@1; it is for ledger@1, receipts@1.',
    ],
    ['a consumer without its epoch', ['--address', 'ledger'], 2, '"ledger" is no address; allowed is a consumer with its epoch'],
    ['a queue that somebody else reads', ['--address', 'search@1'], 1, 'search@1 is a queue that somebody else reads'],
    ['no reason', ['--reason', ' '], 2, '--reason is empty or too long'],
  ])('refuses %s', async (_what, options, exitCode, message) => {
    await storeEvent();

    const { code, err } = await waive(...options);

    expect(code).toBe(exitCode);
    expect(err).toContain(message);
    expect(await markerAt('ledger@1')).toBeUndefined();
  });

  it('says at once what it was refused for, and tries no longer', async () => {
    await storeEvent();
    await tables.send(new DeleteTableCommand({ TableName: 'Inbox-1' }));
    const startMillis = systemClock.nowMillis();

    const { code, err } = await waive();

    expect({ code, inTime: systemClock.nowMillis() - startMillis < 5_000 }).toEqual({ code: 1, inTime: true });
    expect(err).toContain('ResourceNotFoundException');
    expect(err).toContain('Check that these credentials may put items into Inbox-1');
  });

  it('refuses an event that was never stored', async () => {
    expect(await waive()).toMatchObject({ code: 1, err: expect.stringContaining('There is no event "evt_1" in this stack.') });
  });

  it.each(['address', 'by', 'reason'])('asks for --%s where it is left out', async (name) => {
    const options = { address: 'ledger@1', by: 'ada', reason: 'test' };
    const given = Object.entries(options).filter(([option]) => option !== name);

    const { code, err } = await settle('waive', 'evt_1', ...given.flatMap(([option, value]) => [`--${option}`, value]));

    expect(code).toBe(2);
    expect(err).toContain(`--${name}`);
  });
});

describe('oncehook settle rewind', () => {
  const made = () => slotOf(madeMillis - 300_000);
  const cursor = async () => (await tables.send(new GetCommand({ TableName: 'Settlement-1', Key: CURSOR }))).Item?.['slot'];

  const ahead = () => ({ ...CURSOR, slot: slotOf(madeMillis + 24 * 3600_000) });

  // crash matrix: operator | restores a table | settlement is set back and looks at everything since once more
  it('sets settlement back to the slot before that time, or before the making of the outbox where that is later', async () => {
    await put('Settlement-1', ahead());

    const { code, out } = await settle('rewind', '--to', '2026-11-23T22:43Z');

    expect(code).toBe(0);
    expect(out).toContain(`looks at everything stored from ${made()} on once more`);
    expect(await cursor()).toBe(made());
  });

  it('never moves settlement on: what lies between would be left out', async () => {
    const before = slotOf(madeMillis - 3600_000);
    await put('Settlement-1', { ...CURSOR, slot: before });

    expect(await settle('rewind', '--to', '2026-11-23')).toMatchObject({
      code: 2,
      err: expect.stringContaining(`Settlement stands at ${before} and would look at`),
    });
    expect(await cursor()).toBe(before);
  });

  it('has nothing to set back before the first slot was looked at', async () => {
    expect(await settle('rewind', '--to', '2026-11-23')).toMatchObject({
      code: 2,
      err: expect.stringContaining('has not looked at anything yet'),
    });
    expect(await cursor()).toBeUndefined();
  });

  it('puts a cursor right that names no slot', async () => {
    await put('Settlement-1', { ...CURSOR, slot: 'somewhere' });

    expect((await settle('rewind', '--to', '2026-11-23')).code).toBe(0);
    expect(await cursor()).toBe(made());
  });

  it.each(['yesterday', '2999-01-01', '2026-13-01', '23.11.2026'])('refuses %s, which is no time in the past', async (to) => {
    const { slot } = ahead();
    await put('Settlement-1', ahead());

    expect(await settle('rewind', '--to', to)).toMatchObject({ code: 2, err: expect.stringContaining('is no time in the past') });
    expect(await cursor()).toBe(slot);
  });
});
