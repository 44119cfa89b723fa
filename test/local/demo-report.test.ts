/** The demo's verdict: equal only when every number is, and each way of being wrong is named. */
import { describe, expect, it } from '@jest/globals';
import type { Books, Marker } from '../../local/demo-books.ts';
import { type DemoPlan, planDemo } from '../../local/demo-plan.ts';
import { type DemoRun, reportDemo } from '../../local/demo-report.ts';

const SENT_AT_MILLIS = Date.parse('2026-11-23T22:25:00.000Z');
const plan = planDemo({ events: 30, seed: 7, nowSeconds: SENT_AT_MILLIS / 1000 });
const keyOf = (identity: string) => `stripe#-#test#${identity}`;
const [firstEvent] = plan.events;
const [firstCustomer] = plan.paidByCustomer.keys();

const EMPTY: Books = { events: 0, markers: new Map(), balances: new Map() };

function markersOf({ events }: DemoPlan): Map<string, Marker> {
  const at = '2026-11-23T22:25:00.040Z';
  return new Map(events.map(({ id }) => [`ledger@1#${keyOf(id)}`, { address: 'ledger@1', outcome: 'applied', at }]));
}

function balancesOf({ paidByCustomer, total }: DemoPlan): Map<string, number> {
  const customers = [...paidByCustomer].map(([customer, paid]): [string, number] => [`test:customer:${customer}:usd`, -paid]);
  return new Map([['test:provider:stripe:usd', total], ...customers]);
}

/** A run in which everything went right; a test spoils one part of it. */
function goodRun(): DemoRun {
  return {
    plan,
    delivered: {
      requests: plan.deliveries,
      accepted: plan.deliveries,
      ackMillis: Array.from({ length: 100 }, (_, index) => index + 1),
      firstSentAtMillis: new Map(plan.events.map(({ id }) => [id, SENT_AT_MILLIS])),
      refused: [],
    },
    before: EMPTY,
    after: { events: plan.events.length, markers: markersOf(plan), balances: balancesOf(plan) },
    ledger: 'ledger@1',
    keyOf,
    providerAccount: 'provider:stripe',
  };
}

const withAfter = (change: Partial<Books>): DemoRun => ({ ...goodRun(), after: { ...goodRun().after, ...change } });

describe('the report of the demo', () => {
  it('finds no difference where everything is as it must be', () => {
    expect(reportDemo(goodRun()).differences).toEqual([]);
  });

  it('shows deliveries, duplicates, effects, balances and both times', () => {
    const text = reportDemo(goodRun()).lines.join('\n');
    expect(text).toContain(`${plan.events.length} stored of ${plan.events.length}`);
    expect(text).toContain(`${plan.deliveries - plan.events.length} of ${plan.deliveries - plan.events.length}`);
    expect(text).toMatch(/effects of ledger@1 +30 applied/);
    expect(text).toMatch(new RegExp(`ledger, provider +${(plan.total / 100).toFixed(2)} USD`));
    expect(text).toMatch(/acknowledged +p50 50 ms, p99 99 ms/);
    expect(text).toMatch(/end to end +p50 40 ms, p99 40 ms/);
  });

  it('compares with what was there before, so that a stack in use gives the same verdict', () => {
    const earlier: Books = {
      events: 5,
      markers: new Map([['ledger@1#stripe#-#test#evt_0', { address: 'ledger@1', outcome: 'applied', at: '2026-11-22T00:00:00.000Z' }]]),
      balances: new Map([['test:provider:stripe:usd', 900]]),
    };
    const { after } = goodRun();
    const grown = new Map(after.balances).set('test:provider:stripe:usd', plan.total + 900);
    const run = {
      ...goodRun(),
      before: earlier,
      after: { events: after.events + 5, markers: new Map([...earlier.markers, ...after.markers]), balances: grown },
    };
    expect(reportDemo(run).differences).toEqual([]);
    expect(reportDemo(run).lines.join('\n')).toMatch(/effects of ledger@1 +30 applied/);
  });

  it('names an event that was stored twice', () => {
    expect(reportDemo(withAfter({ events: 31 })).differences).toContain('events stored: expected 30, found 31');
  });

  it('names an effect that is missing', () => {
    const markers = markersOf(plan);
    markers.delete(`ledger@1#${keyOf(firstEvent?.id ?? '')}`);
    expect(reportDemo(withAfter({ markers })).differences).toContain('events with a marker of ledger@1: expected 30, found 29');
  });

  it('names an event that the ledger rejected', () => {
    const markers = markersOf(plan);
    markers.set(`ledger@1#${keyOf(firstEvent?.id ?? '')}`, { address: 'ledger@1', outcome: 'rejected', at: '2026-11-23T22:25:00.040Z' });
    expect(reportDemo(withAfter({ markers })).differences).toEqual([
      'events that ledger@1 applied or found overtaken: expected 30, found 29',
    ]);
  });

  it('names a balance that is off by one cent, on either side', () => {
    const provider = balancesOf(plan).set('test:provider:stripe:usd', plan.total + 1);
    expect(reportDemo(withAfter({ balances: provider })).differences).toEqual([
      `the provider's balance: expected ${plan.total}, found ${plan.total + 1}`,
    ]);
    const account = `test:customer:${firstCustomer}:usd`;
    const customer = balancesOf(plan);
    customer.set(account, (customer.get(account) ?? 0) - 1);
    expect(reportDemo(withAfter({ balances: customer })).differences).toContain('customers with a wrong balance: expected 0, found 1');
  });

  it('names two customers whose errors would cancel each other out', () => {
    const balances = balancesOf(plan);
    const [one, other] = [...plan.paidByCustomer.keys()].map((customer) => `test:customer:${customer}:usd`) as [string, string];
    balances.set(one, (balances.get(one) ?? 0) - 5).set(other, (balances.get(other) ?? 0) + 5);
    expect(reportDemo(withAfter({ balances })).differences).toEqual(['customers with a wrong balance: expected 0, found 2']);
  });

  it('names deliveries that were never accepted, and shows how many were sent again', () => {
    const good = goodRun();
    const delivered = { ...good.delivered, requests: plan.deliveries + 4, accepted: plan.deliveries - 1, refused: ['HTTP 503'] };
    const { differences, lines } = reportDemo({ ...good, delivered });
    expect(differences).toContain('never accepted: HTTP 503');
    expect(differences).toContain(`deliveries answered with 2xx: expected ${plan.deliveries}, found ${plan.deliveries - 1}`);
    expect(lines[0]).toContain(`${plan.deliveries} and 4 sent again`);
  });
});
