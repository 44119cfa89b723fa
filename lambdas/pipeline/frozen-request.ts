/** What a consumer sends elsewhere, as it stands in the inbox: written once, before anything leaves, and the same for every try of the event. */
import { isDeepStrictEqual } from 'node:util';
import type { Prepared } from '../core/contracts.ts';
import { RetryableError } from '../core/errors.ts';
import { PREPARED_BYTES_MAX } from '../core/limits.ts';
import type { Item } from '../core/ports.ts';
import { isoTime, millisOf } from '../core/time.ts';
import type { Plan } from './commit.ts';
import { type Delivery, naturalKeyStep } from './plan-effect.ts';

export type FrozenRequest = {
  readonly sent: Prepared;
  /** ISO 8601. */
  readonly firstAttemptAt: string;
  readonly naturalKey: string | undefined;
};

/** No marker's key begins like this, since a consumer's address has an `@` before the first `#`. */
export function frozenKey({ address, event }: Pick<Delivery, 'address' | 'event'>): string {
  return `prepared#${address}#${event.id}`;
}

/** The row. Throws a retryable `BAD_PREPARED` or `PREPARED_TOO_LARGE`: a deploy can mend them. */
export function frozenItem(
  delivery: Delivery,
  facts: { readonly sent: unknown; readonly naturalKey: string | undefined; readonly nowMillis: number },
): Item {
  const { naturalKey } = facts;
  return {
    pk: frozenKey(delivery),
    kind: 'prepared',
    at: isoTime(facts.nowMillis),
    attempt: delivery.attempt,
    sent: jsonOf(facts.sent, delivery.consumer.name),
    ...(naturalKey === undefined ? {} : { naturalKey }),
  };
}

/** The row, and with it the natural key: nothing that is a duplicate by it may be sent. */
export function freezePlan(delivery: Delivery, item: Item, nowMillis: number): Plan {
  const { naturalKey } = item;
  const action = { kind: 'put', table: delivery.tables.inbox, item, condition: { expression: 'attribute_not_exists(pk)' } } as const;
  const claim = typeof naturalKey === 'string' ? [naturalKeyStep(delivery, naturalKey, nowMillis)] : [];
  return { frozenAtMillis: nowMillis, steps: [{ meaning: 'done', action }, ...claim] };
}

/** Throws a retryable `BAD_FROZEN_REQUEST` for an item that is no such row. */
export function readFrozen(item: Item): FrozenRequest {
  const { kind, at, sent, naturalKey } = item;
  const parsed: unknown = kind === 'prepared' && typeof sent === 'string' ? JSON.parse(sent) : undefined;
  if (typeof at !== 'string' || millisOf(at) === undefined || !isObject(parsed)) {
    throw new RetryableError(
      'BAD_FROZEN_REQUEST',
      'What an earlier try has frozen cannot be read: a newer release wrote it, or something else. Nothing is sent; deploy that release again.',
    );
  }
  return { sent: parsed, firstAttemptAt: at, naturalKey: typeof naturalKey === 'string' ? naturalKey : undefined };
}

function jsonOf(sent: unknown, consumer: string): string {
  const text = isObject(sent) ? JSON.stringify(sent) : undefined;
  if (text === undefined || !isDeepStrictEqual(JSON.parse(text), sent)) {
    throw new RetryableError(
      'BAD_PREPARED',
      `The consumer ${consumer} prepares ${isObject(sent) ? 'something that JSON does not keep as it is (undefined, NaN, a date, bytes)' : `a ${Array.isArray(sent) ? 'list' : typeof sent}`}; ` +
        'allowed are an object of texts, numbers, booleans, null, lists and objects, or the words duplicate and stale. Correct it and deploy.',
    );
  }
  const bytes = Buffer.byteLength(text);
  if (bytes <= PREPARED_BYTES_MAX) return text;
  throw new RetryableError(
    'PREPARED_TOO_LARGE',
    `The consumer ${consumer} prepares ${bytes} bytes; allowed are ${PREPARED_BYTES_MAX}, which stay for ever. Put what is large into a table of your own, and send its key.`,
  );
}

function isObject(value: unknown): value is Prepared {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
