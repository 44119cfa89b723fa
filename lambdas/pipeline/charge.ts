/** Charge: a requested payment is sent to the provider. It is the one kind of effect that leaves our store, so it has a shape of its own. */
import type { SQSRecord } from 'aws-lambda';
import { RetryableError } from '../core/errors.ts';
import { parsePayload, readMessage } from '../core/message.ts';
import type { Queues } from '../core/ports.ts';
import { consumerOf } from '../core/routes.ts';
import { isoTime } from '../core/time.ts';
import { type BatchHandler, createMessageBatch, receivesOf } from './message-batch.ts';
import { firstStep } from './payment-plan.ts';
import { type WorkPorts, type WorkSettings, workPayment } from './work-payment.ts';

export type ChargeSettings = WorkSettings & {
  /** The consumer of its address: `charge-stripe`. */
  readonly name: string;
  readonly queueUrl: string;
  readonly inbox: string;
};

/** The handler of one provider's charge function. A message is done once what became of its payment is written down. */
export function createCharge(settings: ChargeSettings, ports: WorkPorts & { readonly queues: Queues }): BatchHandler {
  return createMessageBatch({ queueUrl: settings.queueUrl, ports }, async (record, deadlineMillis) => {
    const { address, eventId, id } = paymentOf(record, settings.name);
    const item = {
      pk: `${address}#${eventId}`,
      kind: 'event',
      outcome: 'applied',
      at: isoTime(ports.clock.nowMillis()),
      attempt: receivesOf(record),
      type: 'payment.requested',
    };
    const worked = await workPayment({ id, deadlineMillis, marker: firstStep(settings.inbox, item) }, settings, ports);
    if (worked === 'done') return;
    throw new RetryableError(
      'PAYMENT_GONE',
      'The payment that a message asks for is not in the table: the table was restored to an earlier time. Reconcile before anything else; the message waits.',
    );
  });
}

function paymentOf(record: SQSRecord, name: string): { readonly address: string; readonly eventId: string; readonly id: string } {
  const { address, event, payload, contentType } = readMessage(record.body);
  const data = payload instanceof Uint8Array ? parsePayload(contentType, payload) : undefined;
  const id = typeof data === 'object' && data !== null && 'payment' in data ? data.payment : undefined;
  if (consumerOf(address) === name && event.type === 'payment.requested' && typeof id === 'string')
    return { address, eventId: event.id, id };
  throw new RetryableError(
    'WRONG_ADDRESS',
    `A message in the queue of ${name} asks for no payment; something else sends to this queue. It goes to the dead-letter queue.`,
  );
}
