/** The family of Standard Webhooks 1.0: `v1,…` over `{id}.{timestamp}.{body}`; its members differ in header names and in how a secret becomes a key. */
import { contentIdentity, type EventFacts, identityField, readEvent, subjectField, timeText, typeField } from './event-fields.ts';
import { fingerprintOf } from './fingerprint.ts';
import { sha256Hex } from './hash.ts';
import { type JsonBody, own } from './json-shape.ts';
import type { ActiveSecret, Reading, SignedRequest, SignInput, Verdict, VerifyOptions, WebhookRequest } from './provider.ts';
import { base64Bytes, headerFault, hmacOf, judgeHmac, refused } from './signature.ts';

export type StandardWebhooks = {
  /** Prefixes of the three header names, the preferred one first, for example `webhook-`. */
  readonly prefixes: readonly [string, ...string[]];
  /** Every key a secret may stand for; none for a text that is no secret. */
  readonly keysOf: (secret: string) => readonly Uint8Array[];
  /** Says what a secret looks like, for the error of `sign`. */
  readonly secretForm: string;
  /** The payment object in `data`. @default its `id` */
  readonly subjectOf?: (data: unknown) => unknown;
};

/** The specification's least; a shorter key is a slip in configuration. */
const SECRET_BYTES_MIN = 24;

/**
 * Stricter than the reference library: the timestamp is a plain number and signed as it stands, an item is `v1,` and one base64 text,
 * and an id with a dot is refused, because the dot separates the signed parts and could move between them. `v1a` (ed25519) is ignored.
 */
export function standardWebhooks(settings: StandardWebhooks): {
  verify(request: WebhookRequest, secrets: readonly ActiveSecret[], options: VerifyOptions): Verdict;
  sign(input: SignInput): SignedRequest;
  events(request: WebhookRequest): readonly Reading[];
} {
  return {
    verify: (request, secrets, options) => verify(settings, request, { secrets, options }),
    sign: (input) => sign(settings, input),
    events: ({ headers, body }) => [
      odd(
        readEvent(body, (json) => eventFacts(settings, headers, json)),
        headers[presentNames(settings, headers).id] ?? '',
      ),
    ],
  };
}

/** The id is signed beside the body: two odd requests of one body and two ids are two, and each is kept. */
function odd(reading: Reading, id: string): Reading {
  if (reading.kind === 'event') return reading;
  return { ...reading, identity: contentIdentity(sha256Hex(Buffer.concat([Buffer.from(`${id}.`), reading.bytes]))) };
}

/** `whsec_` and base64, or base64 alone: the specification's form of a secret. */
export function base64Key(secret: string): readonly Uint8Array[] {
  const key = base64Bytes(secret.replace(/^whsec_/, ''));
  return key !== undefined && key.length >= SECRET_BYTES_MIN ? [key] : [];
}

export const BASE64_SECRET_FORM = `at least ${SECRET_BYTES_MIN} bytes in padded base64, with or without whsec_ before it`;

type Names = { readonly id: string; readonly timestamp: string; readonly signature: string };

function namesOf(prefix: string): Names {
  return { id: `${prefix}id`, timestamp: `${prefix}timestamp`, signature: `${prefix}signature` };
}

/** The first family of headers that is whole; what is verified and what is read must come from one family. */
function presentNames({ prefixes }: StandardWebhooks, headers: WebhookRequest['headers']): Names {
  const whole = prefixes.map(namesOf).find((names) => Object.values(names).every((name) => headerFault(headers, name) === undefined));
  return whole ?? namesOf(prefixes[0]);
}

function verify(
  settings: StandardWebhooks,
  { headers, body }: WebhookRequest,
  { secrets, options }: { readonly secrets: readonly ActiveSecret[]; readonly options: VerifyOptions },
): Verdict {
  const names = presentNames(settings, headers);
  const fault = headerFault(headers, names.id) ?? headerFault(headers, names.timestamp) ?? headerFault(headers, names.signature);
  if (fault !== undefined) return refused(fault);
  const [id = '', timestamp = '', list = ''] = [headers[names.id], headers[names.timestamp], headers[names.signature]];
  if (id.includes('.')) return refused('bad-id');
  // Two headers of one name arrive joined by a comma and a space, which no single one contains.
  if (list.includes(', ')) return refused('bad-header');
  const signatures = list.split(' ').filter((item) => item.startsWith('v1,'));
  return judgeHmac(
    {
      keys: secrets.flatMap(({ id: secretId, secret }) => settings.keysOf(secret).map((key) => ({ secretId, key }))),
      signatures: signatures.map((item) => item.slice(3)),
      decode: base64Bytes,
      signed: [`${id}.${timestamp}.`, body],
      timestamp,
    },
    options,
  );
}

function sign(settings: StandardWebhooks, { body, secret, nowSeconds, id }: SignInput): SignedRequest {
  const [key] = settings.keysOf(secret);
  if (key === undefined) {
    throw new TypeError(
      `A secret of this provider is ${settings.secretForm}; received another text of ${secret.length} characters. ` +
        'Copy the secret from the sender again, whole and without white space.',
    );
  }
  const names = namesOf(settings.prefixes[0]);
  const signature = hmacOf('sha256', key, [`${id}.${nowSeconds}.`, body]).toString('base64');
  return { headers: { [names.id]: id, [names.timestamp]: String(nowSeconds), [names.signature]: `v1,${signature}` }, body };
}

/**
 * The specification leaves the body to the sender. Without a `type` an event is `untyped`; without a `timestamp` in ISO 8601 it occurred when it
 * was sent; and as there are no test events, the mode is the source's: give a sandbox a source of its own.
 */
function eventFacts(settings: StandardWebhooks, headers: WebhookRequest['headers'], body: JsonBody): EventFacts {
  const names = presentNames(settings, headers);
  const event = body.object;
  const data = own(event, 'data');
  const subject = settings.subjectOf === undefined ? own(data, 'id') : settings.subjectOf(data);
  const timestamp = own(event, 'timestamp');
  return {
    identity: identityField(headers[names.id]),
    type: typeField(own(event, 'type') ?? 'untyped'),
    occurredAt: (typeof timestamp === 'string' ? timeText(timestamp) : undefined) ?? timeText(Number(headers[names.timestamp])),
    subject: subjectField(typeof subject === 'string' ? subject : undefined),
    account: undefined,
    mode: undefined,
    fingerprint: fingerprintOf(body),
    authenticity: 'signed',
  };
}
