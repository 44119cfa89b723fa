/** Calls of a provider API over a real connection: one try, to one host, and nothing thrown. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { PROVIDER_LIST_BYTES_MAX, PROVIDER_OBJECT_BYTES_MAX } from '../../lambdas/core/limits.ts';
import type { HttpAnswer, HttpRequest } from '../../lambdas/core/ports.ts';
import type { ProviderApi } from '../../lambdas/core/provider-api.ts';
import stripe from '../../lambdas/provider-apis/stripe.ts';
import { answer, asked, declinedAnswer, errorAnswer, event, expected, list, paid, payment } from '../provider-apis/stripe-answers.ts';
import { callsBench, callsOf, closeServers, KEY, type Reply, startServer } from './provider-calls-bench.ts';

const WINDOW = { fromSeconds: 1_795_000_000, toSeconds: 1_795_003_600 };
const frozen = stripe.charge.request(asked);

afterEach(closeServers);

describe('a charge', () => {
  it('is sent as it was frozen, under its key, by the one who holds the API key, and once', async () => {
    const { calls, sent, telemetry } = await callsBench(answer(paid));
    expect(await calls.charge(frozen, 'key-1')).toEqual({ kind: 'payment', payment: expected, replayed: false });
    expect(sent).toMatchObject([
      {
        method: 'POST',
        url: '/v1/payment_intents',
        body: frozen.body,
        headers: { ...frozen.headers, 'idempotency-key': 'key-1', authorization: `Bearer ${KEY}` },
      },
    ]);
    expect(telemetry.counts()).toEqual({ 'ProviderCalls{provider=stripe,call=charge,outcome=payment}': 1 });
  });

  it('reads the headers of the answer', async () => {
    const { calls } = await callsBench(answer(paid, { headers: { 'Idempotent-Replayed': 'true' } }));
    expect(await calls.charge(frozen, 'key-1')).toMatchObject({ kind: 'payment', replayed: true });
  });

  it('that is declined has failed', async () => {
    const { calls } = await callsBench(declinedAnswer);
    expect(await calls.charge(frozen, 'key-1')).toMatchObject({ kind: 'payment', payment: { state: 'FAILED' } });
  });

  it.each<[string, Reply, string]>([
    ['a connection that ends without an answer', 'hang-up', 'ECONNRESET'],
    ['an answer that is cut off', 'half', 'ECONNRESET'],
    ['an error of the provider', errorAnswer(500, { type: 'api_error' }), 'api_error'],
    ['an answer that is too long', answer(' '.repeat(PROVIDER_OBJECT_BYTES_MAX + 1)), 'ANSWER_TOO_LARGE'],
    ['a payment of the other mode', answer({ ...paid, livemode: true }), 'OTHER_MODE'],
  ])('is unknown after %s, and is not sent again', async (_, reply, code) => {
    const { calls, sent } = await callsBench(reply);
    expect(await calls.charge(frozen, 'key-1')).toEqual({ kind: 'unknown', code, replayed: false });
    expect(sent.length).toBe(1);
  });

  it('is unknown where nobody listens', async () => {
    const server = await startServer(() => answer(paid));
    closeServers();
    expect(await callsOf({ origin: server.origin }).calls.charge(frozen, 'key-1')).toMatchObject({ kind: 'unknown', code: 'ECONNREFUSED' });
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect %s, which would hand the key to somebody else', async (status) => {
    const elsewhere = await startServer(() => answer(paid));
    const { calls } = await callsBench(answer(paid, { status, headers: { location: `${elsewhere.origin}/v1/payment_intents` } }));
    expect(await calls.charge(frozen, 'key-1')).toEqual({ kind: 'unknown', code: 'REDIRECTED', replayed: false });
    expect(await calls.one(payment.intent)).toEqual({ kind: 'again', code: 'REDIRECTED' });
    expect(elsewhere.sent).toEqual([]);
  });
});

describe('the host of a call', () => {
  const recording = () => {
    const urls: string[] = [];
    const send = async ({ url }: HttpRequest): Promise<HttpAnswer> => {
      urls.push(url);
      return answer(paid);
    };
    return { urls, network: { send } };
  };

  it("is the provider's own", async () => {
    const { urls, network } = recording();
    await callsOf({ network }).calls.charge(frozen, 'key-1');
    expect(urls).toEqual(['https://api.stripe.com/v1/payment_intents']);
  });

  it.each(['@evil.example/v1', '.evil.example/v1', ':8443/v1', 'v1/payment_intents', ''])(
    'cannot be changed by the path %j: nothing is sent',
    async (path) => {
      const { urls, network } = recording();
      const { calls } = callsOf({ network });
      expect(await calls.charge({ ...frozen, path }, 'key-1')).toEqual({ kind: 'unauthorized', code: 'WRONG_HOST' });
      expect(urls).toEqual([]);
    },
  );

  it.each([
    'https://evil.example',
    'http://api.stripe.com',
    'http://127.0.0.1:80@evil.example',
    'http://localhost:1',
    'https://api.stripe.com/',
    '',
  ])('is not replaced by %j', (origin) => {
    expect(() => callsOf({ origin })).toThrow('the override is neither');
  });
});

describe('a look-up', () => {
  it('gives the payment that it is asked for', async () => {
    const { calls, sent } = await callsBench(answer(paid));
    expect(await calls.one(payment.intent)).toEqual({ kind: 'answered', value: expected });
    expect(sent).toMatchObject([
      { method: 'GET', url: `/v1/payment_intents/${payment.intent}`, headers: { authorization: `Bearer ${KEY}` } },
    ]);
  });

  it('is not answered by another payment, nor by one of the other mode', async () => {
    expect(await (await callsBench(answer(paid))).calls.one('pi_3Another')).toEqual({ kind: 'again', code: 'OTHER_OBJECT' });
    expect(await (await callsBench(answer({ ...paid, livemode: true }))).calls.one(payment.intent)).toMatchObject({ code: 'OTHER_OBJECT' });
  });

  it('by our id is not answered by a payment that does not bear it', async () => {
    const found = (intent: object) => answer({ object: 'search_result', has_more: false, next_page: null, data: [intent] });
    expect(await (await callsBench(found(paid))).calls.search(asked.id)).toMatchObject({ kind: 'answered', value: { items: [expected] } });
    expect(await (await callsBench(found({ ...paid, metadata: {} }))).calls.search(asked.id)).toEqual({
      kind: 'again',
      code: 'OTHER_OBJECT',
    });
  });

  it('can be tried again after whatever the network does', async () => {
    for (const reply of ['hang-up', 'half'] as const)
      expect(await (await callsBench(reply)).calls.one(payment.intent)).toEqual({ kind: 'again', code: 'ECONNRESET' });
  });
});

describe('a list', () => {
  it('is read page by page', async () => {
    const { calls, sent } = await callsBench(({ url }) =>
      url?.includes('starting_after') ? list([]) : list([event('evt_1', paid)], true),
    );
    const first = await calls.events(WINDOW);
    expect(first).toMatchObject({ kind: 'answered', value: { items: [{ id: 'evt_1' }], after: 'evt_1' } });
    expect(await calls.events(WINDOW, 'evt_1')).toEqual({ kind: 'answered', value: { items: [], after: undefined } });
    expect(sent.map(({ url }) => url)).toEqual([stripe.events.request(WINDOW).path, stripe.events.request(WINDOW, 'evt_1').path]);
  });

  it('may be long, up to its bound', async () => {
    const long = (bytes: number) => answer(JSON.stringify({ object: 'list', has_more: false, data: [] }).padEnd(bytes));
    expect(await (await callsBench(long(PROVIDER_LIST_BYTES_MAX))).calls.listPayments(WINDOW)).toMatchObject({ kind: 'answered' });
    expect(await (await callsBench(long(PROVIDER_LIST_BYTES_MAX + 1))).calls.transactions(WINDOW)).toEqual({
      kind: 'again',
      code: 'ANSWER_TOO_LARGE',
    });
  });

  it('that a provider has not is a mistake of ours', async () => {
    const { calls } = callsOf({
      api: { ...stripe, charge: undefined, events: undefined, transactions: undefined } as unknown as ProviderApi,
    });
    for (const call of [
      calls.events(WINDOW),
      calls.transactions(WINDOW),
      calls.listPayments(WINDOW),
      calls.search('pay_1'),
      calls.charge(frozen, 'k'),
    ])
      await expect(call).rejects.toThrow(/^The provider API stripe has no /);
  });
});

it('a charge may wait for a bank, everything else is bounded more tightly', async () => {
  const bounds: unknown[] = [];
  const send = async ({ bounds: given }: HttpRequest): Promise<HttpAnswer> => {
    bounds.push(given);
    return answer(paid);
  };
  const { calls } = callsOf({ network: { send } });
  await calls.charge(frozen, 'key-1');
  await calls.one(payment.intent);
  await calls.events(WINDOW);
  expect(bounds).toEqual([
    { timeoutMillis: 20_000, answerBytes: 262_144 },
    { timeoutMillis: 10_000, answerBytes: 262_144 },
    { timeoutMillis: 10_000, answerBytes: 4_194_304 },
  ]);
});
