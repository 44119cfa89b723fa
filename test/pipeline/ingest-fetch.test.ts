/** What a request only speaks of: fetched within the deadline, with a key that may be changed, and with measure where strangers ask. */
import { describe, expect, it } from '@jest/globals';
import { openHttpsNetwork } from '../../lambdas/aws/https-network.ts';
import {
  ABSENT_OBJECTS_ITEMS_MAX,
  FETCH_TIMEOUT_MILLIS,
  OBJECT_FETCH_ATTEMPTS_MAX,
  OBJECT_FETCH_WINDOW_SECONDS,
  REQUEST_TIMEOUT_MILLIS,
} from '../../lambdas/core/limits.ts';
import type { HttpAnswer, HttpRequest } from '../../lambdas/core/ports.ts';
import mollie from '../../lambdas/providers/mollie-classic.ts';
import { httpEvent } from './http-event.ts';
import { createIngestBench, type IngestOptions, secretText } from './ingest-bench.ts';
import { closeServers, startServer } from './provider-calls-bench.ts';

const [KEY, NEXT_KEY] = [`test_${'a1'.repeat(15)}`, `test_${'b2'.repeat(15)}`];
const paymentOf = (id: string) => ({ resource: 'payment', id, mode: 'test', status: 'paid', createdAt: '2026-11-23T22:20:00+00:00' });
const ABSENT = { status: 404, body: '{"status":404,"title":"Not Found"}' };
const REFUSED = { status: 401, body: '{"status":401,"title":"Unauthorized Request"}' };

const idOf = ({ url }: HttpRequest) => /tr_\w+/.exec(url)?.[0] ?? '';
const keyOf = ({ headers }: HttpRequest) => headers?.['authorization']?.replace('Bearer ', '');

type Given = Partial<IngestOptions> & { readonly answer?: (request: HttpRequest) => HttpAnswer };

function fetchBench({ answer = (request) => ({ status: 200, body: JSON.stringify(paymentOf(idOf(request))) }), ...options }: Given = {}) {
  const asked: HttpRequest[] = [];
  const send = async (request: HttpRequest) => {
    asked.push(request);
    return answer(request);
  };
  const secret = () => secretText({ id: 'main', secret: KEY });
  const bench = createIngestBench({ provider: mollie, secret, network: { send }, ...options });
  const statusOf = async (id: string) => (await bench.post(httpEvent(Buffer.from(`id=${id}`), {}))).statusCode;
  const statusesOf = async (ids: readonly string[]) => {
    const statuses: (number | undefined)[] = [];
    for (const id of ids) statuses.push(await statusOf(id));
    return statuses;
  };
  return { ...bench, asked, statusOf, statusesOf };
}

const times = <T>(count: number, one: (at: number) => T) => Array.from({ length: count }, (_, at) => one(at));

describe('strangers', () => {
  it('who make ids up are soon asked for no more, and what is real comes again', async () => {
    const bench = fetchBench({
      answer: (request) => (idOf(request) === 'tr_real' ? { status: 200, body: JSON.stringify(paymentOf('tr_real')) } : ABSENT),
    });
    const madeUp = times(ABSENT_OBJECTS_ITEMS_MAX + 5, (at) => `tr_madeup${at}`);
    expect(new Set((await bench.statusesOf(madeUp)).slice(ABSENT_OBJECTS_ITEMS_MAX))).toEqual(new Set([503]));
    expect(bench.asked).toHaveLength(ABSENT_OBJECTS_ITEMS_MAX);
    expect(await bench.statusOf('tr_real')).toBe(503);
    bench.clock.advance(OBJECT_FETCH_WINDOW_SECONDS * 1000);
    expect(await bench.statusOf('tr_real')).toBe(200);
    expect(bench.transactions).toHaveLength(1);
    expect(bench.counted.counts()).toMatchObject({ ObjectsAbsent: ABSENT_OBJECTS_ITEMS_MAX });
  });

  it('who send one made-up id again and again cost one fetch a minute', async () => {
    const bench = fetchBench({ answer: () => ABSENT });
    expect(new Set(await bench.statusesOf(times(100, () => 'tr_madeup')))).toEqual(new Set([200]));
    expect(bench.asked).toHaveLength(1);
    bench.clock.advance(OBJECT_FETCH_WINDOW_SECONDS * 1000);
    await bench.statusOf('tr_madeup');
    expect(bench.asked).toHaveLength(2);
  });

  it('who know a real id have it fetched a few times a minute, and hinder no other', async () => {
    const bench = fetchBench();
    const statuses = await bench.statusesOf(times(OBJECT_FETCH_ATTEMPTS_MAX + 3, () => 'tr_real1'));
    expect(statuses).toEqual([...times(OBJECT_FETCH_ATTEMPTS_MAX, () => 200), 503, 503, 503]);
    expect(bench.asked).toHaveLength(OBJECT_FETCH_ATTEMPTS_MAX);
    expect(await bench.statusOf('tr_real2')).toBe(200);
    bench.clock.advance(OBJECT_FETCH_WINDOW_SECONDS * 1000);
    expect(await bench.statusOf('tr_real1')).toBe(200);
  });
});

it('many payments in one minute are all fetched', async () => {
  const bench = fetchBench();
  expect(new Set(await bench.statusesOf(times(300, (at) => `tr_real${at}`)))).toEqual(new Set([200]));
  expect(bench.transactions).toHaveLength(300);
});

describe('the API key', () => {
  it('is that of the first entry that has one', async () => {
    const secret = () => secretText({ id: 'other', secret: 'whsec_other' }, { id: 'next', secret: NEXT_KEY }, { id: 'main', secret: KEY });
    const bench = fetchBench({ secret });
    expect(await bench.statusOf('tr_real')).toBe(200);
    expect(bench.asked.map(keyOf)).toEqual([NEXT_KEY]);
  });

  it('is read anew when it is refused, so that a new one is in use at once', async () => {
    const secret = (reads: number) => secretText({ id: 'main', secret: reads === 0 ? KEY : NEXT_KEY });
    const answer = (request: HttpRequest) =>
      keyOf(request) === NEXT_KEY ? { status: 200, body: JSON.stringify(paymentOf('tr_real')) } : REFUSED;
    const bench = fetchBench({ secret, answer });
    expect(await bench.statusOf('tr_real')).toBe(503);
    bench.clock.advance(31_000);
    expect(await bench.statusOf('tr_real')).toBe(200);
    expect(bench.asked.map(keyOf)).toEqual([KEY, KEY, NEXT_KEY]);
  });

  it('that is refused is our fault and never the sender’s', async () => {
    const bench = fetchBench({ answer: () => REFUSED });
    expect(await bench.statusesOf(['tr_real', 'tr_real'])).toEqual([503, 503]);
    expect(bench.counted.counts()).toMatchObject({ ObjectUnavailable: 2, IngestUnavailable: 2 });
    expect(bench.counted.counted('Unauthorized{reason=unsigned}')).toBe(0);
  });
});

describe('the deadline', () => {
  it('leaves time to store what was fetched', async () => {
    const bench = fetchBench({ remainingMillis: 5_000 });
    await bench.statusOf('tr_real');
    expect(bench.asked[0]?.bounds).toMatchObject({ timeoutMillis: 5_000 - 1_000 - REQUEST_TIMEOUT_MILLIS });
    const another = fetchBench();
    await another.statusOf('tr_real');
    expect(another.asked[0]?.bounds).toMatchObject({ timeoutMillis: FETCH_TIMEOUT_MILLIS, answerBytes: 262_144 });
  });

  it('is kept where no time is left for a fetch: nothing is asked, and the sender tries again', async () => {
    const bench = fetchBench({ remainingMillis: 1_000 + REQUEST_TIMEOUT_MILLIS });
    expect(await bench.statusOf('tr_real')).toBe(503);
    expect(bench.asked).toEqual([]);
  });

  it('is kept after a slow fetch: what could no longer be stored in time is not stored', async () => {
    const holder: { bench?: ReturnType<typeof fetchBench> } = {};
    const answer = (request: HttpRequest) => {
      holder.bench?.clock.advance(7_000);
      return { status: 200, body: JSON.stringify(paymentOf(idOf(request))) };
    };
    holder.bench = fetchBench({ answer });
    expect(await holder.bench.statusOf('tr_real')).toBe(503);
    expect(holder.bench.transactions).toEqual([]);
  });
});

describe('what was fetched', () => {
  it('goes to quarantine where it is of another mode than the source, as what is signed does', async () => {
    const bench = fetchBench({ expected: { mode: 'live' } });
    expect(await bench.statusOf('tr_real')).toBe(200);
    expect(bench.counted.counts()).toMatchObject({ EventsQuarantined: 1 });
  });

  it('is not stored where the store fails, and the sender tries again', async () => {
    const bench = fetchBench({ transact: () => Promise.reject(Object.assign(new Error('no'), { name: 'ValidationException' })) });
    expect(await bench.statusOf('tr_real')).toBe(503);
  });
});

it('a stand-in of the provider on this machine is asked over a real connection, and no other one', async () => {
  const { origin, sent } = await startServer(() => ({ status: 200, headers: {}, body: JSON.stringify(paymentOf('tr_real')) }));
  const bench = fetchBench({ network: openHttpsNetwork(), apiOrigin: origin });
  expect(await bench.statusOf('tr_real').finally(closeServers)).toBe(200);
  expect(sent.map(({ method, url, headers }) => `${method} ${url} ${headers.authorization}`)).toEqual([
    `GET /v2/payments/tr_real?embed=refunds,chargebacks Bearer ${KEY}`,
  ]);
  expect(() => fetchBench({ apiOrigin: 'https://evil.example' })).toThrow('the override is neither');
});

it('a function without a network does not start', () => {
  expect(() => fetchBench({ network: undefined })).toThrow('its function was built without a network');
});
