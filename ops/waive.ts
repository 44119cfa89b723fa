/** Closes an event at an address for good, by an operator's decision: the marker says who and why, and no effect will ever follow. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import type { Item } from '../lambdas/core/ports.ts';
import { consumerOf } from '../lambdas/core/routes.ts';
import { isoTime } from '../lambdas/core/time.ts';
import type { Connection } from './connection.ts';
import { findEvent } from './find-event.ts';
import { OperatorError, wrongUse } from './operator-error.ts';
import { putOnce } from './put-once.ts';
import { readAgain } from './read-again.ts';
import { isOnlyDelivered } from './stack-description.ts';

export type Waiver = { readonly id: string; readonly address: string; readonly by: string; readonly reason: string };

const REASON_CHARACTERS_MAX = 500;

/** Resolves with the event's key. Throws an `OperatorError` where the event was never for this address or has a marker there already. */
export async function waive(connection: Connection, waiver: Waiver): Promise<string> {
  for (const name of ['by', 'reason'] as const) {
    if (waiver[name].trim() === '' || waiver[name].length > REASON_CHARACTERS_MAX)
      throw wrongUse(
        'BAD_WAIVER',
        `--${name} is empty or too long; allowed are 1 to ${REASON_CHARACTERS_MAX} characters. It stays with the event for ever.`,
      );
  }
  const found = await findEvent(connection, waiver.id);
  const store = await connection.store();
  const { partition } = found;
  const outbox =
    partition === undefined ? undefined : await readAgain(() => store.get(connection.tables.outbox, { pk: partition, sk: found.id }));
  checkAddress(waiver.address, outbox, connection);
  const marker: Item = {
    pk: `${waiver.address}#${found.id}`,
    kind: 'event',
    outcome: 'waived',
    at: isoTime(systemClock.nowMillis()),
    attempt: 0,
    type: String(outbox?.['type'] ?? found.event?.['type'] ?? 'unknown'),
    by: waiver.by.trim(),
    reason: waiver.reason.trim(),
  };
  // The marker is written once, as a consumer writes it: whoever is first decides.
  const put = { table: connection.tables.inbox, item: marker, condition: { expression: 'attribute_not_exists(pk)' } };
  const result = await putOnce(connection, put);
  if (!result.written) throw settledAlready(marker, result.standing);
  return found.id;
}

/** Where the outbox item has expired nobody knows whom the event was for: then any address goes. */
function checkAddress(address: string, outbox: Item | undefined, connection: Connection): void {
  if (consumerOf(address) === undefined) {
    throw wrongUse('BAD_ADDRESS', `${JSON.stringify(address)} is no address; allowed is a consumer with its epoch, for example ledger@1.`);
  }
  if (isOnlyDelivered(connection, address)) {
    throw new OperatorError(
      'NOTHING_TO_WAIVE',
      `${address} is a queue that somebody else reads: no marker is waited for there, and one would stop nobody from reading the message.`,
    );
  }
  const to = outbox === undefined ? undefined : (outbox['to'] as readonly string[]);
  if (to === undefined || to.includes(address)) return;
  throw new OperatorError('NOT_ADDRESSED', `The event is not for ${address}; it is for ${to.join(', ')}.`);
}

function settledAlready(item: Item, marker: Item | undefined): OperatorError {
  return new OperatorError(
    'ALREADY_SETTLED',
    `The event has a marker at this address already: ${String(marker?.['outcome'] ?? 'unknown')}, at ${String(marker?.['at'] ?? 'an unknown time')}. Markers are for ever, so nothing was changed (${String(item['pk'])}).`,
  );
}
