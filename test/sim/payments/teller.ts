/** Counts how often it is told of each end of a payment. */
import type { Consumer } from '../../../lambdas/core/contracts.ts';

export const ENDS = ['payment.succeeded', 'payment.failed', 'payment.expired', 'payment.disputed'] as const;

export const teller: Consumer = {
  name: 'teller',
  epoch: 1,
  subscribes: { oncehook: ENDS },
  tables: { Told: { access: ['update'] } },
  apply: ({ type, subject = '' }, { address }) => [
    {
      kind: 'update',
      table: 'Told',
      key: { pk: `${address}#${subject}`, sk: type },
      update: { expression: 'ADD #count :one', names: { '#count': 'count' }, values: { ':one': 1 } },
    },
  ],
};
