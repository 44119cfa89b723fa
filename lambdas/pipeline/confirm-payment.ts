/** The consumer that a stack has for each provider it charges through: what webhooks say of our payments is held against what we know. */
import { adopt } from '../core/adopt-payment.ts';
import { defineConsumer, type Event, type Tools, type Write } from '../core/contracts.ts';
import { isFinal, readPayment } from '../core/payment.ts';
import type { Telemetry } from '../core/ports.ts';
import type { Mode } from '../core/provider.ts';
import type { ProviderApi } from '../core/provider-api.ts';
import { millisOf } from '../core/time.ts';
import type { NamingConsumer } from './consumer-tools.ts';
import { changeWrite, paymentEvent, paymentEventId, reportDispute } from './payment-plan.ts';

/** The declared name of the table; the physical one comes from the environment. */
const PAYMENTS = 'Payments';

export type Confirmed = {
  /** Where the events of the account that we charge come from; those of any other say nothing of our payments. */
  readonly source: string;
  readonly mode: Mode;
  /** Told of each dispute before it is committed, so perhaps more than once. */
  readonly telemetry: Pick<Telemetry, 'count' | 'log'>;
};

export function confirmConsumer({ name, charge }: ProviderApi, expected: Confirmed): NamingConsumer {
  if (charge === undefined) throw new TypeError(`${name} has nothing to charge with; synth must not have let it through.`);
  const consumer = defineConsumer({
    name: `confirm-${name}`,
    epoch: 1,
    subscribes: { [name]: charge.eventTypes },
    tables: { [PAYMENTS]: { access: ['get', 'update'] } },
    apply: async (event, tools) => {
      if (event.source !== expected.source || event.mode !== expected.mode || event.account !== undefined) return [];
      const said = charge.paymentOf(event.data);
      return said?.paymentId === undefined ? [] : confirm({ event, tools, telemetry: expected.telemetry }, said);
    },
  });
  return { ...consumer, publishedId: paymentEventId };
}

async function confirm(
  { event, tools, telemetry }: Pick<Confirmed, 'telemetry'> & { readonly event: Event; readonly tools: Tools },
  said: NonNullable<ReturnType<NonNullable<ProviderApi['charge']>['paymentOf']>>,
): Promise<readonly Write[]> {
  const item = await tools.get(PAYMENTS, { pk: said.paymentId as string });
  // Another stack charges through the same account, or the table was restored to an earlier time: reconciliation tells them apart.
  if (item === undefined) return [];
  const before = readPayment(item);
  // The instant is the provider's own, so that each try of this event decides the same.
  const atMillis = Math.max(millisOf(event.receivedAt) ?? 0, Date.parse(before.madeAt));
  const change = adopt(before, { said, by: 'webhook', current: false }, atMillis);
  if (change.kind === 'same') return [];
  const after = change.payment;
  if (isFinal(after.state) && after.state !== before.state) tools.publish(paymentEvent(after));
  if (after.state === 'DISPUTED_BY_RECORDS') reportDispute(telemetry, after);
  return [changeWrite(PAYMENTS, before, after)];
}
