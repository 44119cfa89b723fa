/** Stripe's model on the virtual clock: its webhooks go to the ingest function, and payers do what is asked of them, sooner or later. */
import { createStripeModel, type StripeModel } from '../../../local/provider-server/stripe-model.ts';
import { httpEvent } from '../../pipeline/http-event.ts';
import type { FunctionHost } from '../function-host.ts';
import type { SimContext } from '../sim-context.ts';
import { createProviderLine, type ProviderLine } from './provider-line.ts';

export type SimulatedStripe = {
  readonly model: StripeModel;
  readonly line: ProviderLine;
  /** What is due is told from now on; to be called after whatever may have made something due. */
  ring(): void;
  /** Every payer who is still waited for acts now. */
  payersAct(): void;
};

export type StripeOptions = { readonly host: FunctionHost; readonly source: string; readonly webhookSecret: string };

const LATE_MILLIS = [1_000, 3 * 3_600_000] as const;
const PAYER_MILLIS = [5_000, 600_000] as const;
const LAG_MILLIS = 20 * 60_000;

export function createSimulatedStripe(context: SimContext, { host, source, webhookSecret }: StripeOptions): SimulatedStripe {
  const { time, faults } = context;
  const random = context.random.fork('stripe');
  const webhookDelays = (): readonly number[] => {
    if (faults.hit('payment webhook dropped')) return [];
    const once = () => (faults.hit('payment webhook late') ? random.between(...LATE_MILLIS) : random.between(50, 3_000));
    return faults.hit('payment webhook twice') ? [once(), once()] : [once()];
  };
  const line = createProviderLine(context, () => model);
  const lagMillis = (most: number) => (faults.hit('lists lag') ? random.between(0, most) : 0);
  const model = createStripeModel({
    clock: time,
    random,
    isKey: line.isKey,
    fates: line.fates,
    lag: { listMillis: () => lagMillis(LAG_MILLIS / 2), searchMillis: () => lagMillis(LAG_MILLIS) },
    webhooks: { secret: webhookSecret, types: TYPES, delays: webhookDelays },
  });
  const post = async (delivery: ReturnType<StripeModel['takeDueWebhooks']>[number]): Promise<void> => {
    context.trace.note('stripe', `tells ${delivery.type}`, delivery.eventId);
    const result = await host.invoke(`ingest-${source}`, httpEvent(Buffer.from(delivery.body), delivery.headers));
    const status = result.ok ? Number((result.payload as { statusCode?: number }).statusCode) : undefined;
    context.happened(`payment webhook answered ${status ?? 'nothing'}`);
    delivery.answered(status);
    ring();
  };
  let armedFor = Number.POSITIVE_INFINITY;
  const ring = (): void => {
    const next = model.nextAtMillis();
    if (next === undefined || next >= armedFor) return;
    armedFor = next;
    time.at(next, () => {
      armedFor = Number.POSITIVE_INFINITY;
      for (const delivery of model.takeDueWebhooks()) post(delivery).catch(context.broke);
      ring();
    });
  };
  const waited = new Set<string>();
  const act = (intentId: string): void => {
    if (model.inspection.all('payment_intent').find(({ id }) => id === intentId)?.status !== 'requires_action') return;
    context.happened('a payer acted');
    model.customerActs(intentId, random.chance(0.7) ? 'authenticates' : 'fails to authenticate');
    ring();
  };
  const waiting = () => model.inspection.all('payment_intent').filter(({ status }) => status === 'requires_action');
  context.listen((sighting) => {
    if (sighting.kind !== 'charge executed') return;
    ring();
    for (const { id } of waiting()) {
      if (waited.has(id)) continue;
      waited.add(id);
      if (!faults.hit('payer waits')) time.after(random.between(...PAYER_MILLIS), () => act(id));
    }
  });
  return {
    model,
    line,
    ring,
    payersAct: () => {
      for (const { id } of waiting()) act(id);
    },
  };
}

/** What the endpoint is subscribed to at Stripe. */
const TYPES = ['succeeded', 'payment_failed', 'processing', 'requires_action', 'canceled'].map((name) => `payment_intent.${name}`);
