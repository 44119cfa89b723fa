/** The sample consumer at the end of a chain. */
import { describe, expect, it } from '@jest/globals';
import receipts from '../../lambdas/consumers/receipts.ts';
import { consumerContract } from '../contracts/consumer-contract.ts';
import type { ConsumerSample } from '../contracts/consumer-sample.ts';
import { deliver } from '../contracts/deliver.ts';

const posted: ConsumerSample = {
  provider: 'oncehook',
  type: 'ledger.entry-posted',
  subject: 'pi_1',
  data: { entry: 'payment#pi_1', kind: 'payment', object: 'pi_1', amount: 5000, currency: 'usd', customer: 'cus_1' },
};

consumerContract(receipts, [posted]);

describe('receipts', () => {
  it('issues one receipt for an entry of the ledger, under the entry’s own key', async () => {
    const { outcome, writes } = await deliver(receipts, posted);
    expect(outcome).toBe('applied');
    expect(writes).toMatchObject([
      {
        kind: 'put',
        table: 'Receipts',
        item: { pk: 'receipts@1#payment#pi_1', sk: 'receipt', kind: 'payment', amount: 5000, currency: 'usd', customer: 'cus_1' },
      },
    ]);
  });

  it.each(['entry', 'kind', 'amount', 'currency', 'customer'])(
    'rejects an entry without its %s, and keeps a record of that',
    async (name) => {
      const { [name]: _, ...data } = posted.data as Record<string, unknown>;
      expect(await deliver(receipts, { ...posted, data })).toMatchObject({ outcome: 'rejected', code: 'BAD_ENTRY', writes: [] });
    },
  );
});
