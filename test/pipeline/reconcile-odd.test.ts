/** What reconciliation cannot compare: it is named or noted, and nothing of it holds up the rest. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Item } from '../../lambdas/core/ports.ts';
import { createReconcileBench, type ReconcileBench } from './reconcile-bench.ts';

const MINUTE = 60_000;

let bench: ReconcileBench;
beforeEach(async () => {
  bench = await createReconcileBench();
});

const named = async () =>
  (await bench.differences()).map(({ what, id, difference, ours, theirs }) => [what, difference, id, ours ?? theirs]);

/** One sale that was told and applied, a while ago; its outbox item. */
async function sale(): Promise<Item> {
  bench.sell(1);
  await bench.deliver();
  await bench.apply();
  bench.clock.advance(20 * MINUTE);
  return (await bench.rows('Outbox')).find(({ type }) => type === 'payment_intent.succeeded') as Item;
}

describe('An event of ours of which the list of this API key does not tell', () => {
  it.each([
    ['of a connected account', { sk: 'stripe#acct_9#test#evt_other', account: 'acct_9', subject: 'pi_other' }],
    ['of the other mode', { sk: 'stripe#-#live#evt_other', mode: 'live', subject: 'pi_other' }],
  ])('%s is noted, and neither it nor what it moved is missing there', async (_what, other) => {
    await bench.put('Outbox', { ...(await sale()), ...other });
    const [report] = await bench.reconcile({ hours: 0.5 });
    expect(report).toMatchObject({ differences: 0, notes: [expect.stringMatching(/^1 events are of another account or mode/)] });
  });
});

describe('A record that cannot be read', () => {
  it('is named, be it an outbox item of a newer release', async () => {
    await bench.put('Outbox', { ...(await sale()), sk: 'stripe#-#test#evt_newer', v: 99 });
    expect((await bench.reconcile({ hours: 0.5 }))[0]).toMatchObject({ differences: 1, counts: { events: 1 } });
    expect(await named()).toEqual([['event', 'unreadable', 'stripe#-#test#evt_newer', 'UNKNOWN_VERSION']]);
  });

  // crash matrix: reconciliation | unreadable item | it is named, and everything else is compared
  it('is named, be it a payment that something else wrote to', async () => {
    const [payment, other] = await bench.pay(2);
    await bench.deliver();
    await bench.apply();
    bench.clock.advance(20 * MINUTE);
    await bench.change('Payments', { pk: payment as string }, 'amount', 'many');
    await bench.change('Payments', { pk: other as string }, 'amount', 7);
    expect((await bench.reconcile({ hours: 0.5 }))[0]).toMatchObject({ differences: 2 });
    expect((await named()).map(([, difference, id]) => [difference, id]).sort()).toEqual([
      ['amount', other],
      ['unreadable', payment],
    ]);
  });

  it('is named, be it an event of the list that its provider file does not understand', async () => {
    await sale();
    bench.intercept(({ url, method, headers = {} }) => {
      const { pathname, search } = new URL(url);
      if (pathname !== '/v1/events') return undefined;
      const answer = bench.model.handle({ method, path: `${pathname}${search}`, headers, body: '' });
      return { ...answer, body: answer.body.replaceAll(/"livemode": ?false/g, '"livemode":"no"') };
    });
    await bench.reconcile({ hours: 0.5 });
    const odd = (await named()).filter(([, difference]) => difference === 'unreadable');
    expect(odd).toContainEqual(['event', 'unreadable', expect.stringMatching(/^evt_/), 'no-livemode']);
    expect((await bench.rows('Events')).filter(({ via }) => via === 'reconcile')).toEqual([]);
  });
});

describe('A second object of the provider for one payment', () => {
  it('is named as that alone, whatever its amount and its state are', async () => {
    const [payment] = await bench.pay(1);
    const [second] = bench.sell(1, 123);
    await bench.deliver();
    await bench.apply();
    bench.clock.advance(20 * MINUTE);
    bench.intercept(({ url, method, headers = {} }) => {
      const { pathname, search } = new URL(url);
      if (pathname !== '/v1/payment_intents') return undefined;
      const answer = bench.model.handle({ method, path: `${pathname}${search}`, headers, body: '' });
      const list = JSON.parse(answer.body);
      for (const intent of list.data) if (intent.id === second) intent.metadata = { oncehook_payment: payment };
      return { ...answer, body: JSON.stringify(list) };
    });
    await bench.reconcile({ hours: 0.5 });
    expect(await named()).toEqual([['payment', 'object', payment, expect.stringMatching(/^pi_/)]]);
    expect(await bench.differences()).toMatchObject([{ theirs: `${second} SUCCEEDED 123 eur` }]);
  });
});

describe('Books', () => {
  const change = async (attribute: string, value: unknown) => {
    await sale();
    const entry = (await bench.rows('Ledger')).find(({ sk }) => sk === 'entry');
    await bench.change('Ledger', entry ?? {}, attribute, value);
    await bench.reconcile({ hours: 0.5 });
    return (await named()).map(([what, difference]) => [what, difference]);
  };

  it('that say no number agree with nothing', async () => {
    expect(await change('lines', [])).toEqual([['transaction', 'amount']]);
  });

  it('that say no number of refunds agree with nothing either', async () => {
    const [sold] = bench.sell(1);
    bench.refund(sold as string, 700);
    await bench.deliver();
    await bench.apply();
    bench.clock.advance(20 * MINUTE);
    const posted = (await bench.rows('Ledger')).find(({ sk }) => sk === 'posted');
    await bench.change('Ledger', posted ?? {}, 'amount', 'much');
    await bench.reconcile({ hours: 0.5 });
    expect(await named()).toEqual([['transaction', 'amount', expect.stringMatching(/^ch_/), 'NaN eur']]);
  });

  it('whose consumer cannot read them are named, and the other movements are compared', async () => {
    expect(await change('lines', 5)).toEqual([['transaction', 'unreadable']]);
  });

  it('of a consumer that was not there yet when the event came lack nothing', async () => {
    const item = await sale();
    await bench.put('Outbox', { ...item, to: ['audit@1'] });
    for (const entry of await bench.rows('Ledger')) await bench.remove('Ledger', entry);
    expect((await bench.reconcile({ hours: 0.5 }))[0]).toMatchObject({ differences: 0 });
  });

  it('of refunds wait for the one that is brought in just now', async () => {
    const [sold] = bench.sell(1);
    bench.refund(sold as string, 700);
    await bench.deliver();
    await bench.apply();
    bench.clock.advance(MINUTE);
    bench.refund(sold as string, 300);
    bench.model.takeDueWebhooks();
    bench.clock.advance(20 * MINUTE);
    expect((await bench.reconcile({ hours: 0.5 }))[0]).toMatchObject({ differences: 0, injected: 1 });
    await bench.apply();
    bench.clock.advance(MINUTE);
    expect((await bench.reconcile({ hours: 0.5 }))[0]).toMatchObject({ differences: 0, injected: 0 });
  });

  it('wait for an event that came late and is not applied yet', async () => {
    bench.sell(1);
    bench.clock.advance(100 * MINUTE);
    await bench.deliver();
    bench.clock.advance(20 * MINUTE);
    expect((await bench.reconcile({ hours: 3 }))[0]).toMatchObject({ differences: 0, injected: 0 });
    await bench.apply();
    for (const entry of await bench.rows('Ledger')) await bench.remove('Ledger', entry);
    expect((await bench.reconcile({ hours: 3 }))[0]).toMatchObject({ differences: 1 });
  });

  it('that are written between the reading of them and of the marker lack nothing', async () => {
    await sale();
    let isEarly = true;
    // The first reading answers as it would have a moment before the transaction with the marker.
    bench.services.intercept(({ operation, input }) => {
      if (!isEarly || operation !== 'GetItem' || input['TableName'] !== 'Ledger') return undefined;
      isEarly = false;
      return { status: 200, body: {} };
    });
    expect((await bench.reconcile({ hours: 0.5 }))[0]).toMatchObject({ differences: 0, counts: { transactions: 1 } });
    expect(isEarly).toBe(false);
  });
});
