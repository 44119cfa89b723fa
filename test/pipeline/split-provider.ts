/** A provider whose request carries several events: a JSON list of flat objects, each of them a slice of the body. */

import { sha256Hex } from '../../lambdas/core/hash.ts';
import type { Provider, Reading } from '../../lambdas/core/provider.ts';
import stripe from '../../lambdas/providers/stripe.ts';

/** Signed as Stripe does it. An object without an `id` is odd. */
export const splitProvider: Provider = { ...stripe, name: 'split', events: ({ body }) => objectsIn(body).map(readingOf) };

/** A body of so many events, `evt_0`, `evt_1` …, with white space between them. */
export function manyEvents(count: number): string {
  return `[ ${Array.from({ length: count }, (_, index) => `{"id":"evt_${index}", "amount": 9007199254740993 }`).join(' ,\n')} ]`;
}

function objectsIn(body: Uint8Array): Uint8Array[] {
  const objects: Uint8Array[] = [];
  let start = body.indexOf(0x7b);
  while (start !== -1) {
    const end = body.indexOf(0x7d, start) + 1;
    objects.push(body.subarray(start, end));
    start = body.indexOf(0x7b, end);
  }
  return objects;
}

function readingOf(bytes: Uint8Array): Reading {
  const { id } = JSON.parse(Buffer.from(bytes).toString()) as { readonly id?: string };
  if (id === undefined) return { kind: 'odd', reason: 'no-id', bytes, contentType: 'application/json' };
  return {
    kind: 'event',
    identity: id,
    type: 'split.event',
    occurredAt: undefined,
    subject: undefined,
    account: undefined,
    mode: 'live',
    fingerprint: sha256Hex(bytes),
    authenticity: 'signed',
    bytes,
    contentType: 'application/json',
  };
}
