/** The charge: a payment is sent once its message comes or the clock takes it up, and what became of it is written down. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { BODY, createPaymentsBench, EMPTY_LIST, intent, json, OBJECT, type PaymentsBench, stripeError } from './payments-bench.ts';

let bench: PaymentsBench;
let id: string;
beforeEach(async () => {
  bench = await createPaymentsBench();
  id = String((await bench.ask()).body['id']);
});

const HOUR = 3_600_000;
const state = async () => (await bench.payment(id)).state;
const keyOf = (request: PaymentsBench['sent'][number] | undefined) => request?.headers?.['idempotency-key'];
const FETCHED = `https://api.stripe.com/v1/payment_intents/${OBJECT}`;

describe('A payment whose message comes', () => {
  it('is charged, and its end is told once', async () => {
    expect(await bench.charge()).toBe(0);
    expect(await bench.payment(id)).toMatchObject({ state: 'SUCCEEDED', objectId: OBJECT, attempts: 1, dueAt: undefined });
    expect(await bench.published()).toEqual(['payment.succeeded']);
  });

  it('is charged with the bytes that were frozen when it was asked for', async () => {
    await bench.charge();
    expect(bench.sent[0]?.body).toBe((await bench.payment(id)).request.body);
  });

  it('is charged for the customer whom a saved payment method belongs to', async () => {
    const { body } = await bench.ask({ key: 'key-2', body: { ...BODY, customer: 'cus_1' } });
    expect((await bench.payment(String(body['id']))).intent.customer).toBe('cus_1');
    await bench.charge();
    expect(bench.sent.map((request) => new URLSearchParams(request.body).get('customer'))).toContain('cus_1');
  });

  // crash matrix: charge → provider | duplicate | the payment has ended, so nobody is called
  it('is not charged again by a copy of the message, whenever it comes', async () => {
    await bench.charge();
    bench.clock.advance(40 * 24 * HOUR);
    expect(await bench.charge({ receives: 2 })).toBe(0);
    expect(bench.posts()).toHaveLength(1);
    expect(await bench.published()).toEqual(['payment.succeeded']);
  });

  it('has its marker in the same transaction as what was learned', async () => {
    await bench.charge();
    const last = bench.services.calls.filter(({ operation }) => operation === 'TransactWriteItems').at(-1);
    const actions = last?.input['TransactItems'] as { Put?: { TableName: string }; Update?: { TableName: string } }[];
    expect(actions.map(({ Put, Update }) => (Put ?? Update)?.TableName)).toEqual(['Inbox', 'Payments', 'Outbox']);
  });

  // crash matrix: charge → provider | out of time | no call that could not be written down; the message comes again
  it('is not begun where its answer could not be written down in time', async () => {
    expect(await bench.charge({ remainingMillis: 20_000 })).toBe(1);
    expect([await state(), bench.sent.length]).toEqual(['PENDING', 0]);
  });

  // crash matrix: charge → provider | declined | FAILED with the reason of the bank, told once
  it('that was declined has failed, with the reason of the bank', async () => {
    const declined = intent(id, {
      status: 'requires_payment_method',
      last_payment_error: { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' },
    });
    bench.provider(() =>
      stripeError({ type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds', payment_intent: declined }, 402),
    );
    await bench.charge();
    expect(await bench.payment(id)).toMatchObject({ state: 'FAILED', failureCode: 'insufficient_funds', objectId: OBJECT });
    expect(await bench.published()).toEqual(['payment.failed']);
  });

  it('that the provider refuses as such has failed', async () => {
    bench.provider(() => stripeError({ type: 'invalid_request_error', code: 'resource_missing', param: 'payment_method' }, 400));
    await bench.charge();
    expect(await bench.payment(id)).toMatchObject({ state: 'FAILED', failureCode: 'resource_missing', objectId: undefined });
  });

  it('that waits for its payer is asked for until it has been paid', async () => {
    let status = 'requires_action';
    bench.provider(() => json(200, intent(id, { status })));
    await bench.charge();
    expect(await state()).toBe('REQUIRES_ACTION');
    await bench.pass(5 * 60_000);
    status = 'succeeded';
    await bench.pass(2 * 60_000);
    expect(await state()).toBe('SUCCEEDED');
    expect(bench.posts()).toHaveLength(1);
    expect(bench.sent.at(-1)?.url).toBe(FETCHED);
  });
});

describe('A payment whose message is gone', () => {
  // crash matrix: payments clock | message lost | the payment is due after ten minutes and taken up
  it('is taken up by the clock', async () => {
    await bench.pass(9 * 60_000);
    expect(bench.posts()).toHaveLength(0);
    await bench.pass(2 * 60_000);
    expect(await state()).toBe('SUCCEEDED');
  });

  // crash matrix: payments clock | too late | it is looked for and never sent: an old message charges nobody
  it('is looked for and never sent once its key may be too old, so that an old message charges nobody', async () => {
    bench.clock.advance(20 * HOUR);
    bench.provider(() => json(200, EMPTY_LIST));
    expect(await bench.charge()).toBe(0);
    await bench.pass(20 * 60_000);
    expect(await bench.payment(id)).toMatchObject({ state: 'EXPIRED', failureCode: 'NOT_AT_PROVIDER' });
    expect(bench.posts()).toEqual([]);
  });

  it('tells of its end under one id, whoever learned it, where the table was restored and somebody else learns it anew', async () => {
    const [asked] = await bench.rows('Payments');
    await bench.charge();
    await bench.restore(asked as never);
    bench.clock.advance(HOUR);
    await bench.confirm({ type: 'payment_intent.succeeded', data: { object: intent(id) } });
    const told = (await bench.rows('Outbox')).filter(({ type }) => type === 'payment.succeeded');
    expect(told.map(({ sk }) => sk)).toEqual(Array.from({ length: 2 }, () => `payments@1#${id}#payment.succeeded`));
  });

  it('is found once its key may be too old, where the table was restored to a time before it was charged', async () => {
    const [asked] = await bench.rows('Payments');
    await bench.charge();
    await bench.restore(asked as never);
    bench.clock.advance(25 * HOUR);
    bench.provider(({ url }) => json(200, { ...EMPTY_LIST, data: url.includes('/search') ? [] : [intent(id)] }));
    await bench.charge();
    expect(await state()).toBe('SUCCEEDED');
    expect(bench.posts()).toHaveLength(1);
  });

  it('is not lost with its table: the message waits for somebody who reconciles', async () => {
    await bench.remove(id);
    expect(await bench.charge()).toBe(1);
    expect(bench.sent).toEqual([]);
  });
});

describe('Two who work on one payment at once', () => {
  // crash matrix: charge → provider | two at once | both use one key, and one version is written
  it('call under one key, and what they learn is written once', async () => {
    await Promise.all([bench.charge(), bench.charge({ receives: 2 })]);
    bench.clock.advance(HOUR);
    await Promise.all([bench.tick(), bench.tick()]);
    expect(new Set(bench.posts().map(keyOf)).size).toBe(1);
    expect(await state()).toBe('SUCCEEDED');
    expect(await bench.published()).toEqual(['payment.succeeded']);
  });
});

describe('The clock of payments', () => {
  it('takes up all that is due, and nothing twice in a run', async () => {
    for (let number = 0; number < 60; number += 1)
      await bench.ask({ key: `more-${number}`, body: { ...BODY, reference: `order ${number}` } });
    bench.clock.advance(601_000);
    expect(await bench.tick()).toEqual({ due: 61, worked: 61, failed: 0 });
    expect(bench.posts()).toHaveLength(61);
    expect(await bench.tick()).toEqual({ due: 0, worked: 0, failed: 0 });
  });

  // crash matrix: payments clock | unreadable item | the others are worked, and the failure is counted
  it('goes on with the others where one payment cannot be read', async () => {
    await bench.ask({ key: 'key-2' });
    bench.clock.advance(601_000);
    bench.services.intercept(({ operation, input }) =>
      operation === 'GetItem' && JSON.stringify(input).includes(id)
        ? { status: 400, body: { __type: 'AccessDeniedException' } }
        : undefined,
    );
    expect(await bench.tick()).toEqual({ due: 2, worked: 1, failed: 1 });
  });

  // crash matrix: payments clock | out of time | it begins nothing more, and says how late it is
  it('begins no call that could not end before the function does, and says how late it is', async () => {
    bench.clock.advance(1_200_000);
    expect(await bench.tick({ remainingMillis: 15_000 })).toEqual({ due: 1, worked: 0, failed: 1 });
    expect(bench.sent).toEqual([]);
    expect(bench.counted.counted('PaymentsOverdueSeconds')).toBe(600);
  });
});
