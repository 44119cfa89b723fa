/** Any consumer, with one more write in each effect: a counter of the simulator's own, by address and event, that nothing guards. */
import type { Consumer } from '../../../lambdas/core/contracts.ts';

/** The table of these counters; its key is `{address} {event key}`. */
export const TALLY = 'Tally';

export function countedConsumer(consumer: Consumer): Consumer {
  return {
    ...consumer,
    tables: { ...consumer.tables, [TALLY]: { access: ['update'] } },
    apply: async (event, tools) => {
      const effect = await consumer.apply(event, tools);
      if (typeof effect === 'string') return effect;
      const update = { expression: 'ADD #count :one', names: { '#count': 'count' }, values: { ':one': 1 } };
      return [...effect, { kind: 'update', table: TALLY, key: { pk: tools.address, sk: event.id }, update }];
    },
  };
}
