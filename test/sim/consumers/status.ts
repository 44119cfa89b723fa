/** Keeps the newest state of a customer, in whatever order the states come. */
import type { Consumer } from '../../../lambdas/core/contracts.ts';

type CustomerEvent = { readonly data: { readonly object: { readonly id: string; readonly state: string } } };

/** As texts they would be the other way round. */
export const RANK: { readonly [type: string]: number } = { 'customer.updated': 9, 'customer.deleted': 10 };

export const status: Consumer = {
  name: 'status',
  epoch: 1,
  subscribes: { stripe: Object.keys(RANK) },
  tables: { States: { access: ['update'] } },
  apply: (event, tools) => {
    const { id, state } = (event.data as CustomerEvent).data.object;
    const key = { pk: `${tools.address}#${event.source}#${id}`, sk: 'state' };
    return [tools.onlyIfNewer({ table: 'States', key, set: { state, eventId: event.id }, rank: RANK })];
  },
};
