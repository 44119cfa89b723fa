/** What every provider promises whose objects are fetched: through ingest itself, from the request to what is stored and answered. */

import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HttpAnswer, HttpRequest, Item } from '../../lambdas/core/ports.ts';
import type { ObjectFetch, Provider, ProviderEvent, WebhookRequest } from '../../lambdas/core/provider.ts';
import { httpEvent } from '../pipeline/http-event.ts';
import { createIngestBench, itemsOf, secretText } from '../pipeline/ingest-bench.ts';
import { createVirtualClock } from '../pipeline/virtual-clock.ts';
import { NOW_SECONDS } from './provider-fixture.ts';

export type FetchFixture = {
  readonly provider: Provider & { readonly fetch: ObjectFetch };
  /** An entry of the source's secret, and the API key in it. */
  readonly secret: string;
  readonly apiKey: string;
  /** An entry that verifies and holds no API key; undefined where the API key is all there is. */
  readonly secretWithoutKey: string;
  /** A request as it arrives, signed with that secret where the provider signs; and the path that is asked for it. */
  readonly request: WebhookRequest;
  readonly path: string;
  /** What the provider answers, and what is read of it; the identity begins with the object's id. */
  readonly object: object;
  readonly expected: Omit<ProviderEvent, 'kind' | 'bytes' | 'fingerprint' | 'identity' | 'contentType'>;
  /** The same state, fetched again. */
  readonly same: readonly { readonly title: string; readonly object: object }[];
  /** Each of these is another state, also among themselves. */
  readonly states: readonly { readonly title: string; readonly object: object }[];
  readonly odd: readonly { readonly title: string; readonly object: object; readonly reason: string }[];
  /** What the provider says where it has no such object, and what is answered then. */
  readonly absent: HttpAnswer;
  readonly absentStatus: 200 | 503;
  /** Requests that name nothing which could be fetched. They are kept in quarantine for this reason where they are verified, else refused. */
  readonly nothing: readonly { readonly title: string; readonly request: WebhookRequest; readonly reason: string }[];
};

const SEED = { seed: 20_261_125, numRuns: 300 };

export function describeFetch(fixture: FetchFixture): void {
  const { provider, apiKey } = fixture;
  const { fetch, name } = provider;

  describe(`${name} keeps the contract of a provider whose objects are fetched`, () => {
    it('asks one host over https, with the API key in a header and nowhere else', async () => {
      const { asked, post } = fetchBench(fixture);
      await post();
      expect(new URL(fetch.origin).origin).toBe(fetch.origin);
      expect(asked.map(({ method, url }) => ({ method, url }))).toEqual([{ method: 'GET', url: `${fetch.origin}${fixture.path}` }]);
      expect(asked[0]?.headers).toMatchObject({ authorization: `Bearer ${apiKey}` });
      expect(JSON.stringify({ ...asked[0], headers: undefined })).not.toContain(apiKey);
    });

    it('stores what was fetched, byte for byte, and nothing of the request', async () => {
      const { post, stored } = fetchBench(fixture);
      expect(await post()).toMatchObject({ statusCode: 200, body: '{"received":true}' });
      const [{ event, outbox, payload } = NOTHING] = stored();
      expect(payload).toBe(answerOf(fixture.object).body);
      const { authenticity, type, subject, occurredAt, mode } = fixture.expected;
      expect({ ...event, authenticity: outbox['authenticity'] }).toMatchObject({ authenticity, type, subject, occurredAt, mode });
      expect(authenticity).toBe('fetched');
      expect(event['pk']).toMatch(new RegExp(`^${name}#-#${mode}#${subject}:[0-9a-f]{64}$`));
    });

    it.each(fixture.same)('knows the same state again: $title', async ({ object }) => {
      expect(await keysOf(fixture, [fixture.object, object])).toEqual({ keys: 1, mismatches: 0 });
    });

    it('has another event for each state', async () => {
      const objects = [fixture.object, ...fixture.states.map(({ object }) => object)];
      expect(await keysOf(fixture, objects)).toEqual({ keys: objects.length, mismatches: 0 });
    });

    it.each(fixture.odd)('keeps what it does not understand in quarantine: $title', async ({ object, reason }) => {
      const { post, stored } = fetchBench(fixture, () => answerOf(object));
      expect(await post()).toMatchObject({ statusCode: 200 });
      expect(stored()).toMatchObject([{ event: { quarantine: reason }, payload: JSON.stringify(object, null, 1) }]);
    });

    it(`answers ${fixture.absentStatus} where the provider has no such object, and stores nothing`, async () => {
      const { post, stored } = fetchBench(fixture, () => fixture.absent);
      expect(await post()).toMatchObject({ statusCode: fixture.absentStatus });
      expect(stored()).toEqual([]);
    });

    it.each<[string, HttpAnswer | Error]>([
      ['no answer', new Error('connection reset')],
      ['a redirect', { ...answerOf(fixture.object), status: 302, headers: { location: 'https://evil.example/' } }],
      ['a refused API key', { ...fixture.absent, status: 401, body: fixture.absent.body.replaceAll('404', '401') }],
      ['too many requests', { ...fixture.absent, status: 429, body: fixture.absent.body.replaceAll('404', '429') }],
      ['an error of the provider', { status: 500, body: '{}' }],
      ['a page of somebody on the way', { status: 404, body: '<h1>Not Found</h1>' }],
      ['an answer that is cut short', { status: 200, body: JSON.stringify(fixture.object).slice(0, -1) }],
      ['another object', answerOf({ ...fixture.object, id: 'tr_another' })],
      ['nothing', { status: 200, body: '' }],
    ])('answers 503 and stores nothing after %s', async (_, given) => {
      const { post, stored, counted } = fetchBench(fixture, () => given);
      expect(await post()).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
      expect(stored()).toEqual([]);
      expect(counted.counts()).toMatchObject({ ObjectUnavailable: 1 });
    });

    it('asks nobody while the secret holds no API key', async () => {
      const { asked, post, stored } = fetchBench(fixture, undefined, fixture.secretWithoutKey);
      expect(await post()).toMatchObject({ statusCode: 503 });
      expect([asked, stored()]).toEqual([[], []]);
    });

    it.each(fixture.nothing)('fetches nothing for $title', async ({ request, reason }) => {
      const { asked, post, stored } = fetchBench(fixture);
      const isSigned = (await verdictOf(fixture, request)).valid;
      expect(await post(request)).toMatchObject({ statusCode: isSigned ? 200 : 401 });
      expect(asked).toEqual([]);
      expect(stored().map(({ event }) => event['quarantine'])).toEqual(isSigned ? [reason] : []);
    });

    it('brings no API key and nothing of an answer into a log', async () => {
      for (const given of [answerOf(fixture.object), fixture.absent, { status: 500, body: apiKey }]) {
        const { post, counted } = fetchBench(fixture, () => given);
        await post();
        expect(JSON.stringify(counted.lines)).not.toContain(apiKey);
        expect(counted.lines.every(({ fields }) => Object.values(fields).every((value) => String(value).length < 80))).toBe(true);
      }
    });

    it('never throws, whatever the request and the answer are, and is never led to another path', () => {
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 100 }),
        fc.constantFrom('id=tr_1/../x', '{"type":"payment"}').map((text) => Buffer.from(text)),
      );
      const query = fc.oneof(fc.string(), fc.constantFrom('data.id=1/../2', 'data.id=%2e%2e', 'data.id=1%3Fx'));
      const property = fc.property(bytes, query, fc.json(), fc.integer({ min: 100, max: 599 }), (body, text, json, status) => {
        const request = { headers: {}, body, query: text };
        const wanted = fetch.request(request);
        if (!('kind' in wanted)) expect(wanted.path).toMatch(/^\/v\d\/payments\/\w+(\?embed=[a-z,]+)?$/);
        expect(['answered', 'absent']).not.toContain(fetch.read({ status, headers: {}, body: json }, request).kind);
      });
      fc.assert(property, SEED);
    });
  });
}

const NOTHING = { event: {} as Item, outbox: {} as Item, payload: '' };

const answerOf = (object: object): HttpAnswer => ({ status: 200, body: JSON.stringify(object, null, 1) });

function fetchBench(fixture: FetchFixture, answer: () => HttpAnswer | Error = () => answerOf(fixture.object), secret = fixture.secret) {
  const asked: HttpRequest[] = [];
  const send = async (request: HttpRequest) => {
    asked.push(request);
    const given = answer();
    if (given instanceof Error) throw given;
    return given;
  };
  const bench = createIngestBench({
    provider: fixture.provider,
    clock: createVirtualClock(NOW_SECONDS * 1000),
    secret: () => secretText({ id: 'main', secret }),
    network: { send },
  });
  return {
    asked,
    counted: bench.counted,
    post: ({ headers, body, query = '' } = fixture.request) => bench.post(httpEvent(body, headers, { query })),
    stored: () =>
      bench.transactions.map((transaction) => {
        const [event, outbox] = itemsOf(transaction);
        const payload = outbox['payload'] as Uint8Array;
        return { event, outbox, payload: (outbox['codec'] === 'raw' ? Buffer.from(payload) : inflateRawSync(payload)).toString() };
      }),
  };
}

/** How many events these objects are, fetched one after the other; and how many of them differ under one name. */
async function keysOf(fixture: FetchFixture, objects: readonly object[]) {
  const left = [...objects];
  const { post, stored } = fetchBench(fixture, () => answerOf(left.shift() ?? {}));
  for (const _ of objects) expect(await post()).toMatchObject({ statusCode: 200 });
  const events = stored().map(({ event }) => event);
  expect(events.map((event) => event['quarantine']).filter((reason) => reason !== undefined)).toEqual([]);
  const keys = new Set(events.map((event) => event['pk'])).size;
  return { keys, mismatches: new Set(events.map((event) => `${event['pk']} ${event['fingerprint']}`)).size - keys };
}

async function verdictOf({ provider, secret }: FetchFixture, request: WebhookRequest) {
  const options = { nowSeconds: NOW_SECONDS, toleranceSeconds: provider.toleranceSeconds };
  return provider.verify(request, [{ id: 'main', secret }], options);
}
