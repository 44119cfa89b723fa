/** Turns what a consumer decided into the actions of one transaction: marker, natural key, effect, published events. */
import type { ActionMeaning } from '../core/cancellation.ts';
import type { Consumer, Event, Write } from '../core/contracts.ts';
import { RetryableError } from '../core/errors.ts';
import { TRANSACTION_ACTIONS_MAX } from '../core/limits.ts';
import { type OutboxRecord, outboxItem } from '../core/outbox.ts';
import type { Action, Item } from '../core/ports.ts';
import { isoTime } from '../core/time.ts';
import type { Plan } from './commit.ts';
import { physicalTable } from './consumer-tools.ts';

export type Outcome = 'applied' | 'duplicate' | 'stale' | 'rejected';

/** `already`: an earlier try committed the marker, and whatever it decided stands. */
export type Applied = Outcome | 'already';

/** One event at one address: everything the transaction's keys are made of. */
export type Delivery = {
  readonly consumer: Consumer;
  readonly event: Event;
  readonly address: string;
  readonly tables: { readonly inbox: string; readonly outbox: string; readonly own: { readonly [name: string]: string } };
  readonly attempt: number;
};

/** What an event's natural key is, where an earlier transaction has taken it for this event. */
export type Claim = { readonly naturalKey: string | undefined };

export type Step = { readonly action: Action; readonly meaning: ActionMeaning };

const ABSENT = { expression: 'attribute_not_exists(pk)' };

/** The whole effect; with a claim the natural key is not taken again. Throws `TOO_MANY_ACTIONS`, `SAME_ITEM_TWICE`, `UNDECLARED_TABLE` or `BAD_NATURAL_KEY`, all retryable: a deploy can mend them. */
export function effectPlan(
  delivery: Delivery,
  effect: { writes: readonly Write[]; published: readonly OutboxRecord[]; claim: Claim | undefined },
  nowMillis: number,
): Plan {
  const { naturalKey } = effect.claim ?? { naturalKey: naturalKeyOf(delivery) };
  const steps: Step[] = [
    markerStep(delivery, { outcome: 'applied', nowMillis, ...(naturalKey === undefined ? {} : { naturalKey }) }),
    ...(naturalKey === undefined || effect.claim !== undefined ? [] : [naturalKeyStep(delivery, naturalKey, nowMillis)]),
    ...effect.writes.map((write) => writeStep(delivery, write)),
    ...effect.published.map(
      (record): Step => ({
        meaning: 'never',
        action: { kind: 'put', table: delivery.tables.outbox, item: outboxItem(record), condition: ABSENT },
      }),
    ),
  ];
  assertWithinLimits(delivery.consumer.name, steps);
  return { frozenAtMillis: nowMillis, steps };
}

/** The marker alone: the event is done, and this is why there is no effect. */
export function markerPlan(delivery: Delivery, outcome: Outcome, facts: { readonly nowMillis: number; readonly code?: string }): Plan {
  return { frozenAtMillis: facts.nowMillis, steps: [markerStep(delivery, { outcome, ...facts })] };
}

/** An empty key would make every event the duplicate of the first one. */
export function naturalKeyOf({ consumer, event }: Delivery): string | undefined {
  const key: unknown = consumer.naturalKey?.(event);
  if (key === undefined) return undefined;
  if (typeof key === 'string' && key !== '') return key;
  throw new RetryableError(
    'BAD_NATURAL_KEY',
    `The consumer ${consumer.name} names ${key === '' ? 'an empty' : `a ${typeof key} as the`} natural key of an event of type ${event.type}; ` +
      'allowed is a text that names the fact, or undefined where there is none.',
  );
}

/** The partition key of the marker. */
export function markerKey({ address, event }: Pick<Delivery, 'address' | 'event'>): string {
  return `${address}#${event.id}`;
}

function markerStep(delivery: Delivery, facts: { outcome: Outcome; nowMillis: number; code?: string; naturalKey?: string }): Step {
  const { nowMillis, ...rest } = facts;
  const item: Item = {
    pk: markerKey(delivery),
    kind: 'event',
    ...rest,
    at: isoTime(nowMillis),
    attempt: delivery.attempt,
    type: delivery.event.type,
  };
  return { meaning: 'done', action: { kind: 'put', table: delivery.tables.inbox, item, condition: ABSENT } };
}

export function naturalKeyStep(delivery: Delivery, naturalKey: string, nowMillis: number): Step {
  const item: Item = { pk: `${delivery.address}#key#${naturalKey}`, kind: 'natural', at: isoTime(nowMillis), eventId: delivery.event.id };
  return { meaning: 'duplicate', action: { kind: 'put', table: delivery.tables.inbox, item, condition: ABSENT } };
}

function writeStep(delivery: Delivery, write: Write): Step {
  const table = physicalTable({ consumer: delivery.consumer, tables: delivery.tables.own }, write.table);
  return { meaning: write.condition?.means ?? 'never', action: { ...write, table } };
}

function assertWithinLimits(consumer: string, steps: readonly Step[]): void {
  if (steps.length > TRANSACTION_ACTIONS_MAX) {
    throw new RetryableError(
      'TOO_MANY_ACTIONS',
      `The consumer ${consumer} returned an effect of ${steps.length} actions, marker and published events included; DynamoDB allows ${TRANSACTION_ACTIONS_MAX} in one transaction. ` +
        'Publish events for the rest and apply those one by one.',
    );
  }
  const seen = new Set<string>();
  for (const { action } of steps) {
    const item = itemName(action);
    if (seen.has(item)) {
      throw new RetryableError(
        'SAME_ITEM_TWICE',
        `The consumer ${consumer} writes one item twice in one effect, which DynamoDB refuses. Merge the two writes into one.`,
      );
    }
    seen.add(item);
  }
}

function itemName(action: Action): string {
  const { pk, sk } = action.kind === 'put' ? action.item : action.key;
  return JSON.stringify([action.table, pk, sk]);
}
