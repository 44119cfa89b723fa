/** Receipts: one for each entry the ledger posted; the second link of a chain of consumers. */
import { defineConsumer } from '../core/contracts.ts';
import { RejectedError } from '../core/errors.ts';

export default defineConsumer({
  name: 'receipts',
  epoch: 1,
  subscribes: { oncehook: ['ledger.entry-posted'] },
  tables: { Receipts: { access: ['put'] } },

  apply: (event, tools) => {
    const { entry, kind, amount, currency, customer } = (event.data ?? {}) as Record<string, unknown>;
    if (
      typeof entry !== 'string' ||
      typeof kind !== 'string' ||
      typeof amount !== 'number' ||
      typeof currency !== 'string' ||
      typeof customer !== 'string'
    ) {
      throw new RejectedError(
        'BAD_ENTRY',
        'The event ledger.entry-posted lacks entry, kind, amount, currency or customer; it was published by another release of the ledger.',
      );
    }
    return [
      {
        kind: 'put',
        table: 'Receipts',
        item: {
          pk: `${tools.address}#${entry}`,
          sk: 'receipt',
          kind,
          amount,
          currency,
          customer,
          paymentEvent: event.correlationId,
          issuedFor: event.occurredAt,
        },
        condition: { expression: 'attribute_not_exists(pk)', means: 'duplicate' },
      },
    ];
  },
});
