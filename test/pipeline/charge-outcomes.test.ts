/** Charges whose outcome is not known: one key, one set of bytes, and never sent blindly; a webhook may know better, and a contradiction freezes. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createPaymentsBench, EMPTY_LIST, intent, json, OBJECT, type PaymentsBench, stripeError, succeeding } from './payments-bench.ts';

let bench: PaymentsBench;
let id: string;
beforeEach(async () => {
  bench = await createPaymentsBench();
  id = String((await bench.ask()).body['id']);
});

const HOUR = 3_600_000;
const state = async () => (await bench.payment(id)).state;
const keyOf = (request: PaymentsBench['sent'][number] | undefined) => request?.headers?.['idempotency-key'];
const lost = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
const found = () => json(200, { ...EMPTY_LIST, data: [intent(id)] });

describe('A charge whose outcome is not known', () => {
  // crash matrix: charge → provider | reply lost after it was done | UNKNOWN; the same key and bytes again, so that the provider answers what it did
  it('is tried again under the same key with the same bytes, and not as another one', async () => {
    bench.provider((request, calls) => (calls < 3 ? lost : succeeding(request, calls)));
    await bench.charge();
    expect(await state()).toBe('UNKNOWN');
    await bench.pass(5 * 60_000);
    expect(await state()).toBe('SUCCEEDED');
    expect(bench.posts()).toHaveLength(3);
    expect(new Set(bench.posts().map(({ body }) => body)).size).toBe(1);
    expect(new Set(bench.posts().map(keyOf))).toEqual(new Set([`oncehook-${id}`]));
  });

  it('is written down also where a copy of its message learned it', async () => {
    bench.provider((request, calls) => (calls === 1 ? lost : succeeding(request, calls)));
    await bench.charge();
    bench.clock.advance(60_000);
    expect(await bench.charge({ receives: 2 })).toBe(0);
    expect(await state()).toBe('SUCCEEDED');
  });

  it('was written down as sent before the call', async () => {
    bench.provider(async () => {
      expect(await state()).toBe('SENT');
      return lost;
    });
    await bench.charge();
    expect(bench.sent).toHaveLength(1);
  });

  // crash matrix: charge → provider | killed during the call | SENT was written before it; the clock takes it up under the same key
  it('is not left to its message where the function dies during the call', async () => {
    bench.provider(() => new Promise(() => undefined));
    const dead = bench.charge();
    while (bench.sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await state()).toBe('SENT');
    bench.provider(succeeding);
    await bench.pass(3 * 60_000);
    expect(await state()).toBe('SUCCEEDED');
    expect(new Set(bench.posts().map(keyOf)).size).toBe(1);
    void dead;
  });

  // crash matrix: charge → provider | the key may be forgotten | it is looked for by our own id and never sent again
  it('is looked for, and never sent again, once its key has lived for 0.8 of its life', async () => {
    bench.provider(() => lost);
    await bench.charge();
    await bench.pass(19 * HOUR, 600_000);
    const sent = bench.posts().length;
    bench.provider(() => json(200, EMPTY_LIST));
    await bench.pass(26 * HOUR, 600_000);
    expect(bench.posts()).toHaveLength(sent);
    expect(await bench.payment(id)).toMatchObject({ state: 'EXPIRED', failureCode: 'NOT_AT_PROVIDER' });
    expect(await bench.published()).toEqual(['payment.expired']);
  });

  it('is adopted where the look finds it', async () => {
    bench.provider(() => lost);
    await bench.charge();
    bench.clock.advance(30 * HOUR);
    bench.provider(({ url }) => (url.includes('/search') ? json(200, EMPTY_LIST) : found()));
    await bench.tick();
    expect(await bench.payment(id)).toMatchObject({ state: 'SUCCEEDED', objectId: OBJECT, attempts: 1 });
  });

  // crash matrix: charge → provider | a list that lags | absent only after two looks a quarter of an hour apart
  it('is not given up after one look, since lists lag', async () => {
    bench.provider(() => lost);
    await bench.charge();
    bench.clock.advance(30 * HOUR);
    bench.provider(() => json(200, EMPTY_LIST));
    await bench.tick();
    await bench.pass(14 * 60_000);
    expect(await state()).toBe('UNKNOWN');
    bench.provider(({ url }) => (url.includes('/search') ? json(200, EMPTY_LIST) : found()));
    await bench.pass(2 * 60_000);
    expect(await state()).toBe('SUCCEEDED');
  });

  it('is not given up where the list could not be read to its end: it is read on from there', async () => {
    bench.provider(() => lost);
    await bench.charge();
    bench.clock.advance(30 * HOUR);
    const pages: string[] = [];
    bench.provider(({ url }) => {
      if (url.includes('/search')) return json(200, EMPTY_LIST);
      const after = new URL(url).searchParams.get('starting_after') ?? '';
      pages.push(after);
      const next = Number(/\d+$/.exec(after)?.[0] ?? 0) + 1;
      return json(200, { ...EMPTY_LIST, has_more: true, data: [intent(`pay_${'e'.repeat(40)}`, { id: `pi_other${next}` })] });
    });
    await bench.tick();
    expect(bench.counted.counts()).toMatchObject({ 'LookupIncomplete{code=LIST_TOO_LONG}': 1 });
    await bench.pass(6 * 60_000);
    expect(await state()).toBe('UNKNOWN');
    expect(pages.slice(0, 2)).toEqual(['', 'pi_other1']);
    expect(pages[50]).toBe('pi_other50');
  });

  // crash matrix: charge → provider | stored error | it is looked for, since the same key would give the same error for ever
  it('is looked for at once where the provider would repeat a stored error for ever', async () => {
    bench.provider(() => stripeError({ type: 'api_error' }, 500, { 'idempotent-replayed': 'true' }));
    await bench.charge();
    bench.provider(({ url }) => (url.includes('/search') ? json(200, EMPTY_LIST) : found()));
    await bench.pass(60_000);
    expect(bench.posts()).toHaveLength(1);
    expect(await state()).toBe('SUCCEEDED');
  });

  // crash matrix: charge → provider | throttled | the same key again after the time that the provider names
  it('waits as long as the provider asks', async () => {
    bench.provider((request, calls) =>
      calls === 1 ? stripeError({ type: 'rate_limit' }, 429, { 'retry-after': '600' }) : succeeding(request, calls),
    );
    await bench.charge();
    await bench.pass(9 * 60_000);
    expect(bench.posts()).toHaveLength(1);
    await bench.pass(2 * 60_000);
    expect(await state()).toBe('SUCCEEDED');
  });
});

describe('A provider that does not let us in', () => {
  const refused = () => stripeError({ type: 'invalid_request_error', message: 'Invalid API Key' }, 401);

  // crash matrix: charge → provider | API key refused | it stays PENDING, an alarm rings, and it is charged once the key is right
  it('is no decline: the payment stays as it was, an alarm rings, and it is charged once the key is right', async () => {
    bench.provider(refused);
    await bench.charge();
    expect(await bench.payment(id)).toMatchObject({ state: 'PENDING', attempts: 0 });
    expect(bench.counted.counts()).toMatchObject({ ProviderUnauthorized: 1 });
    bench.provider(succeeding);
    await bench.pass(6 * 60_000);
    expect(await state()).toBe('SUCCEEDED');
  });

  it('leaves open what an earlier call did', async () => {
    bench.provider((_, calls) => (calls === 1 ? lost : refused()));
    await bench.charge();
    await bench.pass(60_000);
    expect(await bench.payment(id)).toMatchObject({ state: 'UNKNOWN', attempts: 2 });
  });
});

describe('A webhook that is quicker than our own answer', () => {
  const event = (change: object = {}) => ({ type: 'payment_intent.succeeded', data: { object: intent(id, change) } });

  // crash matrix: webhook → payment | before our own answer | it ends the payment; the answer finds it so
  it('ends the payment, and the answer finds it so', async () => {
    bench.provider(async (request, calls) => {
      await bench.confirm(event());
      return succeeding(request, calls);
    });
    expect(await bench.charge()).toBe(0);
    expect(await state()).toBe('SUCCEEDED');
    expect(await bench.published()).toEqual(['payment.succeeded']);
    expect(await bench.charge({ receives: 2 })).toBe(0);
  });

  // crash matrix: webhook → payment | our own answer never comes | it ends the payment all the same
  it('ends it where our own answer never comes', async () => {
    bench.provider(() => lost);
    await bench.charge();
    await bench.confirm(event());
    await bench.pass(2 * HOUR, 300_000);
    expect(await state()).toBe('SUCCEEDED');
    expect(bench.posts()).toHaveLength(1);
  });

  // crash matrix: webhook → payment | of another source | nothing changes
  it('of another source says nothing of our payments', async () => {
    await bench.confirm(event(), 'evt_1', { source: 'other' });
    expect(await state()).toBe('PENDING');
  });

  it('of another stack, which charges through the same account, is left alone', async () => {
    expect(await bench.confirm({ data: { object: intent(`pay_${'9'.repeat(40)}`) } })).toBe(0);
    expect(await bench.rows('Payments')).toHaveLength(1);
  });

  it.each([
    ['another amount', { amount_received: 5 }, 'AMOUNT_DIFFERS'],
    ['another currency', { currency: 'usd' }, 'CURRENCY_DIFFERS'],
  ])('with %s freezes the payment and rings', async (_, change, code) => {
    await bench.confirm(event(change));
    expect(await bench.payment(id)).toMatchObject({ state: 'DISPUTED_BY_RECORDS', failureCode: code });
    expect(await bench.published()).toEqual(['payment.disputed']);
    expect(bench.counted.counts()).toMatchObject({ PaymentsDisputed: 1 });
    expect(await bench.charge()).toBe(0);
    expect(bench.sent).toEqual([]);
  });

  // crash matrix: webhook → payment | contradicts what we know | DISPUTED_BY_RECORDS and an alarm; a person decides
  it('and says something else than the answer freezes the payment', async () => {
    bench.provider(async (request, calls) => {
      await bench.confirm(event({ id: 'pi_AnotherObject' }));
      return succeeding(request, calls);
    });
    await bench.charge();
    expect(await bench.payment(id)).toMatchObject({ state: 'DISPUTED_BY_RECORDS', failureCode: 'SECOND_OBJECT' });
    expect([...(await bench.published())].sort()).toEqual(['payment.disputed', 'payment.succeeded']);
    expect(bench.counted.counts()).toMatchObject({ PaymentsDisputed: 1 });
  });
});

describe('A mistake of ours that the provider notices', () => {
  // crash matrix: charge → provider | key known with other bytes | DISPUTED_BY_RECORDS and an alarm; nothing is sent again
  it('freezes the payment and rings', async () => {
    bench.provider(() => stripeError({ type: 'idempotency_error' }, 400));
    await bench.charge();
    expect(await state()).toBe('DISPUTED_BY_RECORDS');
    expect(bench.counted.counts()).toMatchObject({ NeverErrors: 1, PaymentsDisputed: 1 });
    await bench.pass(2 * HOUR, 300_000);
    expect(bench.posts()).toHaveLength(1);
  });
});
