/** `POST /payments`: one key is one payment, whoever asks how often; `GET /payments/{id}`: what became of it. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ServiceAnswer } from '../../local/engines/service-engine.ts';
import { type AskOptions, BODY, createPaymentsBench, OBJECT, type PaymentsBench } from './payments-bench.ts';

let bench: PaymentsBench;
beforeEach(async () => {
  bench = await createPaymentsBench();
});

const cancelled = (...codes: string[]): ServiceAnswer => ({
  status: 400,
  body: {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    message: 'cancelled',
    CancellationReasons: codes.map((Code) => ({ Code })),
  },
});

/** From now on each transaction is answered so. */
function everyTransaction(answer: ServiceAnswer | Error): void {
  bench.services.intercept(({ operation }) => (operation === 'TransactWriteItems' ? answer : undefined));
}

describe('A request for a payment', () => {
  it('is answered at once with its id and where to ask for it', async () => {
    const { status, headers, body } = await bench.ask();
    expect([status, body]).toEqual([202, { id: expect.stringMatching(/^pay_[0-9a-f]{40}$/), state: 'PENDING' }]);
    expect(headers['location']).toBe(`/payments/${body['id']}`);
  });

  it('stores the payment with the bytes of its charge, and one message for the function that charges, in one transaction', async () => {
    const { body } = await bench.ask();
    const payment = await bench.payment(String(body['id']));
    expect(payment).toMatchObject({
      state: 'PENDING',
      intent: { amount: 1999, currency: 'eur', reference: 'order 17' },
      notAfter: '2026-11-24T17:37:00.000Z',
      dueAt: '2026-11-23T22:35:00.000Z',
    });
    expect(new URLSearchParams(payment.request.body).get('metadata[oncehook_payment]')).toBe(body['id']);
    const [outbox, ...others] = await bench.rows('Outbox');
    expect(others).toEqual([]);
    expect(outbox).toMatchObject({ type: 'payment.requested', to: ['charge-stripe@1'], subject: body['id'] });
    expect(bench.services.calls.filter(({ operation }) => operation === 'TransactWriteItems')).toHaveLength(1);
  });

  it('says nothing of the payment method in what it publishes', async () => {
    await bench.ask();
    const [outbox] = await bench.rows('Outbox');
    expect(Buffer.from(outbox?.['payload'] as Uint8Array).toString('latin1')).not.toContain('pm_card_visa');
  });

  // crash matrix: caller → pay | duplicate | the first answer again, whatever has become of the payment
  it('gets the first answer again under the same key, whatever has become of it since', async () => {
    const first = await bench.ask();
    await bench.charge();
    const again = await bench.ask();
    expect(again).toEqual(first);
    expect(await bench.rows('Payments')).toHaveLength(1);
    expect(await bench.show(String(first.body['id']))).toMatchObject({ body: { state: 'SUCCEEDED' } });
  });

  it('is the same request in another spelling', async () => {
    const first = await bench.ask();
    const again = await bench.ask({
      body: `{"paymentMethod":"pm_card_visa","reference":"order\\u002017","provider":"stripe","currency":"eur","amount":1.999e3}`,
    });
    expect(again).toEqual(first);
  });

  // crash matrix: caller → pay | another request under the same key | 422; nothing is written
  it.each([
    ['amount', { amount: 2000 }],
    ['currency', { currency: 'USD' }],
    ['reference', { reference: 'order 18' }],
    ['payment method', { paymentMethod: 'pm_card_mastercard' }],
    ['customer', { customer: 'cus_2' }],
  ])('is refused under a key that belongs to a payment of another %s', async (_, change) => {
    await bench.ask();
    const other = await bench.ask({ body: { ...BODY, ...change } });
    expect([other.status, other.body['code']]).toEqual([422, 'KEY_REUSED']);
    expect(await bench.rows('Payments')).toHaveLength(1);
    expect(await bench.rows('Outbox')).toHaveLength(1);
  });

  it.each(['key-2', 'KEY-1'])('is another payment under another key, for example %s beside key-1', async (key) => {
    const [one, other] = [await bench.ask(), await bench.ask({ key })];
    expect(one.body['id']).not.toBe(other.body['id']);
  });

  it('is another payment of another caller under the same key', async () => {
    const [one, other] = [await bench.ask(), await bench.ask({ userArn: 'arn:aws:iam::123456789012:user/other' })];
    expect(one.body['id']).not.toBe(other.body['id']);
  });

  it('is the same payment of one role, whatever its session is called', async () => {
    const ask = (session: string) => bench.ask({ userArn: `arn:aws:sts::123456789012:assumed-role/Shop/${session}` });
    const [one, other] = [await ask('i-1'), await ask('i-2')];
    expect(one).toEqual(other);
  });

  it('is another payment of another federated user', async () => {
    const ask = (name: string) => bench.ask({ userArn: `arn:aws:sts::123456789012:federated-user/${name}` });
    const [one, other] = [await ask('ann'), await ask('bob')];
    expect(one.body['id']).not.toBe(other.body['id']);
  });

  it('takes a key in quotes, as the draft has it, for the same as one without', async () => {
    expect(await bench.ask({ key: '"key-1"' })).toEqual(await bench.ask({ key: 'key-1' }));
  });

  // crash matrix: caller → pay | many at once | one conditional put decides who was first; all others get the first answer
  it('is one payment where fifty of them come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => bench.ask()));
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].every((status) => status === 202 || status === 409)).toBe(true);
    const first = answers.find(({ status }) => status === 202);
    for (const { status } of answers) if (status === 409) expect(await bench.ask()).toEqual(first);
    expect(await bench.rows('Payments')).toHaveLength(1);
    expect(await bench.rows('Outbox')).toHaveLength(1);
  });

  // crash matrix: caller → pay | reply lost after the commit | the transaction under the same token is answered as done; one payment
  it('is answered 202 where its own reply was lost on the way', async () => {
    let lost = 0;
    bench.services.intercept(({ operation }) => {
      if (operation !== 'TransactWriteItems' || lost > 0) return undefined;
      lost += 1;
      return Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    });
    expect((await bench.ask()).status).toBe(202);
  });
});

describe('A request that cannot be decided now', () => {
  // crash matrix: caller → pay | undecided until the deadline | 409 with Retry-After; the same key decides
  it('is answered 409 where another with its key is under way until the deadline', async () => {
    everyTransaction(cancelled('TransactionConflict', 'None'));
    const { status, headers, body } = await bench.ask();
    expect([status, body['code'], headers['retry-after']]).toEqual([409, 'KEY_IN_USE', '5']);
  });

  // crash matrix: caller → pay | throttled, outage | 503 with Retry-After; the same key is safe
  it('is answered 503 where the store throttles or is away, and says that the same key is safe', async () => {
    everyTransaction({ status: 500, body: { __type: 'InternalServerError', message: 'away' } });
    const { status, headers, body } = await bench.ask();
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(body['detail']).toContain('the same key');
  });

  it('is answered 503, and not as taken, where what was there before is there no more', async () => {
    everyTransaction(cancelled('ConditionalCheckFailed', 'None'));
    expect((await bench.ask()).status).toBe(503);
    expect(await bench.rows('Payments')).toEqual([]);
  });

  it('is answered before the function ends', async () => {
    everyTransaction(cancelled('TransactionConflict', 'None'));
    const startMillis = bench.clock.nowMillis();
    await bench.ask({ remainingMillis: 4_000 });
    expect(bench.clock.nowMillis() - startMillis).toBeLessThan(4_000);
  });
});

describe('A request that is wrong', () => {
  const wrong: readonly (readonly [string, AskOptions, string])[] = [
    ['no key', { key: '' }, 'NO_IDEMPOTENCY_KEY'],
    ['a key of two', { key: 'a,b' }, 'BAD_IDEMPOTENCY_KEY'],
    ['a key with a space', { key: '"a b"' }, 'BAD_IDEMPOTENCY_KEY'],
    ['an empty key', { key: '""' }, 'BAD_IDEMPOTENCY_KEY'],
    ['a key that is too long', { key: 'k'.repeat(256) }, 'BAD_IDEMPOTENCY_KEY'],
    ['no JSON', { body: 'amount=1' }, 'NOT_JSON'],
    ['a list', { body: [] }, 'NOT_JSON'],
    [
      'bytes that are no text',
      { base64: Buffer.from(JSON.stringify(BODY).replace('17', '\xff'), 'latin1').toString('base64') },
      'NOT_JSON',
    ],
    ['an unknown field', { body: { ...BODY, amonut: 1 } }, 'UNKNOWN_FIELD'],
    ['no amount', { body: { ...BODY, amount: undefined } }, 'BAD_AMOUNT'],
    ['a fraction', { body: { ...BODY, amount: 19.99 } }, 'BAD_AMOUNT'],
    ['an amount as text', { body: { ...BODY, amount: '1999' } }, 'BAD_AMOUNT'],
    ['nothing to pay', { body: { ...BODY, amount: 0 } }, 'BAD_AMOUNT'],
    ['less than nothing', { body: { ...BODY, amount: -5 } }, 'BAD_AMOUNT'],
    ['an amount beyond every sum', { body: { ...BODY, amount: 1e18 } }, 'BAD_AMOUNT'],
    ['no currency', { body: { ...BODY, currency: 'euro' } }, 'BAD_CURRENCY'],
    ['a provider that nobody charges through', { body: { ...BODY, provider: 'paypal' } }, 'UNKNOWN_PROVIDER'],
    ['a provider that every object has', { body: { ...BODY, provider: '__proto__' } }, 'UNKNOWN_PROVIDER'],
    ['a reference with a line break', { body: { ...BODY, reference: 'a\nb' } }, 'BAD_REFERENCE'],
    ['no customer at all', { body: { ...BODY, customer: '' } }, 'BAD_CUSTOMER'],
    ['the number of a card', { body: { ...BODY, paymentMethod: '4242 4242 4242 4242' } }, 'CARD_NUMBER'],
  ];

  it.each(wrong)('for %s is refused with the reason, and nothing is stored', async (_, options, code) => {
    const { status, headers, body } = await bench.ask(options);
    expect([status, body['code'], headers['content-type']]).toEqual([400, code, 'application/problem+json']);
    expect(String(body['detail']).length).toBeGreaterThan(30);
    expect([...(await bench.rows('Payments')), ...(await bench.rows('Outbox'))]).toEqual([]);
  });

  it('is never quoted: what stands in the wrong field may be secret', async () => {
    const { body } = await bench.ask({ body: { ...BODY, paymentMethod: '4242424242424242' } });
    expect(JSON.stringify(body)).not.toContain('4242');
  });

  it('for a body of a megabyte is refused before it is read', async () => {
    expect((await bench.ask({ body: ' '.repeat(1_000_000) })).status).toBe(413);
  });

  it('of nobody is an outage of ours and no payment', async () => {
    expect((await bench.ask({ userArn: '' })).status).toBe(503);
    expect(await bench.rows('Payments')).toEqual([]);
  });
});

describe('A payment that is asked for', () => {
  it('says nothing of its payment method, nor of the request that is sent', async () => {
    const { body } = await bench.ask();
    expect(JSON.stringify(await bench.show(String(body['id'])))).not.toMatch(/pm_card_visa|fingerprint|payment_method/);
  });

  it('tells its state and how it came to it', async () => {
    const { body } = await bench.ask();
    await bench.charge();
    const shown = await bench.show(String(body['id']));
    expect(shown.status).toBe(200);
    expect(shown.body).toMatchObject({
      id: body['id'],
      state: 'SUCCEEDED',
      amount: 1999,
      currency: 'eur',
      reference: 'order 17',
      object: OBJECT,
      attempts: 1,
    });
    expect((shown.body['history'] as { state: string; by: string }[]).map(({ state, by }) => `${state} ${by}`)).toEqual([
      'PENDING caller',
      'SENT charge',
      'SUCCEEDED charge',
    ]);
  });

  it.each(['pay_1', `pay_${'0'.repeat(40)}`, '../x', ''])('by %p is answered 404', async (id) => {
    expect(await bench.show(id)).toMatchObject({ status: 404, body: { code: 'NO_PAYMENT' } });
  });
});
