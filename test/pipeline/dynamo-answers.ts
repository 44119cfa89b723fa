/** What DynamoDB answers to a transaction that it does not commit, as the SDK throws it. */
import { type AttributeValue, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';

/** A reason code, alone or with the item that stands in the table. */
export type Reason = string | { readonly code: string; readonly item: Record<string, unknown> };

/** The cancellation with one reason for each action, in their order; `None` for an action that did not fail. */
export function cancelled(...reasons: readonly Reason[]): TransactionCanceledException {
  return new TransactionCanceledException({
    message: 'Transaction cancelled, please refer cancellation reasons for specific reasons',
    $metadata: { httpStatusCode: 400 },
    CancellationReasons: reasons.map((reason) =>
      typeof reason === 'string' ? { Code: reason } : { Code: reason.code, Item: marshall(reason.item) as Record<string, AttributeValue> },
    ),
  });
}

/** An error of the service or of the network, known by its name. */
export function failure(name: string): Error {
  return Object.assign(new Error(`${name} of a test`), { name, $metadata: {} });
}
