/** Gives a seat to whoever comes first, until it is closed; what being late means for the others stands in the event. */
import type { ConditionMeaning, Consumer } from '../../../lambdas/core/contracts.ts';

export type SeatObject = { readonly seat: string; readonly otherwise: Exclude<ConditionMeaning, 'retry'>; readonly closes: boolean };

type SeatEvent = { readonly data: { readonly object: SeatObject } };

const ABSENT = 'attribute_not_exists(pk)';

export const seat: Consumer = {
  name: 'seat',
  epoch: 1,
  subscribes: { stripe: ['checkout.session.completed'] },
  tables: { Seats: { access: ['put', 'check', 'delete'] } },
  apply: (event, tools) => {
    const { seat: name, otherwise, closes } = (event.data as SeatEvent).data.object;
    const pk = `${tools.address}#${name}`;
    if (closes) return [{ kind: 'put', table: 'Seats', item: { pk, sk: 'closed' } }];
    return [
      { kind: 'delete', table: 'Seats', key: { pk, sk: 'hold' } },
      { kind: 'check', table: 'Seats', key: { pk, sk: 'closed' }, condition: { expression: ABSENT, means: 'reject' } },
      { kind: 'put', table: 'Seats', item: { pk, sk: 'seat', eventId: event.id }, condition: { expression: ABSENT, means: otherwise } },
    ];
  },
};
