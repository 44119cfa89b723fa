/** Ingest: a signed request becomes one transaction of two items, and 200 only then. */
import { describe, expect, it } from '@jest/globals';
import { REQUEST_BYTES_MAX } from '../../lambdas/core/limits.ts';
import { httpEvent } from './http-event.ts';
import { createIngestBench, itemsOf } from './ingest-bench.ts';
import { storedPayload } from './stored-payload.ts';
import { paddedTo, paymentSucceeded } from './stripe-event.ts';

const OK = { statusCode: 200, body: '{"received":true}' };

describe('a signed event', () => {
  it('is answered 200 after one transaction, which puts who it is and what it says, each only if it is new', async () => {
    const bench = createIngestBench();
    expect(await bench.deliver(paymentSucceeded())).toMatchObject(OK);
    expect(bench.transactions).toHaveLength(1);
    const [{ ClientRequestToken: token, TransactItems: actions } = {}] = bench.transactions;
    expect(token).toMatch(/^[0-9a-f-]{36}$/);
    expect(actions).toMatchObject([
      {
        Put: { TableName: 'events-table', ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
      },
      { Put: { TableName: 'outbox-table', ConditionExpression: 'attribute_not_exists(pk)' } },
    ]);
    expect(actions).toHaveLength(2);
    expect(bench.counted.counts()).toMatchObject({ EventsStored: 1, 'SecretMatched{secretId=main}': 1 });
    expect(bench.counted.flushes()).toBe(1);
  });

  it('leaves an Events item that is for ever, and names where the payload is', async () => {
    const bench = createIngestBench();
    await bench.deliver(paymentSucceeded());
    const [event, outbox] = itemsOf(bench.transactions[0]);
    expect(event).toEqual({
      pk: 'stripe#-#live#evt_1',
      v: 1,
      source: 'stripe',
      provider: 'stripe',
      mode: 'live',
      type: 'payment_intent.succeeded',
      subject: 'pi_1',
      occurredAt: '2026-11-23T22:24:58.000Z',
      receivedAt: '2026-11-23T22:25:00.000Z',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      outboxPk: outbox['pk'],
      via: 'webhook',
    });
  });

  it('leaves an outbox item with its addresses and its bytes, which expires in 30 days', async () => {
    const bench = createIngestBench();
    const body = paymentSucceeded({ amount: 'é' }).replace('"é"', ' 9007199254740993 ');
    await bench.deliver(body);
    const [, outbox] = itemsOf(bench.transactions[0]);
    expect(outbox).toMatchObject({
      pk: expect.stringMatching(/^2026-11-23T22:25Z#\d\d$/),
      sk: 'stripe#-#live#evt_1',
      v: 1,
      to: ['ledger@1'],
      expiresAt: 1_795_472_700 + 30 * 24 * 3600,
    });
    expect(storedPayload(outbox).toString()).toBe(body);
  });

  it('is kept where nobody subscribes to it', async () => {
    const bench = createIngestBench({ routes: [] });
    expect(await bench.deliver(paymentSucceeded())).toMatchObject(OK);
    expect(itemsOf(bench.transactions[0])[1]).toMatchObject({ to: [] });
  });

  it('of a connected account or of test mode has a key of its own', async () => {
    const bench = createIngestBench();
    await bench.deliver(paymentSucceeded({ account: 'acct_1' }));
    await bench.deliver(paymentSucceeded({ livemode: false }));
    expect(bench.transactions.map((input) => itemsOf(input)[0]['pk'])).toEqual(['stripe#acct_1#live#evt_1', 'stripe#-#test#evt_1']);
  });

  it('has the same bytes whether the gateway sends text or base64', async () => {
    const bench = createIngestBench();
    const body = paymentSucceeded({ note: 'Zoë 日本 😀' });
    const plain = bench.signed(body);
    const base64 = { ...httpEvent(Buffer.from(body), {}, { base64: true }), headers: plain.headers };
    for (const event of [plain, base64]) expect(await bench.post(event)).toMatchObject(OK);
    const [first, second] = bench.transactions.map((input) => itemsOf(input)[1]['payload']);
    expect(Buffer.compare(first as Buffer, second as Buffer)).toBe(0);
  });

  it('may name its headers in any case', async () => {
    const bench = createIngestBench();
    const event = bench.signed(paymentSucceeded());
    const headers = Object.fromEntries(Object.entries(event.headers).map(([name, value]) => [name.toUpperCase(), value]));
    expect(await bench.post({ ...event, headers })).toMatchObject(OK);
  });

  // crash matrix: provider → ingest | too large | 413 above 256 KiB; nothing is stored
  it('may be 256 KiB long, and not a byte longer', async () => {
    const bench = createIngestBench();
    expect(await bench.deliver(paddedTo(REQUEST_BYTES_MAX))).toMatchObject(OK);
    expect(await bench.deliver(paddedTo(REQUEST_BYTES_MAX + 1))).toMatchObject({ statusCode: 413 });
    const large = Buffer.from(paddedTo(REQUEST_BYTES_MAX + 1));
    expect(await bench.post(httpEvent(large, {}, { base64: true }))).toMatchObject({ statusCode: 413 });
    expect(bench.transactions).toHaveLength(1);
  });

  it('counts bytes against that bound and not letters', async () => {
    const bench = createIngestBench();
    const body = paymentSucceeded({ note: 'é'.repeat(REQUEST_BYTES_MAX / 2) });
    expect(body.length).toBeLessThan(REQUEST_BYTES_MAX);
    expect(await bench.deliver(body)).toMatchObject({ statusCode: 413 });
  });
});

describe('a request that is not authentic', () => {
  // crash matrix: provider → ingest | forged, altered, too late | the same 401 for all; nothing is stored
  it('always gets the same 401, and nothing is stored', async () => {
    const bench = createIngestBench();
    const sound = bench.signed(paymentSucceeded());
    const refused = [
      { ...sound, headers: {} },
      { ...sound, headers: { ...sound.headers, 'stripe-signature': '' } },
      { ...sound, headers: { ...sound.headers, 'stripe-signature': 't=1,v1=zz' } },
      { ...sound, body: paymentSucceeded({ id: 'evt_2' }) },
      { ...sound, body: `${sound.body}\n` },
      { ...sound, body: 'not base64!', isBase64Encoded: true },
      {
        ...sound,
        body: Buffer.from(sound.body ?? '')
          .toString('base64')
          .slice(0, -1),
        isBase64Encoded: true,
      },
      bench.signed(paymentSucceeded(), 'whsec_another'),
    ];
    const answers = [];
    for (const event of refused) answers.push(await bench.post(event));
    bench.clock.advance(301_000);
    answers.push(await bench.post(sound));
    for (const answer of answers) {
      expect(answer).toEqual({ statusCode: 401, headers: { 'content-type': 'application/json' }, body: '{"error":"unauthorized"}' });
    }
    expect(bench.transactions).toEqual([]);
    expect(bench.counted.counts()).toMatchObject({ 'Unauthorized{reason=BAD_BASE64}': 2, 'Unauthorized{reason=too-old}': 1 });
    expect(bench.counted.flushes()).toBe(answers.length);
  });
});

describe('a request in a content encoding', () => {
  it.each(['gzip', 'br', 'deflate', 'gzip, identity', 'GZIP'])('%s is answered 415 before anything is unpacked', async (coding) => {
    const bench = createIngestBench();
    const sound = bench.signed(paymentSucceeded());
    expect(await bench.post({ ...sound, headers: { ...sound.headers, 'Content-Encoding': coding } })).toMatchObject({ statusCode: 415 });
    expect(bench.transactions).toEqual([]);
  });

  it('identity is the body itself', async () => {
    const bench = createIngestBench();
    const sound = bench.signed(paymentSucceeded());
    expect(await bench.post({ ...sound, headers: { ...sound.headers, 'content-encoding': 'identity' } })).toMatchObject(OK);
  });
});
