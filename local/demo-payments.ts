/** The second act of the demo: payments through the stand-in of Stripe while answers get lost and webhooks never come, and reconciliation, which finds them. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import type { Connection } from '../ops/connection.ts';
import type { ShownRun } from '../ops/reconcile-text.ts';
import { reconcile } from '../ops/reconciler.ts';
import type { ConsumerOutput, PaymentsDescription, PaymentsOutput } from '../ops/stack-description.ts';
import { storedDifferences } from '../ops/stored-report.ts';
import { printError, print as printLine } from '../ops/terminal.ts';
import type { DemoOutcome } from './demo.ts';
import { askAll } from './demo-asking.ts';
import { readBooks } from './demo-books.ts';
import { type OrdersPlan, planOrders } from './demo-orders.ts';
import { readPaymentRows } from './demo-payment-rows.ts';
import { type PaymentsRun, reportPayments } from './demo-payments-report.ts';
import { type Resting, waitForRest } from './demo-rest.ts';
import { type DemoWeather, weatherFor } from './demo-weather.ts';
import type { StandIn } from './provider-stand-ins.ts';

export type PaymentsDemoOptions = {
  readonly orders?: number;
  /** Decides amounts, copies and what goes wrong with which order. */
  readonly seed: number;
  readonly print?: ((line: string) => void) | undefined;
  /** Ends the demo before its end: it then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

const ORDERS = 24;

/** Resolves once the table is printed, whatever it says. `standIn` is undefined where Stripe itself is called, or nobody. */
export async function playPayments(
  connection: Connection,
  standIn: StandIn | undefined,
  options: PaymentsDemoOptions,
): Promise<DemoOutcome> {
  const print = options.print ?? printLine;
  const stage = stageOf(connection, standIn);
  if (stage === undefined) {
    print(
      'The payments of the demo need "payments" for stripe in cdk.json, its stand-in on this machine (no ONCEHOOK_API_KEY_STRIPE) and the sample consumer ledger; they are left out.',
    );
    return { equal: true };
  }
  const plan = planOrders({ count: options.orders ?? ORDERS, seed: options.seed });
  print(
    `payments with seed ${options.seed}: ${plan.orders.length} orders, ${plan.requests} requests; ${plan.lost.length} answers of the provider will get lost, ${plan.dropped.length} webhooks will never come, ${plan.silent.length} orders lose both`,
  );
  const weather = weatherFor(plan);
  Object.assign(stage.standIn.weather, weather.faults);
  try {
    const run = await play(stage, { plan, weather, signal: options.signal });
    const { lines, differences } = reportPayments(run);
    for (const line of lines) print(line);
    print(differences.length === 0 ? 'all equal' : `not equal: ${differences.join('; ')}`);
    return { equal: differences.length === 0 };
  } finally {
    Object.assign(stage.standIn.weather, { fates: undefined, dropped: undefined });
  }
}

type Stage = {
  readonly connection: Connection;
  readonly standIn: StandIn;
  readonly payments: PaymentsDescription;
  readonly output: PaymentsOutput;
  readonly ledger: ConsumerOutput;
};

function stageOf(connection: Connection, standIn: StandIn | undefined): Stage | undefined {
  const { payments, consumers } = connection;
  const output = payments?.providers.find(({ provider }) => provider === 'stripe');
  const ledger = consumers.find(({ name, tables }) => name === 'ledger' && tables['Ledger'] !== undefined);
  if (standIn === undefined || payments === undefined || output === undefined || ledger === undefined) return undefined;
  return { connection, standIn, payments, output, ledger };
}

type Playing = { readonly plan: OrdersPlan; readonly weather: DemoWeather; readonly signal: AbortSignal | undefined };

async function play(stage: Stage, { plan, weather, signal }: Playing): Promise<PaymentsRun> {
  const { connection, standIn, payments, output, ledger } = stage;
  const { inspection } = standIn.model;
  const resting: Resting = { connection, standIn, source: output.source, paymentsTable: payments.tables.payments, signal };
  const before = { ...(await readBooks(connection, ledger)), executions: inspection.executions().length };
  const fromSeconds = await nextSecond(signal);
  const asked = await askAll(plan.orders, { connection, url: payments.url, signal });
  const audible = plan.orders.filter((order) => !plan.silent.includes(order));
  const stuck = await waitForRest(resting, { what: 'payments ended', orders: audible, untold: weather.dropped() });
  const first = await reconcileSince(stage, fromSeconds, signal);
  const unsettled = stuck ?? (await waitForRest(resting, { what: 'ended after reconciliation', orders: plan.orders, untold: new Set() }));
  const second = await reconcileSince(stage, fromSeconds, signal);
  const charged = plan.orders.flatMap(({ payment }) => inspection.chargesFor(payment));
  return {
    plan,
    asked,
    unsettled,
    reconciled: { first, second },
    lost: weather.lost(),
    dropped: weather.dropped().size,
    rows: await readPaymentRows(connection, payments.tables.payments),
    executions: new Map(plan.orders.map(({ payment }) => [payment, inspection.executionsFor(payment).length])),
    executionsInAll: inspection.executions().length - before.executions,
    charged: charged.reduce((sum, { amount }) => sum + amount, 0),
    before,
    after: await readBooks(connection, ledger),
  };
}

/** So that what was stored before is in no window of this act. */
async function nextSecond(signal: AbortSignal | undefined): Promise<number> {
  const seconds = Math.floor(systemClock.nowMillis() / 1000) + 1;
  await systemClock.sleep(seconds * 1000 - systemClock.nowMillis(), signal);
  return seconds;
}

/** Without grace, since nothing is on its way. */
async function reconcileSince({ connection, payments, output }: Stage, fromSeconds: number, signal?: AbortSignal): Promise<ShownRun> {
  signal?.throwIfAborted();
  const request = { fromSeconds, toSeconds: Math.floor(systemClock.nowMillis() / 1000), graceSeconds: 0 };
  const [result] = await reconcile(connection, { payments, output }, { request, hear: printError, signal });
  signal?.throwIfAborted();
  if (result === undefined) throw new TypeError('A reconciliation of one window answered nothing.');
  const { source } = output;
  const table = payments.tables.reconciliation;
  return { source, result, differences: await storedDifferences({ connection, table, source }, result.runId) };
}
