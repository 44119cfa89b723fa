/**
 * Any consumer, with one more write in each effect: a counter of the simulator's own, by address and event, that nothing guards, and a hash of the
 * payload as the consumer saw it.
 */
import { createHash } from 'node:crypto';
import type { Consumer } from '../../../lambdas/core/contracts.ts';

/** The table of these counters; its key is `{address} {event key}`. */
export const TALLY = 'Tally';

export function countedConsumer(consumer: Consumer): Consumer {
  return {
    ...consumer,
    tables: { ...consumer.tables, [TALLY]: { access: ['update'] } },
    apply: async (event, tools, performed) => {
      const effect = await consumer.apply(event, tools, performed);
      if (typeof effect === 'string') return effect;
      const update = {
        expression: 'SET payload = :payload ADD #count :one',
        names: { '#count': 'count' },
        values: { ':one': 1, ':payload': payloadHash(event.bytes) },
      };
      return [...effect, { kind: 'update', table: TALLY, key: { pk: tools.address, sk: event.id }, update }];
    },
  };
}

/** Of the bytes but for the number that the provider changes from delivery to delivery. */
export function payloadHash(bytes: Uint8Array): string {
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/"pending_webhooks":\d+/, '');
  return createHash('sha256').update(text, 'latin1').digest('hex');
}
