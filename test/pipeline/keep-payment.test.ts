/** A payment that is asked for again after the table of payments was restored to a time before it. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { BODY, createPaymentsBench, type PaymentsBench } from './payments-bench.ts';

let bench: PaymentsBench;
beforeEach(async () => {
  bench = await createPaymentsBench();
});

describe('A request for a payment that was lost', () => {
  it('is refused under a key that belonged to another payment', async () => {
    const first = await bench.ask();
    await bench.remove(String(first.body['id']));
    bench.clock.advance(3_600_000);
    const other = await bench.ask({ body: { ...BODY, amount: 2000 } });
    expect([other.status, other.body['code']]).toEqual([422, 'KEY_REUSED']);
    expect(await bench.rows('Payments')).toEqual([]);
  });

  it('is as old as its first request', async () => {
    const first = await bench.ask();
    const { madeAt, notAfter } = await bench.payment(String(first.body['id']));
    await bench.remove(String(first.body['id']));
    bench.clock.advance(3_600_000);
    expect(await bench.ask()).toEqual(first);
    expect(await bench.payment(String(first.body['id']))).toMatchObject({ madeAt, notAfter, state: 'PENDING' });
  });
});
