/** The ledger: every entry sums to zero, each fact is booked once, and nothing that is not money reaches it. */
import { describe, expect, it } from '@jest/globals';
import ledger from '../../lambdas/consumers/ledger.ts';
import { consumerContract } from '../contracts/consumer-contract.ts';
import { type ConsumerSample, messageOf } from '../contracts/consumer-sample.ts';
import { deliver } from '../contracts/deliver.ts';
import { createConditionalTables } from '../pipeline/conditional-tables.ts';
import { createConsumeBench } from '../pipeline/consume-bench.ts';
import { payment, refund } from './ledger-events.ts';

consumerContract(ledger, [
  payment('pi_1', 5000),
  refund('ch_1', 3000),
  { ...refund('ch_1', 5000), given: { Ledger: [{ pk: 'ledger@1#refund#ch_1', sk: 'posted', amount: 3000 }] } },
]);

/** A ledger that keeps what was committed. */
function openBooks() {
  const tables = createConditionalTables();
  const bench = createConsumeBench({ consumer: ledger, ...tables });
  return {
    ...bench,
    book: async (...samples: readonly ConsumerSample[]) => {
      for (const sample of samples) expect(await bench.consume([messageOf(sample, 'ledger@1')])).toEqual({ batchItemFailures: [] });
    },
    balanceOf: (account: string) =>
      tables
        .items('Ledger')
        .filter(({ pk }) => String(pk).startsWith(`ledger@1#balance#${account}#`))
        .reduce((sum, { amount }) => sum + Number(amount), 0),
    entries: () => tables.items('Ledger').filter(({ sk }) => sk === 'entry'),
    markers: () => tables.items('inbox-table').filter(({ kind }) => kind === 'event'),
  };
}

describe('a payment', () => {
  it('credits the provider and debits the customer by the same amount, and says so', async () => {
    const { writes, published } = await deliver(ledger, payment('pi_1', 5000));
    expect(writes).toMatchObject([
      {
        kind: 'put',
        item: {
          pk: 'ledger@1#entry#payment#pi_1',
          sk: 'entry',
          kind: 'payment',
          lines: [
            { account: 'provider:stripe:usd', amount: 5000 },
            { account: 'customer:cus_1:usd', amount: -5000 },
          ],
        },
      },
      { kind: 'update', key: { pk: expect.stringMatching(/^ledger@1#balance#provider:stripe:usd#\d\d$/) }, values: { ':amount': 5000 } },
      { kind: 'update', key: { pk: expect.stringMatching(/^ledger@1#balance#customer:cus_1:usd#\d\d$/) }, values: { ':amount': -5000 } },
    ]);
    expect(published).toEqual([
      {
        type: 'ledger.entry-posted',
        subject: 'pi_1',
        data: { entry: 'payment#pi_1', kind: 'payment', object: 'pi_1', amount: 5000, currency: 'usd', customer: 'cus_1' },
      },
    ]);
  });

  it('without a customer is booked to the guest', async () => {
    const { writes } = await deliver(ledger, payment('pi_1', 5000, { customer: null }));
    expect(writes[2]?.key?.['pk']).toMatch(/^ledger@1#balance#customer:guest:usd#\d\d$/);
  });

  it('of which Stripe sends two events is booked once', async () => {
    const books = openBooks();
    await books.book(payment('pi_1', 5000), { ...payment('pi_1', 5000), identity: 'twin' });
    expect(books.balanceOf('provider:stripe:usd')).toBe(5000);
    expect(books.markers().map(({ outcome }) => outcome)).toEqual(['applied', 'duplicate']);
  });

  it('in test mode is booked apart, and is no duplicate of the live one', async () => {
    const books = openBooks();
    await books.book(payment('pi_1', 5000), { ...payment('pi_1', 700), mode: 'test' });
    expect(books.balanceOf('provider:stripe:usd')).toBe(5000);
    expect(books.balanceOf('test:provider:stripe:usd')).toBe(700);
  });

  it('of a connected account is booked apart, and so is its refund', async () => {
    const books = openBooks();
    const [shop, other] = ['acct_1', 'acct_2'];
    await books.book(payment('pi_1', 5000), { ...payment('pi_2', 700), account: shop }, { ...refund('ch_2', 200), account: shop });
    await books.book({ ...payment('pi_3', 90), account: other });
    const accounts = ['', `${shop}:`, `${other}:`].map((prefix) => books.balanceOf(`${prefix}provider:stripe:usd`));
    expect(accounts).toEqual([5000, 500, 90]);
  });

  it('and another by the same customer are two', async () => {
    const books = openBooks();
    await books.book(payment('pi_1', 5000), payment('pi_2', 700));
    expect(books.balanceOf('customer:cus_1:usd')).toBe(-5700);
    expect(books.balanceOf('provider:stripe:usd')).toBe(5700);
  });
});

describe('the refunds of a charge', () => {
  const [first, second] = [refund('ch_1', 3000), refund('ch_1', 5000)];

  it.each<[string, readonly ConsumerSample[], readonly string[]]>([
    ['in their order', [first, second], ['applied', 'applied']],
    ['in the other order', [second, first], ['applied', 'stale']],
    ['each twice', [first, first, second, second], ['applied', 'applied']],
    ['mixed', [second, first, first, second], ['applied', 'stale']],
  ])('of 30 and then 20 dollars come to 50, delivered %s', async (_, samples, outcomes) => {
    const books = openBooks();
    await books.book(...samples);
    expect(books.balanceOf('provider:stripe:usd')).toBe(-5000);
    expect(books.balanceOf('customer:cus_1:usd')).toBe(5000);
    expect(books.markers().map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  it('of two charges do not mix', async () => {
    const books = openBooks();
    await books.book(refund('ch_1', 3000), refund('ch_2', 3000));
    expect(books.balanceOf('provider:stripe:usd')).toBe(-6000);
  });

  // crash matrix: consumer → tables | state changed meanwhile | read again and applied anew with a new token, at most five times
  it('that arrive at the same time are both booked: the later one reads again', async () => {
    const books = openBooks();
    const answer = await books.consume([first, second].map((sample) => messageOf(sample, 'ledger@1')));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(books.balanceOf('provider:stripe:usd')).toBe(-5000);
    expect(books.counted.counted('ApplyRetried')).toBeGreaterThan(0);
  });

  it('beside their payment leave the rest', async () => {
    const books = openBooks();
    await books.book(first, payment('pi_1', 5000));
    expect(books.balanceOf('provider:stripe:usd')).toBe(2000);
  });
});

describe('what is not money', () => {
  const texts = ['9007199254740993', '1e400', '-1', '-0', '0.1', '"5000"', 'null', '[5000]'];

  // Written into the message as they stand: JSON.stringify would make 0 of -0 and null of 1e400.
  // crash matrix: consumer → tables | money beyond exact numbers | rejected with a record; nothing is booked
  it.each(texts)('as the amount %s of a payment or of a refund is rejected with a record, and nothing is booked', async (text) => {
    for (const sample of [payment('pi_1', 123_456_789), refund('ch_1', 123_456_789)]) {
      const books = openBooks();
      const message = messageOf(sample, 'ledger@1').replace('123456789', text);
      expect(await books.consume([message])).toEqual({ batchItemFailures: [] });
      expect(books.transactions).toMatchObject([[{ Put: { Item: { outcome: 'rejected', code: 'BAD_AMOUNT' } } }]]);
      expect(books.transactions[0]).toHaveLength(1);
    }
  });

  it.each([
    ['a currency of four letters', { currency: 'usdt' }],
    ['no currency', { currency: undefined }],
  ])('with %s is rejected with a record', async (_, given) => {
    expect(await deliver(ledger, payment('pi_1', 5000, given))).toMatchObject({ outcome: 'rejected', code: 'BAD_CURRENCY', writes: [] });
  });

  it.each([
    ['a thin event', { id: 'evt_1', object: 'v2.core.event' }],
    ['an empty object', {}],
    ['a list', []],
    ['no JSON object', 'x'],
  ])('as %s is rejected with a record', async (_, data) => {
    expect(await deliver(ledger, { ...payment('pi_1', 1), data })).toMatchObject({ outcome: 'rejected', code: 'NO_OBJECT', writes: [] });
  });
});

describe('the books', () => {
  it('sum to zero in every entry and over all balances', async () => {
    const books = openBooks();
    for (let index = 0; index < 50; index += 1) {
      await books.book(
        payment(`pi_${index}`, 100 + index, { customer: `cus_${index % 7}` }),
        refund(`ch_${index}`, 10 + index, { customer: `cus_${index % 7}` }),
      );
    }
    for (const { lines } of books.entries()) {
      expect((lines as readonly { readonly amount: number }[]).reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
    }
    expect(books.entries()).toHaveLength(100);
    expect(books.balanceOf('customer:cus_1:usd')).not.toBe(0);
    const customers = Array.from({ length: 7 }, (_, index) => books.balanceOf(`customer:cus_${index}:usd`));
    expect(customers.reduce((sum, amount) => sum + amount, books.balanceOf('provider:stripe:usd'))).toBe(0);
  });

  it('write no item with more than a sixteenth of 1,000 events of different customers', async () => {
    const books = openBooks();
    const events = Array.from({ length: 1000 }, (_, index) => payment(`pi_3Q${index}`, 100 + index, { customer: `cus_${index}` }));
    await books.book(...events);
    const writes = new Map<string, number>();
    for (const action of books.transactions.flat()) {
      const {
        TableName: table,
        Item: item,
        Key: key,
      } = (action.Put ?? action.Update) as { TableName: string; Item?: Record<string, unknown>; Key?: Record<string, unknown> };
      const name = JSON.stringify([table, (item ?? key)?.['pk'], (item ?? key)?.['sk']]);
      writes.set(name, (writes.get(name) ?? 0) + 1);
    }
    expect(books.transactions).toHaveLength(1000);
    expect(writes.size).toBeGreaterThan(3000);
    expect(Math.max(...writes.values())).toBeLessThanOrEqual(1000 / 16);
  });
});
