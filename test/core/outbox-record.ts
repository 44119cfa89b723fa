/** An outbox record as ingest makes it, for tests that need one. */
import { encode } from '../../lambdas/core/codec.ts';
import type { OutboxRecord } from '../../lambdas/core/outbox.ts';

export function outboxRecord(payload: string | Uint8Array, given: Partial<OutboxRecord> = {}): OutboxRecord {
  const { codec, bytes } = encode(typeof payload === 'string' ? Buffer.from(payload) : payload);
  return {
    partition: '2026-11-23T22:25Z#07',
    id: 'stripe#-#live#evt_1',
    source: 'stripe',
    provider: 'stripe',
    mode: 'live',
    type: 'payment_intent.succeeded',
    subject: 'pi_1',
    occurredAt: '2026-11-23T22:24:58.000Z',
    receivedAt: '2026-11-23T22:25:00.000Z',
    authenticity: 'signed',
    correlationId: 'stripe#-#live#evt_1',
    hops: 0,
    to: ['ledger@1'],
    codec,
    contentType: 'application/json',
    payload: bytes,
    ...given,
  };
}
