/** An event's trail as a person reads it and as a program does. */
import { isoTime } from '../lambdas/core/time.ts';
import type { EventTrail, Settled } from './event-trail.ts';
import { alignedText, tableText } from './table-text.ts';

export function trailLines(trail: EventTrail): string[] {
  const payload = trail.payload === undefined ? [] : ['', 'payload, as it was received:', payloadText(trail.payload)];
  return [trail.id, ...factLines(trail), '', ...settledLines(trail), ...publishedLines(trail.published, '  '), ...payload];
}

/** One JSON document; the payload is text, or base64 where it is not UTF-8. */
export function trailJson(trail: EventTrail): string {
  return JSON.stringify(jsonOf(trail), null, 2);
}

const FACTS = [
  'type',
  'subject',
  'source',
  'provider',
  'account',
  'mode',
  'occurredAt',
  'receivedAt',
  'via',
  'quarantine',
  'correlationId',
  'causationId',
];

function factLines({ id, event, outbox, payload }: EventTrail): string[] {
  const fact = (name: string) => event?.[name] ?? (outbox as { readonly [name: string]: unknown } | undefined)?.[name];
  const rows = FACTS.map((name): [string, unknown] => [`  ${name}`, fact(name)]);
  const stored = outbox === undefined ? 'expired, so its payload is gone' : storedText(outbox, payload?.byteLength ?? 0);
  // An event from outside starts a chain of its own, so naming it twice says nothing.
  const told = [...rows, ['  outbox', stored]].filter(([, value]) => value !== undefined && value !== id);
  return alignedText(told.map(([name, value]) => [String(name), String(value)]));
}

function storedText(outbox: NonNullable<EventTrail['outbox']>, bytes: number): string {
  const until = outbox.expiresAt === undefined ? 'kept without an end' : `kept until ${isoTime(outbox.expiresAt * 1000).slice(0, 10)}`;
  return `${outbox.partition}, ${outbox.codec} ${outbox.payload.byteLength} of ${bytes} bytes, ${until}`;
}

function settledLines({ settled }: EventTrail): string[] {
  if (settled.length === 0) return ['  sent to no consumer'];
  return tableText(['  consumer', 'outcome', 'at', 'attempt', ''], settled.map(settledRow));
}

function settledRow({ address, outcome, at, attempt, code }: Settled): string[] {
  return [`  ${address}`, outcome, at ?? '', attempt === undefined ? '' : String(attempt), code ?? ''];
}

function publishedLines(published: readonly EventTrail[], indent: string): string[] {
  return published.flatMap((trail) => [
    '',
    `${indent}published ${trail.outbox?.type ?? 'an event'}: ${trail.id}`,
    ...settledLines(trail).map((line) => `${indent}${line}`),
    ...publishedLines(trail.published, `${indent}  `),
  ]);
}

function payloadText(bytes: Uint8Array): string {
  return utf8(bytes) ?? `${Buffer.from(bytes).toString('base64')} (base64, as it is not UTF-8)`;
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function jsonOf({ id, event, outbox, payload, settled, published }: EventTrail): object {
  const text = payload === undefined ? undefined : utf8(payload);
  return {
    id,
    ...(event === undefined ? {} : { event }),
    ...(outbox === undefined ? {} : { outbox: { ...outbox, payload: undefined, storedBytes: outbox.payload.byteLength } }),
    ...(text === undefined ? {} : { payload: text }),
    ...(payload !== undefined && text === undefined ? { payloadBase64: Buffer.from(payload).toString('base64') } : {}),
    consumers: settled,
    published: published.map(jsonOf),
  };
}
