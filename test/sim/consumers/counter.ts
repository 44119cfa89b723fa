/** Reads a number and writes the next one: right only if each clash is noticed and each event counts once. */
import type { Consumer } from '../../../lambdas/core/contracts.ts';

/** One item for all events of an address, so that they clash. */
export function counter(epoch: number): Consumer {
  return {
    name: 'counter',
    epoch,
    subscribes: { stripe: ['payment_intent.succeeded', 'customer.updated'] },
    tables: { Counters: { access: ['get', 'put'] } },
    apply: async (_event, tools) => {
      const key = { pk: tools.address, sk: 'count' };
      const count = Number((await tools.get('Counters', key))?.['count'] ?? 0);
      const condition =
        count === 0
          ? ({ expression: 'attribute_not_exists(pk)', means: 'retry' } as const)
          : ({ expression: '#count = :count', names: { '#count': 'count' }, values: { ':count': count }, means: 'retry' } as const);
      return [{ kind: 'put', table: 'Counters', item: { ...key, count: count + 1 }, condition }];
    },
  };
}
