/**
 * What the runbook has an operator do who takes the tables back to an earlier second ("Tables restored to an earlier second"), step by step and while
 * everything else goes on going wrong. Only some seeds have it, drawn from a stream of its own.
 */
import { RECONCILE_GRACE_SECONDS, SLOT_SECONDS } from '../../../lambdas/core/limits.ts';
import type { Difference, ReconcileResult } from '../../../lambdas/core/reconciliation.ts';
import { CURSOR } from '../../../lambdas/core/settlement.ts';
import { slotOf } from '../../../lambdas/core/time.ts';
import type { World } from '../run-seed.ts';
import type { WireItem } from '../sighting.ts';
import { toWire } from '../wire-item.ts';
import type { PaymentsStack } from './payments-stack.ts';

export type TableRestore = {
  /** Decides whether and when, within this time or, noticed late, a day after it. */
  plan(fromMillis: number, toMillis: number): void;
  /** Whether it is still to come, or not at its end. */
  isUnderWay(): boolean;
};

/** The Inbox and what business owns, of one second; Settlement is the list of what had no marker then. */
const RESTORED = ['Inbox', 'Payments', 'Told', 'Ledger'] as const;
const SETTLEMENT = 'Settlement';

const SHARE = 0.15;
/** Noticed so late that the provider has forgotten the first keys. */
const LATE_SHARE = 0.2;
const LATE_MILLIS = [18 * 3_600_000, 30 * 3_600_000] as const;
/** Longer than any function may still be at work, than a list of the provider lags and than reconciliation leaves to the next run. */
const STILL_MILLIS = 1_500_000;
/** Runs of reconciliation that may fail: of a window of a day none would ever come to its end where every other call is lost. */
const RUNS_MAX = 2;
const AGAIN_MILLIS = 60_000;
const NAME = 'I20 restored';

type Copy = ReadonlyMap<string, readonly WireItem[]>;

export function createTableRestore({ context, report }: Pick<World, 'context' | 'report'>, stack: PaymentsStack): TableRestore {
  const { time, trace, happened } = context;
  const random = context.random.fork('table restore');
  let underWay = false;

  const over = () => {
    underWay = false;
  };
  const restore = async (copy: Copy, second: number): Promise<void> => {
    happened('tables restored');
    if (time.nowMillis() - second * 1000 > LATE_MILLIS[0]) happened('tables restored: a day later');
    trace.note('operator', `restores the tables to ${new Date(second * 1000).toISOString()}: stops what works`);
    hold(stack);
    await time.sleep(STILL_MILLIS);
    const isSettlementRestored = random.chance(0.5);
    if (isSettlementRestored) happened('tables restored: with their settlement');
    const tables = isSettlementRestored ? [...RESTORED, SETTLEMENT] : RESTORED;
    const lost = await replace(stack, new Map(tables.map((table) => [table, copy.get(table) ?? []])));
    if (lost.markers > 0) happened('tables restored: effects lost');
    context.see({ kind: 'tables restored', tables: new Map(RESTORED.map((table) => [table, copy.get(table) ?? []])) });
    const window = { fromSeconds: second - 600, toSeconds: Math.floor(time.nowMillis() / 1000) - RECONCILE_GRACE_SECONDS - 120 };
    const named = await reconcileFirst(window);
    for (const { what, about } of wrongRows(named, await missingHere(stack))) report({ invariant: NAME, what, about });
    if (named.some(isLostPayment)) happened('tables restored: a payment is named as missing here');
    stack.shop.reopen();
    await stack.shop.askAgain(second * 1000);
    trace.note('operator', 'turns on what works');
    release(stack);
    if (!isSettlementRestored) await rewind();
  };
  /** Until a run comes to its end, if need be in better weather. */
  const reconcileFirst = async (window: { readonly fromSeconds: number; readonly toSeconds: number }): Promise<readonly Difference[]> => {
    for (let run = 1; ; run += 1) {
      if (run > RUNS_MAX) context.faults.stop();
      const answer = await stack.host.invoke('reconcile', window);
      const [last] = (answer.ok ? (answer.payload as readonly ReconcileResult[]) : []).slice(-1);
      if (last !== undefined && !('open' in last)) return differencesOf(stack, last.runId);
      await time.sleep(AGAIN_MILLIS);
    }
  };
  /** As `oncehook settle rewind`, as far as the outbox goes back: what was stored long before that second may have had its effect after it. */
  const rewind = async (): Promise<void> => {
    const [{ slot } = {}] = (await scan(stack, SETTLEMENT)).filter(({ pk }) => pk?.S === CURSOR.pk);
    if (slot?.S === undefined) return;
    happened('settlement rewound');
    const call = {
      TableName: SETTLEMENT,
      Item: toWire({ ...CURSOR, slot: slotOf(startMillis - SLOT_SECONDS * 1000) }),
      ConditionExpression: 'slot = :from',
      ExpressionAttributeValues: { ':from': slot },
    };
    const { status } = await stack.cloud.perform('operator', { service: 'dynamodb', operation: 'PutItem', input: call });
    if (status !== 200) {
      await time.sleep(1_000);
      return rewind();
    }
  };
  let startMillis = 0;

  return {
    plan: (fromMillis, toMillis) => {
      if (!random.chance(SHARE)) return;
      underWay = true;
      startMillis = fromMillis;
      const second = Math.floor(random.between(fromMillis + 5_000, toMillis) / 1000);
      const untilMillis = second * 1000 + random.between(1_000, Math.max(1_000, toMillis - second * 1000));
      const isLate = random.chance(LATE_SHARE);
      const noticedMillis = isLate ? untilMillis + random.between(...LATE_MILLIS) : untilMillis;
      // A day of storms costs seconds of a processor, and finds what a storm finds anyway.
      if (isLate) time.at(toMillis, () => context.faults.stop());
      time.at(second * 1000, () => {
        copyOf(stack).then((copy) => {
          time.at(noticedMillis, () => void restore(copy, second).catch(context.broke).finally(over));
        }, context.broke);
      });
    },
    isUnderWay: () => underWay,
  };
}

/** Consumers, the clock of payments and settlement; ingest and the relay go on. */
function hold({ queueMappings, clock, settlement, shop }: PaymentsStack): void {
  for (const part of [...Object.values(queueMappings), clock, settlement]) part.hold();
  shop.shut();
}

function release({ queueMappings, clock, settlement }: PaymentsStack): void {
  for (const part of [...Object.values(queueMappings), clock, settlement]) part.release();
}

async function copyOf(stack: PaymentsStack): Promise<Copy> {
  const copy = new Map<string, readonly WireItem[]>();
  for (const table of [...RESTORED, SETTLEMENT]) copy.set(table, await scan(stack, table));
  return copy;
}

/** Past everybody who watches: nobody has written this. Answers how many markers are gone. */
async function replace(stack: PaymentsStack, copy: Copy): Promise<{ readonly markers: number }> {
  const perform = async (operation: string, input: object): Promise<void> => {
    const { status, body } = await stack.cloud.dynamo.perform(operation, { ...input });
    if (status !== 200) throw new Error(`${operation} while tables are restored: ${JSON.stringify(body)}`);
  };
  const markers = (await scan(stack, 'Inbox')).length - (copy.get('Inbox') ?? []).length;
  for (const [TableName, items] of copy) {
    for (const { pk, sk } of await scan(stack, TableName))
      await perform('DeleteItem', { TableName, Key: sk === undefined ? { pk } : { pk, sk } });
    for (const Item of items) await perform('PutItem', { TableName, Item });
  }
  return { markers };
}

type Wrong = { readonly what: string; readonly about: string };

function isLostPayment({ what, difference }: Difference): boolean {
  return what === 'payment' && difference === 'missing here';
}

/** Exactly the payments that the provider has and we lost are to be named; one that we know of may be behind, and an event that never came is brought in. */
function wrongRows(named: readonly Difference[], missing: ReadonlySet<string>): readonly Wrong[] {
  const isExpected = (row: Difference) =>
    (isLostPayment(row) && missing.has(row.id)) ||
    (row.what === 'payment' && row.difference === 'status' && !missing.has(row.id)) ||
    row.injected === true;
  const lost = new Set(named.filter(isLostPayment).map(({ id }) => id));
  return [
    ...named
      .filter((row) => !isExpected(row))
      .map(({ what, id, difference }) => ({ what: `tables were restored, and named is: ${what} ${id} ${difference}`, about: id })),
    ...[...missing]
      .filter((id) => !lost.has(id))
      .map((id) => ({ what: 'a payment was lost, and is not named as missing here', about: id })),
  ];
}

/** What the provider itself has of our payments, against the table itself. */
async function missingHere(stack: PaymentsStack): Promise<ReadonlySet<string>> {
  const ours = new Set((await scan(stack, 'Payments')).map(({ pk }) => pk?.S));
  const theirs = stack.stripe.model.inspection.all('payment_intent').flatMap(({ metadata }) => metadata['oncehook_payment'] ?? []);
  return new Set(theirs.filter((id) => !ours.has(id)));
}

async function differencesOf(stack: PaymentsStack, runId: string): Promise<readonly Difference[]> {
  return (await scan(stack, 'Reconciliation'))
    .filter(({ pk }) => pk?.S === `stripe#${runId}`)
    .map(({ what, difference, id, injected }) => {
      const row = { what: what?.S, difference: difference?.S, id: id?.S, injected: injected?.['BOOL'] === true };
      return row as Difference;
    });
}

async function scan({ cloud }: PaymentsStack, table: string): Promise<readonly WireItem[]> {
  const { body } = await cloud.dynamo.perform('Scan', { TableName: table, ConsistentRead: true });
  return body['Items'] as readonly WireItem[];
}
