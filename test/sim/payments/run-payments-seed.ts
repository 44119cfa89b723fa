/** Plays one seed of the world in which somebody is charged: everything may go wrong, then nothing does, and then the provider's books are held against ours. */
import type { InvariantView } from '../invariant.ts';
import { deletedIsDone } from '../invariants/deleted-is-done.ts';
import { eventsNeverChange } from '../invariants/events-never-change.ts';
import { everythingSettles } from '../invariants/everything-settles.ts';
import { logsAreClean } from '../invariants/logs-are-clean.ts';
import { neverErrors } from '../invariants/never-errors.ts';
import { relayedIsSent } from '../invariants/relayed-is-sent.ts';
import { bookedOnce } from '../payment-invariants/booked-once.ts';
import { bytesNeverChange } from '../payment-invariants/bytes-never-change.ts';
import { chargedOnce } from '../payment-invariants/charged-once.ts';
import { oneKeyOnePayment } from '../payment-invariants/one-key-one-payment.ts';
import { recordedBeforeSent } from '../payment-invariants/recorded-before-sent.ts';
import { recordsAgree } from '../payment-invariants/records-agree.ts';
import { restoredOnce } from '../payment-invariants/restored-once.ts';
import { createWorld, type SeedOptions, type SeedOutcome, type World } from '../run-seed.ts';
import { warmSdk } from '../sdk-services.ts';
import type { WireItem } from '../sighting.ts';
import { PAYMENT_AT_REST } from './payment-branches.ts';
import type { PaymentsAtRest, PaymentsView } from './payment-invariant.ts';
import { createPaymentsOperator, type PaymentsOperator } from './payments-operator.ts';
import { QUEUES } from './payments-resources.ts';
import { createPaymentsStack, type PaymentsSabotage, type PaymentsStack, ROUTES } from './payments-stack.ts';
import { nothingDiffers, oneRowIsNamed, reconcile } from './reconciling.ts';
import { createTableRestore, type TableRestore } from './table-restore.ts';

export type PaymentsSeedOptions = Pick<SeedOptions, 'level' | 'traced' | 'only'> & { readonly sabotage?: PaymentsSabotage };

/** Most of the world's own invariants hold here as well. */
const GENERAL = [deletedIsDone, eventsNeverChange, everythingSettles, logsAreClean, neverErrors, relayedIsSent];
const PAYMENTS = [bookedOnce, bytesNeverChange, chargedOnce, oneKeyOnePayment, recordedBeforeSent, recordsAgree, restoredOnce];

const ORDERS_MAX = 20;
const SAFETY_MILLIS = { short: [60_000, 1_800_000], long: [20 * 3_600_000, 50 * 3_600_000] } as const;
const TICK_MILLIS = 15_000;
const TICKS_MAX = 60;
const STEP_MILLIS = 900_000;
const STEPS_MAX = 400;
/** Before the end of a step nothing is begun, so that nothing is under way at its end. */
const REST_MILLIS = 320_000;

export async function runPaymentsSeed(seed: number, options: PaymentsSeedOptions): Promise<SeedOutcome> {
  if (options.level === 'sdk') await warmSdk();
  const world = createWorld(seed, { ...options, payments: true });
  const { context } = world;
  const startMillis = context.time.nowMillis();
  const stack = await createPaymentsStack(context, options.sabotage);
  const view: PaymentsView = {
    orders: stack.shop.orders,
    model: stack.stripe.model,
    payment: async (id) => {
      const { body } = await stack.cloud.dynamo.perform('GetItem', { TableName: 'Payments', Key: { pk: { S: id } }, ConsistentRead: true });
      return body['Item'] as WireItem | undefined;
    },
  };
  const general = GENERAL.map((make) => make(generalView(world, stack)));
  const payments = PAYMENTS.map((make) => make(view));
  const reporter =
    (invariant: string) =>
    (what: string, about = '') =>
      world.report({ invariant, what, about });
  world.watch((sighting) => {
    for (const { name, see } of general) see?.(sighting, reporter(name));
    for (const { name, see } of payments) Promise.resolve(see?.(sighting, reporter(name))).catch(context.broke);
  });
  try {
    const operator = createPaymentsOperator(context, stack);
    await safety(world, stack, { operator, restore: createTableRestore(world, stack) });
    await liveness(world, stack, operator);
    await reconcile(world, stack, startMillis);
    await liveness(world, stack, operator);
    await nothingDiffers(world, stack, startMillis);
    const rest = await atRest(view, stack);
    for (const _ of rest.items('Payments')) context.happened(PAYMENT_AT_REST);
    for (const { name, atRest: ask } of general) ask?.({ ...generalView(world, stack), ...rest }, reporter(name));
    for (const { name, atRest: ask } of payments) ask?.(rest, reporter(name));
    // The records are no longer whole from here on, so nobody else watches.
    world.watch(() => undefined);
    await oneRowIsNamed(world, stack, startMillis);
  } catch (error) {
    context.broke(error);
  }
  return { ...world.outcome(), level: 'payments' };
}

/** Nothing is planned: the provider's events come of what it was asked. */
function generalView({ context, state }: World, { hidden }: PaymentsStack): InvariantView {
  const charge = { address: 'charge-stripe@1', subscribes: {} };
  return { state, planned: [], nowMillis: context.time.nowMillis, hidden: () => hidden, routes: [...ROUTES, charge] };
}

type People = { readonly operator: PaymentsOperator; readonly restore: TableRestore };

async function safety({ context, random }: World, stack: PaymentsStack, { operator, restore }: People): Promise<void> {
  const { time, faults } = context;
  const length = random.fork('length');
  const [least, most] = SAFETY_MILLIS[length.chance(0.85) ? 'short' : 'long'];
  const lastsMillis = length.between(least, most);
  const endMillis = time.nowMillis() + lastsMillis;
  stack.shop.open(length.between(1, ORDERS_MAX), length.chance(0.4) ? 3_000 : Math.floor(lastsMillis * 0.6));
  stack.settlement.goOnUntil(endMillis);
  stack.clock.goOnUntil(endMillis);
  restore.plan(time.nowMillis(), endMillis);
  const tickMillis = Math.max(TICK_MILLIS, Math.floor(lastsMillis / TICKS_MAX));
  const tick = () => {
    operator.tick();
    if (time.nowMillis() + tickMillis < endMillis) time.after(tickMillis, tick);
  };
  time.after(tickMillis, tick);
  await time.run(endMillis);
  const busyUntil = operator.busyUntilMillis();
  if (busyUntil - time.nowMillis() > STEP_MILLIS) {
    stack.settlement.goOnUntil(busyUntil);
    stack.clock.goOnUntil(busyUntil);
    await time.run(busyUntil);
  }
  while (restore.isUnderWay()) {
    const untilMillis = time.nowMillis() + STEP_MILLIS;
    stack.settlement.goOnUntil(untilMillis);
    stack.clock.goOnUntil(untilMillis);
    await time.run(untilMillis);
  }
  faults.stop();
  operator.calmDown();
  time.after(STEP_MILLIS / 6, () => void operator.redriveAll().catch(context.broke));
}

async function liveness({ context }: World, stack: PaymentsStack, operator: PaymentsOperator): Promise<void> {
  const { time } = context;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const endMillis = time.nowMillis() + STEP_MILLIS;
    stack.cloud.dynamo.expire();
    stack.stripe.payersAct();
    stack.settlement.goOnUntil(endMillis - REST_MILLIS);
    stack.clock.goOnUntil(endMillis - REST_MILLIS);
    await time.run(endMillis);
    if (time.waiting() === 0 && (await isAtRest(stack))) return;
    await operator.redriveAll();
  }
}

async function isAtRest(stack: PaymentsStack): Promise<boolean> {
  const payments = await scan(stack, 'Payments');
  if (payments.some(({ dueAt }) => dueAt !== undefined)) return false;
  const markers = new Set((await scan(stack, 'Inbox')).map(({ pk }) => pk?.S));
  for (const { sk, to } of await scan(stack, 'Outbox'))
    for (const { S: address } of to?.L ?? []) if (!markers.has(`${address}#${sk?.S}`)) return false;
  for (const queue of QUEUES) if ((await messagesIn(stack, queue)) + (await messagesIn(stack, `${queue}-dead`)) > 0) return false;
  return true;
}

async function atRest(view: PaymentsView, stack: PaymentsStack): Promise<PaymentsAtRest> {
  const tables = new Map<string, readonly WireItem[]>();
  for (const table of ['Payments', 'Told', 'Ledger', 'Events', 'Inbox', 'Outbox']) tables.set(table, await scan(stack, table));
  const counts = new Map<string, number>();
  for (const queue of QUEUES.flatMap((name) => [name, `${name}-dead`])) counts.set(queue, await messagesIn(stack, queue));
  return { ...view, items: (table) => tables.get(table) ?? [], messages: (queue) => counts.get(queue) ?? 0 };
}

async function scan({ cloud }: PaymentsStack, table: string): Promise<readonly WireItem[]> {
  const { body } = await cloud.dynamo.perform('Scan', { TableName: table });
  return body['Items'] as readonly WireItem[];
}

async function messagesIn({ cloud }: PaymentsStack, queue: string): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'];
  const QueueUrl = `https://sqs.us-east-1.amazonaws.com/000000000000/${queue}`;
  const { body } = await cloud.sqs.perform('GetQueueAttributes', { QueueUrl, AttributeNames });
  return Object.values((body['Attributes'] ?? {}) as { readonly [name: string]: string }).reduce((sum, count) => sum + Number(count), 0);
}
