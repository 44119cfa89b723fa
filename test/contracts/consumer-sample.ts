/** An event to try a consumer with, and the queue message it arrives in. */

import { encode } from '../../lambdas/core/codec.ts';
import { noDictionaries } from '../../lambdas/core/dictionary.ts';
import { sha256Hex } from '../../lambdas/core/hash.ts';
import { messageText } from '../../lambdas/core/message.ts';
import type { Item } from '../../lambdas/core/ports.ts';
import { PUBLISHED } from '../../lambdas/core/routes.ts';

export type ConsumerSample = {
  /** A provider the consumer subscribes to; `oncehook` for an event that another consumer publishes. */
  readonly provider: string;
  readonly type: string;
  /** What the provider sends, or what the other consumer publishes. */
  readonly data: unknown;
  readonly subject?: string;
  readonly mode?: 'live' | 'test';
  /** A connected account. */
  readonly account?: string;
  /** Tells two samples of one type apart; made from the data where it is left out. */
  readonly identity?: string;
  /** How many published events led to it. */
  readonly hops?: number;
  /** ISO 8601. */
  readonly occurredAt?: string;
  /** Items that stand in the consumer's tables before, by declared name. */
  readonly given?: { readonly [table: string]: readonly Item[] };
  /** What the other side answers to `perform`, which is not called: for consumers that send something elsewhere. */
  readonly performed?: unknown;
};

/** The name of a sample in a test's title. */
export function titleOf({ provider, type, subject }: ConsumerSample): string {
  return `${provider} ${type}${subject === undefined ? '' : ` of ${subject}`}`;
}

/** The key by which the event is known in our tables. */
export function eventKeyOf(sample: ConsumerSample): string {
  const identity = sample.identity ?? sha256Hex(JSON.stringify([sample.type, sample.subject, sample.data]));
  if (sample.provider === PUBLISHED) return `other@1#${sha256Hex(identity)}`;
  return `${sample.provider}#${sample.account ?? '-'}#${sample.mode ?? 'live'}#evt_${identity.slice(0, 24)}`;
}

/** The body of its message for this address: written by the same code as the relay's. */
export function messageOf(sample: ConsumerSample, address: string): string {
  const id = eventKeyOf(sample);
  const occurredAt = sample.occurredAt ?? '2026-11-23T22:20:00.000Z';
  const { codec, bytes } = encode(Buffer.from(JSON.stringify(sample.data)));
  return messageText(
    {
      partition: '2026-11-23T22:25Z#00',
      id,
      source: sample.provider === PUBLISHED ? 'other' : sample.provider,
      provider: sample.provider,
      mode: sample.mode ?? 'live',
      account: sample.account,
      type: sample.type,
      subject: sample.subject,
      occurredAt,
      receivedAt: '2026-11-23T22:25:00.000Z',
      authenticity: 'signed',
      correlationId: id,
      hops: sample.hops ?? 0,
      to: [address],
      codec,
      contentType: 'application/json',
      payload: bytes,
    },
    address,
    noDictionaries,
  );
}
