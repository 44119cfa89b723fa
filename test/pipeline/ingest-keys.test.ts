/** The keys that requests name: fetched once and held, asked for with measure, and never guessed while nobody can say. */
import { describe, expect, it } from '@jest/globals';
import { RetryableError } from '../../lambdas/core/errors.ts';
import {
  KEY_ABSENT_SECONDS,
  KEY_FETCH_ATTEMPTS_MAX,
  KEY_FETCH_WINDOW_SECONDS,
  KEY_RETRY_SECONDS,
  KEY_STALE_SECONDS_MAX,
  KEYS_HELD_ENTRIES_MAX,
} from '../../lambdas/core/limits.ts';
import type { KeySource, Provider } from '../../lambdas/core/provider.ts';
import stripe from '../../lambdas/providers/stripe.ts';
import { httpEvent } from './http-event.ts';
import { createIngestBench, SECRET } from './ingest-bench.ts';
import { paymentSucceeded } from './stripe-event.ts';

const CACHE_SECONDS = 3600;

/** Stripe's requests, signed by whoever `x-key` names: authentic where its key is the text `right`. */
const keyed = (fetch: KeySource['fetch']): Provider => ({
  ...stripe,
  keys: { cacheSeconds: CACHE_SECONDS, fetch },
  verify: async ({ headers }, _, { keyOf }) => {
    const key = await keyOf?.(headers['x-key'] ?? '');
    if (key === undefined) return { valid: false, reason: 'unknown-key' };
    return key === 'right' ? { valid: true, secretId: 'main' } : { valid: false, reason: 'bad-field' };
  },
});

/** `answer` says what the provider gives for a name at its fetch of this number, from 0: a key, none, or an error. */
function keyBench(answer: (name: string, fetches: number) => string | undefined | Error) {
  const asked: string[] = [];
  const provider = keyed(async (name) => {
    asked.push(name);
    const result = answer(name, asked.length - 1);
    if (result instanceof Error) throw result;
    return result;
  });
  const bench = createIngestBench({ provider, network: { send: () => Promise.reject(new Error('unused')) } });
  const body = Buffer.from(paymentSucceeded());
  return {
    ...bench,
    asked,
    /** The status of one request that names this key. */
    request: async (name: string) => (await bench.post(httpEvent(body, { 'x-key': name }))).statusCode,
    /** The status of each of so many, all with names of their own. */
    madeUp: async (count: number) => {
      const statuses: (number | undefined)[] = [];
      for (let at = 0; at < count; at += 1)
        statuses.push((await bench.post(httpEvent(body, { 'x-key': `made-up-${asked.length}-${at}` }))).statusCode);
      return statuses;
    },
  };
}

const outage = () => new RetryableError('NETWORK_TIMEOUT', 'nothing came');
const onlyReal = (name: string) => (name === 'real' ? 'right' : undefined);

describe('a key', () => {
  it('is fetched once for many requests, and anew when it was held long enough', async () => {
    const bench = keyBench(onlyReal);
    for (let request = 0; request < 5; request += 1) expect(await bench.request('real')).toBe(200);
    expect(bench.asked).toEqual(['real']);
    bench.clock.advance(CACHE_SECONDS * 1000);
    expect(await bench.request('real')).toBe(200);
    expect(bench.asked).toEqual(['real', 'real']);
    expect(bench.counted.counts()).toMatchObject({ KeyFetches: 2 });
  });

  it('gets the time, the secrets in force and the network to be fetched with', async () => {
    const sent: unknown[] = [];
    const provider = keyed(async (name, { secrets, nowMillis, send }) => {
      const { body } = await send({ method: 'GET', url: `https://keys.example/${name}` });
      sent.push({ secrets, nowMillis });
      return body;
    });
    const urls: string[] = [];
    const network = {
      send: async ({ url }: { readonly url: string }) => {
        urls.push(url);
        return { status: 200, body: 'right' };
      },
    };
    const bench = createIngestBench({ provider, network });
    const nowMillis = bench.clock.nowMillis();
    expect(await bench.post(httpEvent(Buffer.from(paymentSucceeded()), { 'x-key': 'k' }))).toMatchObject({ statusCode: 200 });
    expect(urls).toEqual(['https://keys.example/k']);
    expect(sent).toEqual([{ secrets: [{ id: 'main', secret: SECRET }], nowMillis }]);
  });

  it('that the provider does not have is 401, and is not asked for again for a while', async () => {
    const bench = keyBench((_, fetches) => (fetches === 0 ? undefined : 'right'));
    for (let request = 0; request < 5; request += 1) expect(await bench.request('new')).toBe(401);
    expect(bench.asked).toEqual(['new']);
    bench.clock.advance(KEY_ABSENT_SECONDS * 1000);
    expect(await bench.request('new')).toBe(200);
  });

  it('that the provider took back no longer counts', async () => {
    const bench = keyBench((_, fetches) => (fetches === 0 ? 'right' : undefined));
    expect(await bench.request('real')).toBe(200);
    bench.clock.advance(CACHE_SECONDS * 1000);
    for (let request = 0; request < 3; request += 1) expect(await bench.request('real')).toBe(401);
    expect(bench.asked).toHaveLength(2);
  });

  it('belongs to its name alone', async () => {
    const bench = keyBench((name) => (name === 'real' ? 'right' : 'wrong'));
    expect([await bench.request('real'), await bench.request('other'), await bench.request('real')]).toEqual([200, 401, 200]);
  });
});

describe('while the provider gives no answer', () => {
  it('a request is 503 and never 401, is counted for the alarm, and nothing is stored', async () => {
    const bench = keyBench(outage);
    expect(await bench.request('real')).toBe(503);
    expect(bench.counted.counts()).toMatchObject({ KeyFetches: 1, KeyUnavailable: 1, IngestUnavailable: 1 });
    expect(bench.counted.lines).toContainEqual({ level: 'error', message: 'key unavailable', fields: { code: 'NETWORK_TIMEOUT' } });
    expect(bench.transactions).toEqual([]);
  });

  it('it is asked again soon, but not for each request', async () => {
    const bench = keyBench((_, fetches) => (fetches === 0 ? outage() : 'right'));
    for (let request = 0; request < 5; request += 1) expect(await bench.request('real')).toBe(503);
    expect(bench.asked).toHaveLength(1);
    bench.clock.advance(KEY_RETRY_SECONDS * 1000);
    expect(await bench.request('real')).toBe(200);
  });

  it('a key that is held goes on counting for a day, is asked for now and then, and no longer', async () => {
    const bench = keyBench((_, fetches) => (fetches === 0 ? 'right' : outage()));
    expect(await bench.request('real')).toBe(200);
    bench.clock.advance(CACHE_SECONDS * 1000);
    for (let request = 0; request < 5; request += 1) expect(await bench.request('real')).toBe(200);
    expect(bench.asked).toHaveLength(2);
    expect(bench.counted.counts()).toMatchObject({ KeyUnavailable: 1 });
    bench.clock.advance(KEY_STALE_SECONDS_MAX * 1000 - 1);
    expect(await bench.request('real')).toBe(200);
    expect(bench.asked).toHaveLength(3);
    bench.clock.advance(1);
    expect(await bench.request('real')).toBe(503);
  });
});

describe('a stranger who makes up names', () => {
  it('costs a bounded number of fetches; then he is answered 503, and keys that are held go on counting', async () => {
    const bench = keyBench(onlyReal);
    expect(await bench.request('real')).toBe(200);
    const statuses = await bench.madeUp(KEY_FETCH_ATTEMPTS_MAX + 5);
    expect(statuses).toEqual([...Array(KEY_FETCH_ATTEMPTS_MAX - 1).fill(401), ...Array(6).fill(503)]);
    expect(bench.asked).toHaveLength(KEY_FETCH_ATTEMPTS_MAX);
    expect(await bench.request('real')).toBe(200);
    expect(bench.counted.lines).toContainEqual(
      expect.objectContaining({ message: 'request refused', fields: { status: 503, code: 'TOO_MANY_KEY_FETCHES' } }),
    );
    bench.clock.advance(KEY_FETCH_WINDOW_SECONDS * 1000);
    expect(await bench.madeUp(1)).toEqual([401]);
  });

  it('does not hinder a held key from being fetched anew', async () => {
    const bench = keyBench(onlyReal);
    await bench.request('real');
    bench.clock.advance(CACHE_SECONDS * 1000);
    await bench.madeUp(KEY_FETCH_ATTEMPTS_MAX + 1);
    expect(await bench.request('real')).toBe(200);
    expect(bench.asked.filter((name) => name === 'real')).toHaveLength(2);
  });

  it('pushes no key out, however many he makes up', async () => {
    const bench = keyBench(onlyReal);
    await bench.request('real');
    for (let round = 0; round < 4; round += 1) {
      await bench.madeUp(KEY_FETCH_ATTEMPTS_MAX);
      bench.clock.advance(KEY_FETCH_WINDOW_SECONDS * 1000);
    }
    expect(await bench.request('real')).toBe(200);
    expect(bench.asked.filter((name) => name === 'real')).toHaveLength(1);
  });
});

it('of more keys than are held, the one that was used longest ago makes room', async () => {
  const bench = keyBench(() => 'right');
  const names = Array.from({ length: KEYS_HELD_ENTRIES_MAX }, (_, number) => `key-${number}`);
  for (const name of names) {
    expect(await bench.request(name)).toBe(200);
    bench.clock.advance(KEY_FETCH_WINDOW_SECONDS * 1000);
  }
  await bench.request('key-0');
  await bench.request('one more');
  bench.asked.length = 0;
  await bench.request('key-0');
  expect(bench.asked).toEqual([]);
  await bench.request('key-1');
  expect(bench.asked).toEqual(['key-1']);
});

it('a function whose provider has keys does not start without a network', () => {
  expect(() => createIngestBench({ provider: keyed(async () => 'right') })).toThrow(/built without a network/);
});
