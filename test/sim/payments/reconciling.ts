/**
 * Reconciliation at the end of a seed: what was never told is brought in, then nothing differs any more; and where one row is taken away, on either
 * side, exactly that one is named (I18).
 */
import { RECONCILE_GRACE_SECONDS } from '../../../lambdas/core/limits.ts';
import type { Difference, ReconcileResult } from '../../../lambdas/core/reconciliation.ts';
import type { World } from '../run-seed.ts';
import type { WireItem } from '../sighting.ts';
import type { PaymentsStack } from './payments-stack.ts';

const RUN_MILLIS = 900_000;
/** What happened later than this is left to the next run. */
const GRACE_MILLIS = (RECONCILE_GRACE_SECONDS + 60) * 1000;
const NAME = 'I18 reconciliation';

/** One run over everything that has ever happened here. */
export async function reconcile(
  { context }: Pick<World, 'context'>,
  stack: PaymentsStack,
  fromMillis: number,
): Promise<readonly ReconcileResult[]> {
  const { time } = context;
  time.after(GRACE_MILLIS, () => undefined);
  await time.run(time.nowMillis() + GRACE_MILLIS);
  let results: readonly ReconcileResult[] = [];
  const invoke = async (): Promise<void> => {
    const request = { fromSeconds: Math.floor(fromMillis / 1000) - 600, toSeconds: Math.floor(time.nowMillis() / 1000) };
    const result = await stack.host.invoke('reconcile', request);
    if (result.ok) results = result.payload as readonly ReconcileResult[];
  };
  // From a wake, so that whoever is called runs before the clock goes on.
  time.after(1, () => void invoke().catch(context.broke));
  // A run may take as long as its function, and somebody may have to be woken for its last step.
  await time.run(time.nowMillis() + 2 * RUN_MILLIS);
  return results;
}

/** Whether a run came to its end and found nothing. */
export async function nothingDiffers(world: World, stack: PaymentsStack, fromMillis: number): Promise<void> {
  const [last] = (await reconcile(world, stack, fromMillis)).slice(-1);
  if (last === undefined || 'open' in last)
    return world.report({ invariant: NAME, what: `a run did not come to its end: ${JSON.stringify(last)}`, about: '' });
  if (last.differences === 0 && last.injected === 0) return;
  const named = await namedBy(stack, last.runId);
  world.report({ invariant: NAME, what: `all is at rest, and ${named.map(text).join('; ')}`, about: named[0]?.id ?? '' });
}

/** Takes one row away and asks which. To be done last: the records are no longer whole. */
export async function oneRowIsNamed(world: World, stack: PaymentsStack, fromMillis: number): Promise<void> {
  const damage = await damaged(world, stack);
  if (damage === undefined) return;
  world.context.happened(`a row was taken away: ${damage.what} ${damage.difference}`);
  const [last] = (await reconcile(world, stack, fromMillis)).slice(-1);
  const named = last === undefined ? [] : await namedBy(stack, last.runId);
  const isIt =
    named.length === 1 && named[0]?.what === damage.what && named[0].difference === damage.difference && named[0].id === damage.id;
  if (!isIt)
    world.report({
      invariant: NAME,
      what: `${text(damage)} was made, and named is: ${named.map(text).join('; ') || 'nothing'}`,
      about: damage.id,
    });
}

type Named = Pick<Difference, 'what' | 'difference' | 'id'>;

async function namedBy({ cloud }: PaymentsStack, runId: string): Promise<readonly Named[]> {
  const rows = await scan(cloud, 'Reconciliation');
  return rows
    .filter(({ pk }) => pk?.S === `stripe#${runId}`)
    .map(({ what, difference, id }) => ({ what: what?.S, difference: difference?.S, id: id?.S }) as Named);
}

function text({ what, difference, id }: Named): string {
  return `${what} ${id} ${difference}`;
}

async function damaged({ context }: World, { cloud, stripe }: PaymentsStack): Promise<Named | undefined> {
  const random = context.random.fork('damage');
  const charge = pick(
    random,
    stripe.model.inspection.all('charge').filter(({ status }) => status === 'succeeded'),
  );
  if (charge === undefined) return undefined;
  const intent = String(charge.payment_intent);
  const payment = (await scan(cloud, 'Payments')).find(({ objectId }) => objectId?.S === intent);
  const id = String(payment?.['pk']?.S);
  const drop = (table: string, Key: WireItem) => cloud.dynamo.perform('DeleteItem', { TableName: table, Key });
  switch (random.between(0, 5)) {
    case 0:
      await drop('Payments', { pk: { S: id } });
      return { what: 'payment', difference: 'missing here', id };
    case 1:
      stripe.model.inspection.delete(intent);
      return { what: 'payment', difference: 'missing there', id };
    case 2: {
      const event = (await scan(cloud, 'Events')).find(
        ({ subject, type }) => subject?.S === intent && type?.S === 'payment_intent.succeeded',
      );
      await drop('Events', { pk: { S: String(event?.['pk']?.S) } });
      return { what: 'event', difference: 'missing here', id: String(event?.['pk']?.S) };
    }
    case 3: {
      const event = stripe.model.inspection
        .all('event')
        .find(({ type, data }) => type === 'payment_intent.succeeded' && 'id' in data.object && data.object.id === intent);
      stripe.model.inspection.delete(String(event?.id));
      return { what: 'event', difference: 'missing there', id: `stripe#-#test#${event?.id}` };
    }
    case 4:
      await drop('Ledger', { pk: { S: `ledger@1#test:entry#payment#${intent}` }, sk: { S: 'entry' } });
      return { what: 'transaction', difference: 'missing here', id: intent };
    default:
      stripe.model.inspection.delete(String(charge.balance_transaction));
      return { what: 'transaction', difference: 'missing there', id: intent };
  }
}

function pick<T>(random: World['random'], list: readonly T[]): T | undefined {
  return list.length === 0 ? undefined : random.pick(list);
}

async function scan(cloud: PaymentsStack['cloud'], table: string): Promise<readonly WireItem[]> {
  const { body } = await cloud.dynamo.perform('Scan', { TableName: table });
  return body['Items'] as readonly WireItem[];
}
