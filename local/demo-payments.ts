/** The second act of the demo: payments through the stand-in of Stripe, with answers that get lost, webhooks that never come, and a reconciliation that finds them. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import type { Report } from '../lambdas/core/reconciliation.ts';
import type { Connection } from '../ops/connection.ts';
import { scanItems } from '../ops/table-scan.ts';
import { alignedText } from '../ops/table-text.ts';
import { type Order, ordersFor, weatherFor } from './demo-orders.ts';
import type { StandIn } from './provider-stand-ins.ts';

export type PaymentsDemo = {
  readonly seed: number;
  readonly print: (line: string) => void;
  /** One run over everything that is younger than the demo, nothing being on its way any more. */
  readonly reconcile: (fromSeconds: number) => Promise<Report>;
  readonly signal?: AbortSignal | undefined;
};

const ORDERS = 24;
const POLL_MILLIS = 250;
/** A payment whose answer was lost is asked for again after half a minute, by a clock that comes each minute. */
const WAIT_MILLIS_MAX = 180_000;

/** Answers what does not agree; none where all does. */
export async function playPayments(connection: Connection, standIn: StandIn, demo: PaymentsDemo): Promise<readonly string[]> {
  const { print, signal } = demo;
  const orders = ordersFor(ORDERS, demo.seed);
  const weather = weatherFor(demo.seed);
  const startedSeconds = Math.floor(systemClock.nowMillis() / 1000);
  Object.assign(standIn.weather, weather.faults);
  print(
    `payments: ${ORDERS} orders, a third of them asked for twice at once; some answers of the provider get lost, some webhooks are dropped`,
  );
  const asked = await Promise.all(orders.map((order) => ask(connection, order)));
  await until(async () => (await openPayments(connection)) === 0, signal);
  Object.assign(standIn.weather, { fates: undefined, dropped: undefined });
  const first = await demo.reconcile(startedSeconds);
  await until(async () => (await bookedOf(connection)) >= paidOf(standIn), signal);
  const second = await demo.reconcile(startedSeconds);
  const facts = await factsOf(connection, standIn, { orders, asked });
  for (const line of alignedText([
    ['payments asked for', `${asked.length}, ${facts.unequal} of them answered differently the second time`],
    ['charged', `${facts.executed} carried out once each, ${facts.twice} twice; ${weather.lost()} answers were lost on the way`],
    ['paid', `${facts.paid} for ${cash(facts.ours)}; ${facts.failed} declined`],
    ['webhooks', `${weather.dropped()} dropped on purpose`],
    [
      'reconciled',
      `${first.injected} events found in the provider's list and brought in, then ${second.injected}; ${second.differences} differences`,
    ],
    ['provider, paid', cash(facts.theirs)],
    ['ledger, paid', cash(facts.booked)],
  ]))
    print(line);
  return differencesOf(facts, { dropped: weather.dropped(), injected: first.injected, left: second.injected + second.differences });
}

type Asked = { readonly order: Order; readonly ids: ReadonlySet<string> };

/** As a service would: with the same key until there is an answer, and some of them impatiently. */
async function ask({ payments }: Connection, order: Order): Promise<Asked> {
  const body = JSON.stringify(order.body);
  const once = async (): Promise<string> => {
    for (let tries = 1; tries <= 20; tries += 1) {
      const answer = await fetch(payments?.url ?? '', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': order.key },
        body,
      });
      const text = await answer.text();
      if (answer.status === 202) return String(JSON.parse(text).id);
      await systemClock.sleep(200 * tries);
    }
    return 'refused';
  };
  return { order, ids: new Set(await Promise.all(Array.from({ length: order.copies }, once))) };
}

async function openPayments(connection: Connection): Promise<number> {
  const reader = await connection.tableReader();
  let open = 0;
  for await (const { dueAt } of scanItems(reader, { table: connection.payments?.tables.payments ?? '', attributes: ['dueAt'] }))
    if (dueAt !== undefined) open += 1;
  return open;
}

/** Entries of the ledger that the stand-in's payments led to: it is the only one here that has charges. */
async function bookedOf(connection: Connection): Promise<number> {
  return (await entriesOf(connection)).length;
}

async function entriesOf(connection: Connection): Promise<readonly number[]> {
  const table = connection.consumers.find(({ name }) => name === 'ledger')?.tables['Ledger'] ?? '';
  const amounts: number[] = [];
  for await (const { sk, object, lines } of scanItems(await connection.tableReader(), { table, attributes: ['sk', 'object', 'lines'] })) {
    const [line] = (lines ?? []) as unknown as readonly { readonly amount: unknown }[];
    if (sk === 'entry' && String(object).startsWith('pi_3')) amounts.push(Number(line?.amount));
  }
  return amounts;
}

function paidOf({ model }: StandIn): number {
  return model.inspection.all('charge').filter(({ status }) => status === 'succeeded').length;
}

async function until(isDone: () => Promise<boolean>, signal: AbortSignal | undefined): Promise<void> {
  const endMillis = systemClock.nowMillis() + WAIT_MILLIS_MAX;
  while (!(await isDone()) && systemClock.nowMillis() < endMillis) {
    signal?.throwIfAborted();
    await systemClock.sleep(POLL_MILLIS);
  }
}

type Facts = Awaited<ReturnType<typeof factsOf>>;

async function factsOf(
  connection: Connection,
  { model }: StandIn,
  played: { readonly orders: readonly Order[]; readonly asked: readonly Asked[] },
) {
  const states: string[] = [];
  let ours = 0;
  const table = connection.payments?.tables.payments ?? '';
  for await (const { state, amount } of scanItems(await connection.tableReader(), { table, attributes: ['state', 'amount'] })) {
    states.push(String(state));
    if (state === 'SUCCEEDED') ours += Number(amount);
  }
  const executions = played.asked.flatMap(({ ids }) => [...ids].map((id) => model.inspection.executionsFor(id).length));
  const booked = await entriesOf(connection);
  return {
    unequal: played.asked.filter(({ ids }) => ids.size !== 1).length,
    executed: executions.filter((count) => count === 1).length,
    twice: executions.filter((count) => count > 1).length,
    open: states.filter((state) => !['SUCCEEDED', 'FAILED'].includes(state)).length,
    paid: states.filter((state) => state === 'SUCCEEDED').length,
    failed: states.filter((state) => state === 'FAILED').length,
    ours,
    theirs: model.inspection.totals().charged['usd'] ?? 0,
    booked: booked.reduce((sum, amount) => sum + amount, 0),
  };
}

function differencesOf(
  facts: Facts,
  found: { readonly dropped: number; readonly injected: number; readonly left: number },
): readonly string[] {
  const checks: readonly (readonly [string, number, number])[] = [
    ['payments answered differently under one key', 0, facts.unequal],
    ['payments carried out twice', 0, facts.twice],
    ['payments that have not ended', 0, facts.open],
    ["the provider's total", facts.theirs, facts.ours],
    ["the ledger's total", facts.theirs, facts.booked],
    ['dropped webhooks that reconciliation found', found.dropped, found.injected],
    ['what a second reconciliation found', 0, found.left],
  ];
  return checks.filter(([, expected, is]) => expected !== is).map(([what, expected, is]) => `${what}: expected ${expected}, found ${is}`);
}

function cash(minor: number): string {
  return `${(minor / 100).toFixed(2)} USD`;
}
