/** What the demo found against what it must find, and the table that closes it. */
import { alignedText } from '../ops/table-text.ts';
import type { Books } from './demo-books.ts';
import type { Delivered } from './demo-delivery.ts';
import type { DemoPlan } from './demo-plan.ts';

export type DemoRun = {
  readonly plan: DemoPlan;
  readonly delivered: Delivered;
  readonly before: Books;
  readonly after: Books;
  /** The ledger's address, and the key of each sent event by the provider's id. */
  readonly ledger: string;
  readonly keyOf: (identity: string) => string;
  /** The ledger's account for the provider, without the currency: `provider:stripe`. */
  readonly providerAccount: string;
};

export type DemoReport = { readonly lines: readonly string[]; readonly differences: readonly string[] };

/** The demo's events are test events, which the ledger books apart. */
const BOOKS = 'test:';

export function reportDemo(run: DemoRun): DemoReport {
  const facts = factsOf(run);
  return { lines: reportLines(run, facts), differences: differencesOf(run, facts) };
}

type Facts = {
  readonly stored: number;
  readonly absorbed: number;
  /** New markers by address and outcome. */
  readonly outcomes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly ledgerMarkers: number;
  readonly providerBalance: number;
  readonly customersBalance: number;
  readonly wrongCustomers: number;
  readonly endToEndMillis: readonly number[];
};

function factsOf(run: DemoRun): Facts {
  const { plan, before, after } = run;
  const change = (account: string) => (after.balances.get(account) ?? 0) - (before.balances.get(account) ?? 0);
  const customers = [...plan.paidByCustomer].map(([customer, paid]) => ({
    paid,
    found: change(`${BOOKS}customer:${customer}:${plan.currency}`),
  }));
  const stored = after.events - before.events;
  const ledgerMarkers = plan.events.flatMap(({ id }) => after.markers.get(`${run.ledger}#${run.keyOf(id)}`) ?? []);
  return {
    stored,
    absorbed: run.delivered.accepted - stored,
    outcomes: newOutcomes(run),
    ledgerMarkers: ledgerMarkers.length,
    providerBalance: change(`${BOOKS}${run.providerAccount}:${plan.currency}`),
    customersBalance: customers.reduce((sum, { found }) => sum + found, 0),
    wrongCustomers: customers.filter(({ paid, found }) => paid + found !== 0).length,
    endToEndMillis: endToEnd(run),
  };
}

function newOutcomes({ before, after }: DemoRun): Map<string, Map<string, number>> {
  const outcomes = new Map<string, Map<string, number>>();
  for (const [key, { address, outcome }] of after.markers) {
    if (before.markers.has(key)) continue;
    const ofAddress = outcomes.get(address) ?? new Map<string, number>();
    ofAddress.set(outcome, (ofAddress.get(outcome) ?? 0) + 1);
    outcomes.set(address, ofAddress);
  }
  return outcomes;
}

function endToEnd({ plan, delivered, after, ledger, keyOf }: DemoRun): number[] {
  return plan.events.flatMap(({ id }) => {
    const marker = after.markers.get(`${ledger}#${keyOf(id)}`);
    const sentAtMillis = delivered.firstSentAtMillis.get(id);
    return marker === undefined || sentAtMillis === undefined ? [] : [Date.parse(marker.at) - sentAtMillis];
  });
}

function differencesOf({ plan, delivered, ledger }: DemoRun, facts: Facts): string[] {
  const unique = plan.events.length;
  const ledgerOutcomes = facts.outcomes.get(ledger);
  const booked = (ledgerOutcomes?.get('applied') ?? 0) + (ledgerOutcomes?.get('stale') ?? 0);
  const checks: [string, number, number][] = [
    ['deliveries answered with 2xx', plan.deliveries, delivered.accepted],
    ['events stored', unique, facts.stored],
    ['duplicates absorbed', plan.deliveries - unique, facts.absorbed],
    [`events with a marker of ${ledger}`, unique, facts.ledgerMarkers],
    [`events that ${ledger} applied or found overtaken`, unique, booked],
    ["the provider's balance", plan.total, facts.providerBalance],
    ["the customers' balance", -plan.total, facts.customersBalance],
    ['customers with a wrong balance', 0, facts.wrongCustomers],
  ];
  const differences = checks
    .filter(([, expected, found]) => expected !== found)
    .map(([what, expected, found]) => `${what}: expected ${expected}, found ${found}`);
  return delivered.refused.length === 0 ? differences : [...differences, `never accepted: ${[...new Set(delivered.refused)].join(', ')}`];
}

function reportLines(run: DemoRun, facts: Facts): string[] {
  const { plan, delivered } = run;
  const cash = (minor: number) => `${(minor / 100).toFixed(2)} ${plan.currency.toUpperCase()}`;
  const spread = (millis: readonly number[]) => `p50 ${quantile(millis, 0.5)} ms, p99 ${quantile(millis, 0.99)} ms`;
  const repeated = delivered.requests - plan.deliveries;
  const effects = [...facts.outcomes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([address, outcomes]) => [
      `effects of ${address}`,
      [...outcomes]
        .sort()
        .map(([outcome, count]) => `${count} ${OUTCOME_WORDS[outcome] ?? outcome}`)
        .join(', '),
    ]);
  return alignedText([
    ['deliveries', `${plan.deliveries}${repeated > 0 ? ` and ${repeated} sent again` : ''}, in ${plan.waves.length} waves`],
    ['unique events', `${facts.stored} stored of ${plan.events.length}`],
    ['duplicates absorbed', `${facts.absorbed} of ${plan.deliveries - plan.events.length}`],
    ...effects,
    ['ledger, expected', cash(plan.total)],
    ['ledger, provider', cash(facts.providerBalance)],
    ['ledger, customers', cash(facts.customersBalance)],
    ['acknowledged', `${spread(delivered.ackMillis)} (request sent to answer read, up to 16 under way at once)`],
    [
      'end to end',
      `${spread(facts.endToEndMillis)} (first request sent to the time in the marker of ${run.ledger}, taken just before its commit)`,
    ],
  ]);
}

const OUTCOME_WORDS: { readonly [outcome: string]: string } = { stale: 'overtaken by a newer event' };

/** The smallest value that at least this share of the values does not exceed; whole milliseconds. */
function quantile(values: readonly number[], share: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  return value === undefined ? '-' : String(Math.round(value));
}
