/** The secrets of a source: held, read anew with measure, and never guessed while they cannot be read. */
import { describe, expect, it } from '@jest/globals';
import { failure } from './dynamo-answers.ts';
import { createIngestBench, SECRET, secretText } from './ingest-bench.ts';
import { paymentSucceeded } from './stripe-event.ts';

const main = { id: 'main', secret: SECRET };
const next = { id: 'next', secret: 'whsec_the_next_one_0123456789abcdef' };
const outage = () => failure('InternalServiceError');

describe('a secret that can be read', () => {
  it('is read once for many requests, and anew after five minutes', async () => {
    const bench = createIngestBench();
    for (let request = 0; request < 5; request += 1) await bench.deliver(paymentSucceeded());
    expect(bench.secretReads()).toBe(1);
    bench.clock.advance(300_001);
    await bench.deliver(paymentSucceeded());
    expect(bench.secretReads()).toBe(2);
  });

  it('may have several entries, and the one that matched is counted', async () => {
    const bench = createIngestBench({ secret: () => secretText(main, next) });
    expect(await bench.deliver(paymentSucceeded(), next.secret)).toMatchObject({ statusCode: 200 });
    expect(bench.counted.counts()).toMatchObject({ 'SecretMatched{secretId=next}': 1 });
  });

  it('counts until its notAfter and not longer', async () => {
    const bench = createIngestBench({ secret: () => secretText({ ...main, notAfter: '2026-11-23T22:26:00.000Z' }, next) });
    expect(await bench.deliver(paymentSucceeded(), main.secret)).toMatchObject({ statusCode: 200 });
    bench.clock.advance(60_000);
    expect(await bench.deliver(paymentSucceeded(), main.secret)).toMatchObject({ statusCode: 401 });
    expect(await bench.deliver(paymentSucceeded(), next.secret)).toMatchObject({ statusCode: 200 });
  });
});

describe('a signature that does not match', () => {
  // crash matrix: provider → ingest | secret rotated | read anew before a 401; old and new count side by side
  it('has the secret read anew, so that a rotation is in use at once', async () => {
    const bench = createIngestBench({ secret: (reads) => (reads === 0 ? secretText(main) : secretText(main, next)) });
    await bench.deliver(paymentSucceeded());
    bench.clock.advance(31_000);
    expect(await bench.deliver(paymentSucceeded(), next.secret)).toMatchObject({ statusCode: 200 });
    expect(await bench.deliver(paymentSucceeded(), main.secret)).toMatchObject({ statusCode: 200 });
    expect(bench.secretReads()).toBe(2);
  });

  it('has it read at most every 30 seconds, or a stranger could drive the bill', async () => {
    const bench = createIngestBench();
    const start = bench.clock.nowMillis();
    while (bench.clock.nowMillis() < start + 300_000) {
      expect(await bench.deliver(paymentSucceeded(), 'whsec_a_stranger')).toMatchObject({ statusCode: 401 });
      bench.clock.advance(1000);
    }
    expect(bench.secretReads()).toBeLessThanOrEqual(10);
    expect(bench.secretReads()).toBeGreaterThan(5);
  });

  it('that was made with a held secret is taken for a day of an outage and not longer, as it may have been taken away', async () => {
    const bench = createIngestBench({ secret: (reads) => (reads === 0 ? secretText(main) : outage()) });
    await bench.deliver(paymentSucceeded());
    bench.clock.advance(23 * 3600_000);
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 200 });
    bench.clock.advance(2 * 3600_000);
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 503 });
  });

  it('is not called unauthorized while the secret cannot be read: the sender may have the new one', async () => {
    const bench = createIngestBench({ secret: (reads) => (reads === 0 ? secretText(main) : outage()) });
    await bench.deliver(paymentSucceeded());
    bench.clock.advance(31_000);
    for (let request = 0; request < 3; request += 1) {
      expect(await bench.deliver(paymentSucceeded(), next.secret)).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
    }
    expect(bench.secretReads()).toBe(2);
  });
});

describe('a secret that cannot be read', () => {
  // crash matrix: provider → ingest | secrets outage | 503 and never 401; who holds the secret goes on
  it('is 503 on a cold start and never 401; the failure is not held', async () => {
    const bench = createIngestBench({ secret: (reads) => (reads < 2 ? outage() : secretText(main)) });
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 503 });
    bench.clock.advance(1001);
    expect(await bench.deliver(paymentSucceeded(), 'whsec_a_stranger')).toMatchObject({ statusCode: 503 });
    bench.clock.advance(1001);
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 200 });
    expect(bench.counted.counts()).toMatchObject({ SecretUnavailable: 2, IngestUnavailable: 2 });
  });

  it('is asked for once a second at most, however many requests come before the first one is set', async () => {
    const bench = createIngestBench({ secret: outage });
    for (let request = 0; request < 50; request += 1) {
      expect(await bench.deliver(paymentSucceeded(), 'whsec_a_stranger')).toMatchObject({ statusCode: 503 });
      bench.clock.advance(100);
    }
    expect(bench.secretReads()).toBeLessThanOrEqual(5);
  });

  // crash matrix: provider → ingest | secrets outage | 503 and never 401; who holds the secret goes on
  it('does not matter to a warm function, however long it lasts', async () => {
    const bench = createIngestBench({ secret: (reads) => (reads === 0 ? secretText(main) : outage()) });
    for (let minute = 0; minute < 60; minute += 1) {
      expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 200 });
      bench.clock.advance(60_000);
    }
    expect(bench.counted.counted('SecretUnavailable')).toBeGreaterThan(10);
  });
});

describe('a secret that says nothing usable', () => {
  it('without an active entry, as freshly deployed, is 503 and counted; an entry is in use within half a minute', async () => {
    const bench = createIngestBench({ secret: (reads) => (reads === 0 ? secretText() : secretText(main)) });
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 503 });
    expect(bench.counted.counts()).toMatchObject({ NoActiveSecret: 1 });
    bench.clock.advance(30_001);
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 200 });
  });

  it('whose entries are all past is 503 and counted', async () => {
    const bench = createIngestBench({ secret: () => secretText({ ...main, notAfter: '2026-11-23T22:24:00.000Z' }) });
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 503 });
    expect(bench.counted.counts()).toMatchObject({ NoActiveSecret: 1 });
  });

  it('whose entries are not in the provider’s form is 503 and counted: it is ours to repair', async () => {
    const bench = createIngestBench({ secret: () => secretText({ id: 'blank', secret: ' ' }) });
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 503 });
    expect(bench.counted.counts()).toMatchObject({ NoActiveSecret: 1 });
  });

  const malformed: readonly (readonly [string, string])[] = [
    ['the bare secret', 'whsec_hidden'],
    ['half of the JSON', '{"active":[{"id":"main","secret":"whsec_hidden"'],
    ['another shape', '{"secret":"whsec_hidden"}'],
    ['a list', '[{"id":"main","secret":"whsec_hidden"}]'],
    ['null', 'null'],
    ['no list', '{"active":"whsec_hidden"}'],
    ['an entry that is no object', '{"active":["whsec_hidden"]}'],
    ['an entry without an id', '{"active":[{"secret":"whsec_hidden"}]}'],
    ['an id with a line break', '{"active":[{"id":"a\\nb","secret":"whsec_hidden"}]}'],
    ['an empty secret', '{"active":[{"id":"main","secret":""},{"id":"b","secret":"whsec_hidden"}]}'],
    ['a notAfter that is no time', '{"active":[{"id":"main","secret":"whsec_hidden","notAfter":"soon whsec_hidden"}]}'],
    ['nine entries', secretText(...Array.from({ length: 9 }, (_, index) => ({ id: `e${index}`, secret: 'whsec_hidden' })))],
  ];

  it.each(malformed)('that is %s is 503, and is quoted nowhere', async (_, text) => {
    const bench = createIngestBench({ secret: () => text });
    const answer = await bench.deliver(paymentSucceeded(), 'whsec_hidden');
    expect(answer).toMatchObject({ statusCode: 503, body: '{"error":"unavailable"}' });
    expect(JSON.stringify([answer, bench.counted.lines, bench.counted.counts()])).not.toContain('hidden');
    expect(bench.counted.lines).toContainEqual(expect.objectContaining({ fields: expect.objectContaining({ code: 'SECRET_MALFORMED' }) }));
  });

  it('that is malformed is read again at most every 30 seconds, however many requests come', async () => {
    const bench = createIngestBench({ secret: (reads) => (reads === 0 ? '{"active"' : secretText(main)) });
    for (let request = 0; request < 5; request += 1) expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 503 });
    expect(bench.secretReads()).toBe(1);
    bench.clock.advance(31_000);
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 200 });
  });

  it('does not replace a sound one that is held', async () => {
    const bench = createIngestBench({ secret: (reads) => (reads === 0 ? secretText(main) : '{"active"') });
    await bench.deliver(paymentSucceeded());
    bench.clock.advance(301_000);
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 200 });
    expect(bench.counted.counts()).toMatchObject({ SecretUnavailable: 1 });
  });
});
