/** What an unfriendly network and a strange sender can post: the expected answer, and what stands afterwards (facts/correctness §4.2). */
import { describe, expect, it } from '@jest/globals';
import { fastestMillis } from '../contracts/fastest.ts';
import { HOSTILE_BODIES } from '../contracts/hostile-json.ts';
import { createIngestBench, itemsOf } from './ingest-bench.ts';
import { storedPayload } from './stored-payload.ts';
import { paymentSucceeded } from './stripe-event.ts';

describe('a signed body that is odd', () => {
  // The gateway would hand most of these over as base64; as text the invalid ones could not even be written down.
  const post = async (body: Uint8Array) => {
    const bench = createIngestBench();
    const signed = bench.signed(body);
    const answer = await bench.post({ ...signed, body: Buffer.from(body).toString('base64'), isBase64Encoded: true });
    return { answer, bench };
  };

  // crash matrix: provider → ingest | odd but authentic | kept in quarantine for a person; 200; sent to nobody
  it.each(HOSTILE_BODIES.filter(({ body }) => body.byteLength <= 256 * 1024))(
    'namely $title, is kept in quarantine: 200, no expiry, no consumer',
    async ({ body, reason }) => {
      const { answer, bench } = await post(body);
      expect(answer).toMatchObject({ statusCode: 200, body: '{"received":true}' });
      const [event, outbox] = itemsOf(bench.transactions[0]);
      expect(event).toMatchObject({
        pk: expect.stringMatching(/^stripe#-#-#sha256:[0-9a-f]{64}$/),
        quarantine: reason,
        type: 'oncehook.quarantine',
      });
      expect(outbox).toMatchObject({ to: ['quarantine'] });
      expect(outbox).not.toHaveProperty('expiresAt');
      expect(Buffer.compare(storedPayload(outbox), body)).toBe(0);
      expect(bench.counted.counts()).toMatchObject({ EventsQuarantined: 1 });
      expect(bench.counted.counted('EventsStored')).toBe(0);
    },
  );

  it.each(HOSTILE_BODIES.filter(({ body }) => body.byteLength > 256 * 1024))('and too large, namely $title, is 413', async ({ body }) => {
    expect((await post(body)).answer).toMatchObject({ statusCode: 413 });
  });

  it('is the same item when it is sent again', async () => {
    const bench = createIngestBench();
    await bench.deliver('not json');
    bench.clock.advance(3_600_000);
    await bench.deliver('not json');
    const [first, second] = bench.transactions.map((input) => itemsOf(input)[0]['pk']);
    expect(second).toBe(first);
  });

  it.each([
    ['an id of 300 letters', { id: 'x'.repeat(300) }],
    ['an id with the separator of our keys', { id: 'evt#1' }],
    ['an id with a line break and a colour', { id: 'evt\r\n\u001b[31m{"level":"ERROR"}' }],
    ['a number for an id', { id: 5 }],
    ['null for an id', { id: null }],
    ['a list for an id', { id: ['evt_1'] }],
    ['no id', { id: undefined }],
    ['a type with a line break', { type: 'payment\r\nintent' }],
    ['no type', { type: undefined }],
    ['a lone surrogate in its type', { type: '\ud800' }],
    ['no mode', { livemode: undefined }],
  ])('with %s, is kept in quarantine under a key of our own', async (_, given) => {
    const bench = createIngestBench();
    expect(await bench.deliver(paymentSucceeded(given))).toMatchObject({ statusCode: 200 });
    expect(itemsOf(bench.transactions[0])[0]['pk']).toMatch(/^stripe#-#-#sha256:[0-9a-f]{64}$/);
    expect(JSON.stringify(bench.counted.lines)).not.toMatch(/ERROR|\\u001b|\\r/);
  });
});

describe('a signed event with strange values', () => {
  it.each([
    '9007199254740993',
    '1e400',
    '-0',
    '"100"',
    '0.1',
    '"\\ud800"',
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
  ])('is stored as it is with the amount %s', async (amount) => {
    const bench = createIngestBench();
    const body = paymentSucceeded({ amount: 'AMOUNT' }).replace('"AMOUNT"', amount);
    expect(await bench.deliver(body)).toMatchObject({ statusCode: 200 });
    const [event, outbox] = itemsOf(bench.transactions[0]);
    expect(event).toMatchObject({ pk: 'stripe#-#live#evt_1' });
    expect(storedPayload(outbox).toString()).toBe(body);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('is known under its last id where it has two', async () => {
    const bench = createIngestBench();
    await bench.deliver(paymentSucceeded().replace('{', '{"id":"evt_0",'));
    expect(itemsOf(bench.transactions[0])[0]).toMatchObject({ pk: 'stripe#-#live#evt_1' });
  });
});

describe('a request that wants to cost much', () => {
  it('of 6 MB and without a signature is 413 before anything is computed on it', async () => {
    const bench = createIngestBench();
    const event = { ...bench.signed('{}'), headers: {}, body: 'x'.repeat(6_000_000) };
    for (const isBase64Encoded of [false, true]) {
      const millis = await fastestMillis(async () =>
        expect(await bench.post({ ...event, isBase64Encoded })).toMatchObject({ statusCode: 413 }),
      );
      expect(millis).toBeLessThan(100);
    }
    expect(bench.secretReads()).toBe(0);
  });

  it('with 500 signatures is 401, though the last one is right', async () => {
    const bench = createIngestBench();
    const sound = bench.signed(paymentSucceeded());
    const [time, right] = String(sound.headers['stripe-signature']).split(',');
    const header = [time, ...Array.from({ length: 499 }, () => `v1=${'0'.repeat(64)}`), right].join(',');
    expect(await bench.post({ ...sound, headers: { 'stripe-signature': header } })).toMatchObject({ statusCode: 401 });
  });

  it('is not influenced by headers of other frameworks', async () => {
    const bench = createIngestBench();
    const sound = bench.signed(paymentSucceeded());
    const headers = { ...sound.headers, 'x-http-method-override': 'DELETE', 'x-forwarded-for': '127.0.0.1', __proto__: 'x' } as Record<
      string,
      string
    >;
    expect(await bench.post({ ...sound, headers })).toMatchObject({ statusCode: 200 });
  });

  it('without headers or without a body is 401', async () => {
    const bench = createIngestBench();
    const { body: _, ...bare } = bench.signed('');
    expect(await bench.post({ ...bare, headers: undefined as never })).toMatchObject({ statusCode: 401 });
    expect(await bench.post(bare)).toMatchObject({ statusCode: 200 });
  });
});
