/** Writes a payment down that somebody asks for, once for each key, also where the table of payments was restored to a time before it. */
import { RetryableError } from '../core/errors.ts';
import type { OutboxRecord } from '../core/outbox.ts';
import { type Payment, paymentItem } from '../core/payment.ts';
import type { Item } from '../core/ports.ts';
import type { Mode } from '../core/provider.ts';
import type { ProviderApi } from '../core/provider-api.ts';
import type { Route } from '../core/routes.ts';
import { isoTime } from '../core/time.ts';
import { type CommitPorts, commit, type Plan } from './commit.ts';
import { firstStep, outboxStep, type PaymentTables, paymentRecord } from './payment-plan.ts';
import { Problem } from './problem.ts';
import { readItem } from './read-item.ts';

/** What a stack charges through, by provider; `address` is that of its charge function. */
export type ChargedProviders = {
  readonly [provider: string]: { readonly api: ProviderApi; readonly mode: Mode; readonly address: string };
};

export type PaySettings = {
  readonly providers: ChargedProviders;
  readonly routes: readonly Route[];
  readonly tables: PaymentTables & { readonly events: string };
};

export type PayParts = { readonly settings: PaySettings; readonly ports: CommitPorts; readonly deadlineMillis: number };

/** Undefined where this request was the first, otherwise what the first one left. */
export async function keepPayment(payment: Payment, { settings, ports, deadlineMillis }: PayParts): Promise<Item | undefined> {
  try {
    let decision = await commit(ports, firstPlan(payment, settings), deadlineMillis);
    if (decision.kind === 'condition') {
      const { item: asked } = decision;
      if (asked === undefined) throw new RetryableError('EVENT_UNTOLD', 'DynamoDB did not say what it holds of this request. Ask again.');
      // Of another request: as good as its payment for telling so.
      if (asked['fingerprint'] !== payment.fingerprint) return asked;
      ports.telemetry.count('PaymentsRestored');
      decision = await commit(ports, planOfRestored(payment, String(asked['receivedAt']), { settings, ports }), deadlineMillis);
    }
    if (decision.kind !== 'done') return undefined;
    const kept =
      decision.item ?? (await readItem(ports, { table: settings.tables.payments, key: { pk: payment.intent.id } }, deadlineMillis));
    if (kept !== undefined) return kept;
    throw new RetryableError('PAYMENT_GONE', 'A payment that was there is there no more: the table is being restored. Ask again later.');
  } catch (error) {
    // Another request with this key has been under way all the time: its caller, or the next try of this one, learns how it ended.
    if (error instanceof RetryableError && error.cause === 'TransactionConflict') {
      throw new Problem(409, 'KEY_IN_USE', 'A request with this Idempotency-Key is still being decided. Send it again.');
    }
    throw error;
  }
}

/** With its event, which no restore of the payments takes away: who asked for it, and when. */
function firstPlan(payment: Payment, settings: PaySettings): Plan {
  const { tables } = settings;
  const nowMillis = Date.parse(payment.madeAt);
  const record = requestedRecord(payment, settings, nowMillis);
  const { id, source, provider, mode, type, subject, occurredAt, receivedAt, partition } = record;
  const event = { pk: id, v: 1, source, provider, mode, type, subject: String(subject), occurredAt, receivedAt };
  const item = { ...event, fingerprint: payment.fingerprint, outboxPk: partition, via: 'caller' };
  return {
    frozenAtMillis: nowMillis,
    steps: [
      firstStep(tables.payments, paymentItem(payment)),
      { ...firstStep(tables.events, item), meaning: 'duplicate' },
      outboxStep(tables.outbox, record),
    ],
  };
}

/**
 * There was this payment, and the table was restored to a time before it: it may have been charged. Its age is that of the first request, so that its key is not used
 * for longer than the provider keeps it; it is looked for where that is over.
 */
function planOfRestored(payment: Payment, madeAt: string, { settings, ports }: Pick<PayParts, 'settings' | 'ports'>): Plan {
  const { tables } = settings;
  const nowMillis = ports.clock.nowMillis();
  const olderMillis = Date.parse(payment.madeAt) - Date.parse(madeAt);
  const notAfter = isoTime(Date.parse(payment.notAfter) - olderMillis);
  const restored = { ...payment, madeAt, notAfter, history: payment.history.map((entry) => ({ ...entry, at: madeAt })) };
  return {
    frozenAtMillis: nowMillis,
    steps: [firstStep(tables.payments, paymentItem(restored)), outboxStep(tables.outbox, requestedRecord(restored, settings, nowMillis))],
  };
}

function requestedRecord(payment: Payment, { providers, routes }: PaySettings, nowMillis: number): OutboxRecord {
  const { address } = providers[payment.provider] as ChargedProviders[string];
  return paymentRecord(payment, { routes, nowMillis, more: [address] });
}
