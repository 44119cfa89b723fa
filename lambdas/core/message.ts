/** A queue message: plain CloudEvents 1.0 JSON with the provider's own JSON spliced in verbatim as its last member. */
import { type DictionaryOf, decode } from './codec.ts';
import type { Event } from './contracts.ts';
import { RetryableError } from './errors.ts';
import { MESSAGE_BYTES_MAX } from './limits.ts';
import type { OutboxRecord } from './outbox.ts';
import type { Mode } from './provider.ts';
import { PUBLISHED } from './routes.ts';

/** Where the payload of a large message is: the key of its outbox item. */
export type PayloadReference = { readonly partition: string; readonly id: string };

export type Message = {
  /** From the message, never from what is deployed: the marker is keyed by it. */
  readonly address: string;
  readonly event: Omit<Event, 'data' | 'bytes'>;
  readonly contentType: string;
  readonly payload: Uint8Array | PayloadReference;
};

/** The text of the message for one address. Throws what `decode` throws. */
export function messageText(record: OutboxRecord, address: string, dictionaryOf: DictionaryOf): string {
  const attributes = JSON.stringify({
    specversion: '1.0',
    id: record.id,
    source: record.provider === PUBLISHED ? `/consumers/${record.source}` : `/webhooks/${record.source}`,
    type: record.type,
    time: record.occurredAt,
    subject: record.subject,
    datacontenttype: record.contentType,
    address,
    provider: record.provider,
    account: record.account,
    mode: record.mode,
    receivedat: record.receivedAt,
    authenticity: record.authenticity,
    signedfields: record.signedFields?.join(','),
    correlationid: record.correlationId,
    causationid: record.causationId,
    hops: record.hops === 0 ? undefined : record.hops,
  }).slice(0, -1);
  const text = `${attributes},${payloadMember(record, dictionaryOf)}}`;
  if (Buffer.byteLength(text) <= MESSAGE_BYTES_MAX) return text;
  return `${attributes},"dataref":${JSON.stringify(`outbox:${record.partition}|${record.id}`)}}`;
}

/** Reads a message. Throws a retryable `BAD_MESSAGE` for anything this product did not write. */
export function readMessage(text: string): Message {
  const envelope = parseEnvelope(text);
  const required = (name: string): string => {
    const value = envelope[name];
    if (typeof value === 'string' && value !== '') return value;
    throw badMessage(`its attribute ${name} is missing or no text`);
  };
  const optional = (name: string) => (typeof envelope[name] === 'string' ? (envelope[name] as string) : undefined);
  if (required('specversion') !== '1.0') throw badMessage('its specversion is not 1.0');
  return {
    address: required('address'),
    contentType: required('datacontenttype'),
    payload: payloadOf(text, envelope),
    event: {
      id: required('id'),
      source: required('source').replace(/^\/(?:webhooks|consumers)\//, ''),
      provider: required('provider'),
      type: required('type'),
      subject: optional('subject'),
      account: optional('account'),
      mode: required('mode') as Mode,
      occurredAt: required('time'),
      receivedAt: required('receivedat'),
      authenticity: required('authenticity'),
      signedFields: optional('signedfields')
        ?.split(',')
        .filter((name) => name !== ''),
      correlationId: required('correlationid'),
      causationId: optional('causationid'),
      hops: typeof envelope['hops'] === 'number' ? envelope['hops'] : 0,
    },
  };
}

/** The parsed JSON of a payload, undefined where it is not JSON. */
export function parsePayload(contentType: string, bytes: Uint8Array): unknown {
  const text = jsonText(contentType, bytes);
  return text === undefined ? undefined : JSON.parse(text);
}

function payloadMember(record: OutboxRecord, dictionaryOf: DictionaryOf): string {
  const bytes = decode(record, dictionaryOf);
  const text = jsonText(record.contentType, bytes);
  // SQS refuses characters that are not XML 1.0 (SendMessage API reference), so such JSON travels as base64.
  if (text !== undefined && !NOT_XML.test(text)) return `"data":${text}`;
  return `"data_base64":"${Buffer.from(bytes).toString('base64')}"`;
}

const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

function jsonText(contentType: string, bytes: Uint8Array): string | undefined {
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(contentType)) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

function parseEnvelope(text: string): Record<string, unknown> {
  let envelope: unknown;
  try {
    envelope = JSON.parse(text);
  } catch (cause) {
    throw badMessage('it is not JSON', cause);
  }
  if (typeof envelope !== 'object' || envelope === null || Array.isArray(envelope)) throw badMessage('it is not a JSON object');
  return envelope as Record<string, unknown>;
}

function payloadOf(text: string, envelope: Record<string, unknown>): Uint8Array | PayloadReference {
  if (typeof envelope['dataref'] === 'string') {
    const match = /^outbox:([^|]+)\|(.+)$/.exec(envelope['dataref']);
    if (match?.[1] === undefined || match[2] === undefined) throw badMessage('its dataref is not outbox:{partition}|{id}');
    return { partition: match[1], id: match[2] };
  }
  if (typeof envelope['data_base64'] === 'string') return Buffer.from(envelope['data_base64'], 'base64');
  // Every attribute before it is JSON text in which a quote is escaped, so the first occurrence is the member itself.
  const member = ',"data":';
  const start = text.indexOf(member);
  if (start === -1) throw badMessage('it has neither data, data_base64 nor dataref');
  return Buffer.from(text.slice(start + member.length, text.lastIndexOf('}')));
}

function badMessage(what: string, cause?: unknown): RetryableError {
  return new RetryableError(
    'BAD_MESSAGE',
    `A queue message is not one of ours: ${what}. Something else sends to this queue, or a newer release wrote it; it stays until the dead-letter queue.`,
    { cause },
  );
}
