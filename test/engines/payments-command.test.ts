/** The command's verbs of payments on a running stack, whose provider forgets to tell of a payment. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { runCommand } from '../ops/run-command.ts';
import { describeOnEmbeddedEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { openPayments, type Payments } from './payments-stack.ts';

const POLL_MILLIS = 50;

describeOnEmbeddedEngines('payments and reconciliation by the command', () => {
  let payments: Payments;

  beforeAll(async () => {
    payments = await openPayments({ webhooks: { dropped: ({ type }) => type === 'payment_intent.succeeded' } });
  }, ENGINE_TEST_MILLIS);
  afterAll(() => payments.stop(), ENGINE_TEST_MILLIS);

  const oncehook = (...argv: string[]) => runCommand([...argv, '--url', payments.pipeline.stack.url]);
  const pay = (...more: string[]) =>
    oncehook('pay', '--amount', '1999', '--currency', 'eur', '--payment-method', 'pm_card_visa', '--reference', 'order 17', ...more);
  /** What is made in a second is in no window that ends in it, and the balance moves a while after the charge. */
  const made = async (kind: 'event' | 'balance_transaction') => {
    const { inspection } = payments.stripe.model;
    const isPast = ({ created }: { readonly created: number }) => created < Math.floor(systemClock.nowMillis() / 1000);
    while (inspection.all(kind).length === 0 || !inspection.all(kind).every(isPast)) await systemClock.sleep(POLL_MILLIS);
  };
  const reconcile = async () => {
    const { code, out } = await oncehook('reconcile', '--hours', '1', '--grace', '0', '--format', 'json');
    return { code, runs: JSON.parse(out) };
  };

  it(
    'charge once, bring in what was never told, and end with all equal',
    async () => {
      const first = await pay('--key', 'order-17');
      const again = await pay('--key', 'order-17');
      const [id = ''] = first.out.split('\n');
      expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^pay_[0-9a-f]{40}\nSUCCEEDED\n$/) });
      expect(again.out).toBe(first.out);
      expect(payments.stripe.model.inspection.totals().charged).toEqual({ eur: 1999 });
      const shown = await oncehook('payments', 'show', id, '--json');
      expect(JSON.parse(shown.out)).toMatchObject({ id, state: 'SUCCEEDED', amount: 1999, currency: 'eur', reference: 'order 17' });

      await made('event');
      await made('balance_transaction');
      const found = await reconcile();
      expect(found).toMatchObject({ code: 0, runs: [{ open: false, counts: { events: 1, payments: 1 } }] });
      expect(found.runs[0].differences).toMatchObject([{ what: 'event', difference: 'missing here', injected: true }]);
      await payments.pipeline.settled();
      await payments.pipeline.drained();
      expect([...(await payments.pipeline.books()).balances]).toContainEqual([expect.stringMatching(/provider:stripe:eur$/), 1999]);

      expect(await reconcile()).toMatchObject({
        code: 0,
        runs: [{ differences: [], counts: { events: 1, payments: 1, transactions: 1 } }],
      });
      const last = await oncehook('reconcile', '--last');
      expect(last).toMatchObject({ code: 0, out: expect.stringMatching(/^stripe: \S+Z to \S+Z\n[\s\S]*\nall equal\n$/) });
    },
    ENGINE_TEST_MILLIS,
  );
});
