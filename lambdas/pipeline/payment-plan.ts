/** Turns a change of a payment into the actions of one transaction: the change by condition, and the event that tells of its end. */
import { encode } from '../core/codec.ts';
import type { Write } from '../core/contracts.ts';
import { OUTBOX_RETENTION_SECONDS } from '../core/limits.ts';
import { type OutboxRecord, outboxItem } from '../core/outbox.ts';
import { isFinal, type Payment, type PaymentState, progressAttributes } from '../core/payment.ts';
import type { Item, Telemetry, Value } from '../core/ports.ts';
import { addressesFor, PUBLISHED, type Route } from '../core/routes.ts';
import { isoTime, outboxPartition } from '../core/time.ts';
import type { Plan } from './commit.ts';

export type PaymentTables = { readonly payments: string; readonly outbox: string };

/** The name under which events of payments are published. */
export const PAYMENTS_SOURCE = 'payments';

type Steps = Plan['steps'];

const ABSENT = { expression: 'attribute_not_exists(pk)' };

/** What a consumer of ours is told; never the payment method. */
export function paymentEvent(payment: Payment): { readonly type: string; readonly subject: string; readonly data: PaymentData } {
  return { type: EVENT_TYPES[payment.state] ?? 'payment.requested', subject: payment.intent.id, data: paymentData(payment) };
}

/** The same whoever learned it: each end of a payment is one event, also where tables were restored and it is learned once more. */
export function paymentEventId({ type, subject }: { readonly type: string; readonly subject?: string | undefined }): string {
  return `${PAYMENTS_SOURCE}@1#${subject}#${type}`;
}

type PaymentData = ReturnType<typeof paymentData>;

function paymentData({ intent, provider, state, objectId, failureCode }: Payment) {
  return {
    payment: intent.id,
    state,
    amount: intent.amount,
    currency: intent.currency,
    provider,
    reference: intent.reference,
    ...(objectId === undefined ? {} : { object: objectId }),
    ...(failureCode === undefined ? {} : { code: failureCode }),
  };
}

const EVENT_TYPES: { readonly [state in PaymentState]?: string } = {
  SUCCEEDED: 'payment.succeeded',
  FAILED: 'payment.failed',
  EXPIRED: 'payment.expired',
  DISPUTED_BY_RECORDS: 'payment.disputed',
};

/** The change alone, for a table by whatever name: it fails where somebody else has changed the payment since it was read. */
export function changeWrite(table: string, before: Payment, after: Payment): Extract<Write, { kind: 'update' }> {
  const attributes = progressAttributes(after);
  const names = Object.fromEntries(attributes.map(([name], index) => [`#a${index}`, name]));
  const set = attributes.flatMap(([, value], index) => (value === undefined ? [] : [`#a${index} = :a${index}`]));
  const removed = attributes.flatMap(([, value], index) => (value === undefined ? [`#a${index}`] : []));
  const values: Record<string, Value> = {};
  for (const [index, [, value]] of attributes.entries()) if (value !== undefined) values[`:a${index}`] = value;
  return {
    kind: 'update',
    table,
    key: { pk: before.intent.id },
    update: { expression: `SET ${set.join(', ')}${removed.length === 0 ? '' : ` REMOVE ${removed.join(', ')}`}`, names, values },
    condition: {
      expression: '#version = :before',
      names: { '#version': 'version' },
      values: { ':before': before.version },
      means: 'retry',
    },
  };
}

/** The change and, where it is the end of the payment, the event that tells of it. */
export function changeSteps(
  tables: PaymentTables,
  change: { readonly before: Payment; readonly after: Payment },
  at: { readonly routes: readonly Route[]; readonly nowMillis: number },
): Steps {
  const { before, after } = change;
  const ends = isFinal(after.state) && after.state !== before.state;
  return [
    { meaning: 'retry', action: changeWrite(tables.payments, before, after) },
    ...(ends ? [outboxStep(tables.outbox, paymentRecord(after, at))] : []),
  ];
}

/** Each end of a payment is told once, whoever learned of it. `more` are addresses that get it without having subscribed. */
export function paymentRecord(
  payment: Payment,
  { routes, nowMillis, more = [] }: { readonly routes: readonly Route[]; readonly nowMillis: number; readonly more?: readonly string[] },
): OutboxRecord {
  const { type, subject, data } = paymentEvent(payment);
  const id = paymentEventId({ type, subject });
  const { codec, bytes } = encode(Buffer.from(JSON.stringify(data)));
  return {
    partition: outboxPartition(nowMillis, id),
    id,
    source: PAYMENTS_SOURCE,
    provider: PUBLISHED,
    mode: payment.mode,
    type,
    subject,
    occurredAt: isoTime(nowMillis),
    receivedAt: isoTime(nowMillis),
    authenticity: 'signed',
    correlationId: id,
    hops: 0,
    to: [...more, ...addressesFor(routes, PUBLISHED, type)],
    codec,
    contentType: 'application/json',
    payload: bytes,
    expiresAt: Math.floor(nowMillis / 1000) + OUTBOX_RETENTION_SECONDS,
  };
}

export function outboxStep(table: string, record: OutboxRecord): Steps[number] {
  return { meaning: 'never', action: { kind: 'put', table, item: outboxItem(record), condition: ABSENT } };
}

/** For the alarm: a person has to look. */
export function reportDispute(telemetry: Pick<Telemetry, 'count' | 'log'>, { intent, failureCode = '' }: Payment): void {
  telemetry.count('PaymentsDisputed');
  telemetry.log('error', 'payment disputed', { paymentId: intent.id, code: failureCode });
}

/** The put that decides who was first. */
export function firstStep(table: string, item: Item): Steps[number] {
  return { meaning: 'done', action: { kind: 'put', table, item, condition: ABSENT } };
}
