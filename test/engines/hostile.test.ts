/** What strange senders can post, through the front door of a whole stack: the answer, and what stands in the tables afterwards. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { SECRET_RETRY_MILLIS } from '../../lambdas/core/limits.ts';
import type { Interception } from '../../local/aws-front.ts';
import { synthesizeApart } from '../../local/synthesize-apart.ts';
import { readStatus } from '../../ops/stack-status.ts';
import { scanItems } from '../../ops/table-scan.ts';
import { HOSTILE_VALUES } from '../contracts/hostile-json.ts';
import { eventText, type HostileRequest, type Maker, stripeRequest } from '../contracts/hostile-request.ts';
import { HOSTILE_REQUESTS, HOSTILE_SOURCES } from '../contracts/hostile-requests.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { type RawAnswer, sendRaw } from './hostile-sender.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';

const SECRETS = {
  stripe: 'whsec_of_hostile_requests_0123456789',
  older: 'whsec_of_the_rotation_before_0123456789',
  ended: 'whsec_that_counts_no_more_0123456789',
  test: 'whsec_of_the_test_endpoint_0123456789',
  standard: `whsec_${Buffer.from('a key of hostile requests').toString('base64')}`,
};
/** The statuses by which the gateway answers in the place of a function. */
const GATEWAY = new Set([100, 400, 404, 417, 431]);
/** What a sender may be told, whatever it sent. */
const BODIES = new Set([
  '',
  '{"received":true}',
  '{"error":"unauthorized"}',
  '{"error":"too large"}',
  '{"error":"content encoding not accepted"}',
  '{"error":"unavailable"}',
  '{"message":"Not Found"}',
  '{"message":"Forbidden"}',
  '{"message":"Request Entity Too Large"}',
  '{"message":"Internal Server Error"}',
]);

describeOnEngines('a hostile request', () => {
  let pipeline: Pipeline;
  let logDirectory = '';
  let invoked = 0;
  let made = 0;
  let intercept: (operation: string, caller: string) => Interception | Promise<Interception> = () => 'pass';

  beforeAll(async () => {
    const outdir = await assembly();
    logDirectory = mkdtempSync(join(outdir, 'logs-'));
    pipeline = await openPipeline({
      outdir,
      logDirectory,
      env: { ONCEHOOK_SECRET_STRIPE_TEST: SECRETS.test, ONCEHOOK_SECRET_STANDARD: SECRETS.standard },
      intercept: ({ operation, caller }) => intercept(operation, caller),
      interceptWebhook: () => {
        invoked += 1;
        return 'pass';
      },
    });
    const source = pipeline.connection.sources.find(({ source: name }) => name === 'stripe');
    const active = [
      { id: 'new', secret: SECRETS.stripe },
      { id: 'older', secret: SECRETS.older },
      { id: 'ended', secret: SECRETS.ended, notAfter: '2020-01-01T00:00:00Z' },
    ];
    pipeline.stack.secrets.put(source?.secretId ?? '', JSON.stringify({ active }));
  }, ENGINE_TEST_MILLIS);
  afterAll(() => pipeline?.stack.stop(), ENGINE_TEST_MILLIS);

  const maker = (): Maker => ({
    nowSeconds: Math.floor(systemClock.nowMillis() / 1000),
    secrets: SECRETS,
    id: () => {
      made += 1;
      return `evt_hostile${made}`;
    },
  });
  const send = (wire: ReturnType<HostileRequest['wire']>) => sendRaw(pipeline.stack.url, wire);
  const eventKeys = async () => {
    const reader = await pipeline.connection.tableReader();
    const keys = new Map<string, boolean>();
    const request = { table: pipeline.connection.tables.events, attributes: ['pk', 'quarantine'] };
    for await (const { pk, quarantine } of scanItems(reader, request)) keys.set(String(pk), quarantine !== undefined);
    return keys;
  };
  let before: ReadonlyMap<string, boolean> = new Map();
  /** What came of a request: the answers, and what is in Events that was not there before. */
  const outcomeOf = async (wire: ReturnType<HostileRequest['wire']>, reached = 0) => {
    invoked = 0;
    const answers = await send(wire);
    // A connection that ends early has its answer while the function still begins.
    for (const endMillis = systemClock.nowMillis() + 5_000; invoked < reached && systemClock.nowMillis() < endMillis; )
      await systemClock.sleep(20);
    const now = await eventKeys();
    const fresh = [...now].filter(([key]) => !before.has(key));
    before = now;
    const odd = fresh.filter(([, quarantined]) => quarantined).length;
    return { answers, events: fresh.length - odd, quarantined: odd, invoked };
  };

  it(
    'that comes while the secret was never read and cannot be is told to come again',
    async () => {
      const request = () => stripeRequest(maker(), { body: eventText(maker(), { id: 'evt_outage' }) });
      pipeline.stack.secrets.setOutage(true);
      const during = await outcomeOf(request());
      pipeline.stack.secrets.setOutage(false);
      await systemClock.sleep(SECRET_RETRY_MILLIS + 200);
      const after = await outcomeOf(request());

      expect(during).toMatchObject({ answers: [{ status: 503, body: '{"error":"unavailable"}' }], events: 0, quarantined: 0 });
      expect(during.answers[0]?.headers).toMatch(/^retry-after: 5$/im);
      expect(after).toMatchObject({ answers: [{ status: 200 }], events: 1 });
    },
    ENGINE_TEST_MILLIS,
  );

  describe.each(Object.entries(HOSTILE_REQUESTS))('(%s)', (_, rows) => {
    it.each(rows.map((row) => [`${row.title}: ${row.statuses.join(' ') || 'no answer'}`, row] as const))(
      '%s',
      async (_title, { wire, statuses, events = 0, quarantined = 0, invoked: reached }) => {
        const functions = reached ?? statuses.filter((status) => !GATEWAY.has(status)).length;
        const outcome = await outcomeOf(wire(maker()), functions);
        expect({ ...outcome, answers: outcome.answers.map(({ status }) => status) }).toEqual({
          answers: statuses,
          events,
          quarantined,
          invoked: functions,
        });
        expectNoEcho(outcome.answers);
      },
    );
  });

  // crash matrix: provider → ingest | many at once | one commits, the others find it; each gets 200
  it(
    'among 50 of the same at the same moment is stored once, and all are answered alike',
    async () => {
      const request = stripeRequest(maker(), { body: eventText(maker(), { id: 'evt_fifty' }) });
      const answers = await Promise.all(Array.from({ length: 50 }, () => send(request)));
      expect(new Set(answers.flat().map(({ status, body }) => `${status} ${body}`))).toEqual(new Set(['200 {"received":true}']));
      expect(await outcomeOf(request)).toMatchObject({ answers: [{ status: 200 }], events: 1, quarantined: 0 });
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: provider → ingest | killed after the commit | no answer of ours; when it comes again it is a duplicate and gets 200
  it(
    'whose function is killed after its commit has no answer of ours, and is a duplicate when it comes again',
    async () => {
      const request = stripeRequest(maker(), { body: eventText(maker(), { id: 'evt_killed' }) });
      intercept = (operation, caller) =>
        operation === 'TransactWriteItems' && caller.startsWith('Ingest')
          ? { afterAnswer: async () => void (await pipeline.stack.functions.find('ingest-stripe').kill()) }
          : 'pass';
      const first = await outcomeOf(request);
      intercept = () => 'pass';

      expect(first).toMatchObject({ answers: [{ status: 500 }], events: 1 });
      expect(await outcomeOf(request)).toMatchObject({ answers: [{ status: 200 }], events: 0 });
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: ingest → tables | table gone | 503; the provider sends again
  it(
    'that meets a table that is gone is told to come again',
    async () => {
      const request = stripeRequest(maker(), { body: eventText(maker(), { id: 'evt_no_table' }) });
      intercept = (operation) =>
        operation === 'TransactWriteItems'
          ? { answer: { status: 400, body: { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message: 'no table' } } }
          : 'pass';
      const first = await outcomeOf(request);
      intercept = () => 'pass';

      expect(first).toMatchObject({ answers: [{ status: 503 }], events: 0 });
      expect(await outcomeOf(request)).toMatchObject({ answers: [{ status: 200 }], events: 1 });
    },
    ENGINE_TEST_MILLIS,
  );

  it(
    'with a strange amount ends in a marker of the ledger, whatever the amount, and in no dead letter',
    async () => {
      for (const [index, amount] of HOSTILE_VALUES.entries()) {
        const object = { id: `pi_${index}`, currency: 'usd', amount_received: 'HERE' };
        const given = { id: `evt_amount${index}`, type: 'payment_intent.succeeded', data: { object } };
        const body = eventText(maker(), given).replace('"HERE"', () => amount);
        expect((await send(stripeRequest(maker(), { body }))).map(({ status }) => status)).toEqual([200]);
      }
      await pipeline.settled();
      await pipeline.drained();

      const { markers } = await pipeline.books();
      const outcomes = HOSTILE_VALUES.map((_, index) => markers.get(`ledger@1#stripe#-#test#evt_amount${index}`)?.outcome);
      expect(outcomes).toEqual(HOSTILE_VALUES.map((amount) => (/^(?:0|[1-9]\d{0,14})$/.test(amount) ? 'applied' : 'rejected')));
      const { consumers } = await readStatus(pipeline.connection);
      expect(Object.values(consumers).map(({ deadLetters }) => deadLetters)).toEqual([0, 0]);
    },
    ENGINE_TEST_MILLIS,
  );

  it('leaves one outbox item for each event, and nothing else of a sender', async () => {
    const reader = await pipeline.connection.tableReader();
    const keys: string[] = [];
    for await (const { sk, source } of scanItems(reader, { table: pipeline.connection.tables.outbox, attributes: ['sk', 'source'] }))
      if (source !== 'ledger') keys.push(String(sk));
    expect(keys.sort()).toEqual([...(await eventKeys()).keys()].sort());
  });

  it('leaves log lines that are JSON each, and in them no secret, no body and no card number', () => {
    const lines = readdirSync(logDirectory).flatMap((name) => readFileSync(join(logDirectory, name), 'utf8').split('\n').filter(Boolean));
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.filter((line) => !isJson(line))).toEqual([]);
    const text = lines.join('\n');
    for (const secret of [...Object.values(SECRETS), '4111 1111', '4242424242424242', '"cvc"', 'injected by a sender', '\u001b', '\\u001b'])
      expect(text).not.toContain(secret);
  });
});

let synthesized: Promise<string> | undefined;

/** One for all engines of this file: bundling takes seconds. */
function assembly(): Promise<string> {
  synthesized ??= (async () => {
    const outdir = mkdtempSync(join(tmpdir(), 'oncehook-hostile-'));
    await synthesizeApart(outdir, { context: { sources: HOSTILE_SOURCES, payments: {} } });
    return outdir;
  })();
  return synthesized;
}

function expectNoEcho(answers: readonly RawAnswer[]): void {
  for (const { status, body } of answers) {
    expect(BODIES).toContain(body);
    if (status === 401) expect(body).toBe('{"error":"unauthorized"}');
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
