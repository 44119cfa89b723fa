/** Closes an event at an address for good, by an operator's decision: the marker says who and why, and no effect will ever follow. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { systemRandom } from '../lambdas/aws/system-random.ts';
import type { Item } from '../lambdas/core/ports.ts';
import { consumerOf } from '../lambdas/core/routes.ts';
import { isoTime } from '../lambdas/core/time.ts';
import { retryUntil } from '../lambdas/pipeline/retry-until.ts';
import type { Connection } from './connection.ts';
import { findEvent } from './find-event.ts';
import { OperatorError, wrongUse } from './operator-error.ts';
import { readAgain } from './read-again.ts';

export type Waiver = { readonly id: string; readonly address: string; readonly by: string; readonly reason: string };

/** How long a write is tried. */
const PATIENCE_MILLIS = 15_000;
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
  checkAddress(waiver.address, outbox);
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
  await putMarker(connection, marker);
  return found.id;
}

/** Where the outbox item has expired nobody knows whom the event was for: then any address goes. */
function checkAddress(address: string, outbox: Item | undefined): void {
  if (consumerOf(address) === undefined) {
    throw wrongUse('BAD_ADDRESS', `${JSON.stringify(address)} is no address; allowed is a consumer with its epoch, for example ledger@1.`);
  }
  const to = outbox === undefined ? undefined : (outbox['to'] as readonly string[]);
  if (to === undefined || to.includes(address)) return;
  throw new OperatorError('NOT_ADDRESSED', `The event is not for ${address}; it is for ${to.join(', ')}.`);
}

/** The marker is written once, as a consumer writes it: whoever is first decides. */
async function putMarker(connection: Connection, item: Item): Promise<void> {
  const store = await connection.store();
  const token = systemRandom.uuid();
  const actions = [{ kind: 'put', table: connection.tables.inbox, item, condition: { expression: 'attribute_not_exists(pk)' } }] as const;
  const frozenAtMillis = systemClock.nowMillis();
  const result = await retryUntil({ clock: systemClock, random: systemRandom }, frozenAtMillis + PATIENCE_MILLIS, async () => {
    const answer = await store.transact({ token, frozenAtMillis, actions });
    if (answer.kind === 'committed') return { again: false, value: undefined };
    if (answer.kind === 'cancelled' && answer.reasons[0]?.code === 'ConditionalCheckFailed')
      throw settledAlready(item, answer.reasons[0].item);
    return { again: true, code: answer.kind === 'failed' ? answer.code : (answer.reasons[0]?.code ?? 'CANCELLED') };
  });
  if (result.kind === 'decided') return;
  throw new OperatorError(
    'NOT_WRITTEN',
    `The marker could not be written (last answer ${result.code}). Check that these credentials may put items into ${connection.tables.inbox}, and try again: nothing is written twice.`,
  );
}

function settledAlready(item: Item, marker: Item | undefined): OperatorError {
  return new OperatorError(
    'ALREADY_SETTLED',
    `The event has a marker at this address already: ${String(marker?.['outcome'] ?? 'unknown')}, at ${String(marker?.['at'] ?? 'an unknown time')}. Markers are for ever, so nothing was changed (${String(item['pk'])}).`,
  );
}
