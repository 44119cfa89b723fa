/** Holds an event against what its source is for: a live event at a test endpoint is authentic, and odd. */
import type { Mode, ProviderEvent, Reading } from '../core/provider.ts';

/** What is configured of a source; undefined where anything is taken. */
export type Expectation = { readonly mode?: Mode | undefined; readonly account?: string | undefined };

/** The event with its mode decided, or an odd one: `other-mode`, `other-account`. */
export function expectedEvent(reading: Reading, expected: Expectation): Reading {
  if (reading.kind === 'odd') return reading;
  if (expected.mode !== undefined && reading.mode !== undefined && reading.mode !== expected.mode) return oddly(reading, 'other-mode');
  if (expected.account !== undefined && reading.account !== expected.account) return oddly(reading, 'other-account');
  return { ...reading, mode: modeOf(reading, expected) };
}

/** Where the provider does not say so authentically, the source's own mode counts: it is part of the key, so no sender may choose it. */
export function modeOf(event: ProviderEvent, expected: Expectation): Mode {
  return event.mode ?? expected.mode ?? 'live';
}

/** Its identity stays what it is: the bytes of some providers can be varied. */
function oddly({ bytes, contentType, identity }: ProviderEvent, reason: string): Reading {
  return { kind: 'odd', reason, identity, bytes, contentType };
}
