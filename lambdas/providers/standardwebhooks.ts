/** Standard Webhooks 1.0: `webhook-signature: v1,…` over `{webhook-id}.{webhook-timestamp}.{body}`, keyed with the decoded secret. */
import type { ActiveSecret, Provider, SignInput, Verdict, VerifyOptions, WebhookRequest } from '../core/contracts.ts';
import { type EventFacts, identityField, readEvent, subjectField, timeText, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import { base64Bytes, headerFault, hmacSha256, judgeHmac, refused, type SigningKey } from '../core/signature.ts';

const ID = 'webhook-id';
const TIMESTAMP = 'webhook-timestamp';
const SIGNATURE = 'webhook-signature';

/** The specification's least; a shorter key is a slip in configuration. */
const SECRET_BYTES_MIN = 24;

const standardwebhooks: Provider = {
  name: 'standardwebhooks',
  /** The lower end of what the specification suggests to senders. */
  answerWithinSeconds: 15,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  verify,
  sign,
  events: ({ headers, body }) => [readEvent(body, (json) => eventFacts(headers, json))],
  makeSecret: (random) => `whsec_${Buffer.from(random).toString('base64')}`,
};

export default standardwebhooks;

/**
 * Stricter than the reference library: the timestamp is a plain number and signed as it stands, an item is `v1,` and one base64 text,
 * and an id with a dot is refused, because the dot separates the signed parts and could move between them. `v1a` (ed25519) is ignored.
 */
function verify({ headers, body }: WebhookRequest, secrets: readonly ActiveSecret[], options: VerifyOptions): Verdict {
  const fault = headerFault(headers, ID) ?? headerFault(headers, TIMESTAMP) ?? headerFault(headers, SIGNATURE);
  if (fault !== undefined) return refused(fault);
  const [id = '', timestamp = '', list = ''] = [headers[ID], headers[TIMESTAMP], headers[SIGNATURE]];
  if (id.includes('.')) return refused('bad-id');
  const signatures = list.split(' ').filter((item) => item.startsWith('v1,'));
  return judgeHmac(
    {
      keys: signingKeys(secrets),
      signatures: signatures.map((item) => item.slice(3)),
      decode: base64Bytes,
      signed: [`${id}.${timestamp}.`, body],
      timestamp,
    },
    options,
  );
}

/** Throws a TypeError for a secret that this provider does not have. */
function sign({ body, secret, nowSeconds, id }: SignInput): { readonly [name: string]: string } {
  const key = keyOf(secret);
  if (key === undefined) {
    throw new TypeError(
      `A Standard Webhooks secret is at least ${SECRET_BYTES_MIN} bytes in padded base64, with or without whsec_ before it; received another text ` +
        `of ${secret.length} characters. Copy the secret from the sender again, whole and without white space.`,
    );
  }
  const signature = hmacSha256(key, [`${id}.${nowSeconds}.`, body]).toString('base64');
  return { [ID]: id, [TIMESTAMP]: String(nowSeconds), [SIGNATURE]: `v1,${signature}` };
}

function keyOf(secret: string): Uint8Array | undefined {
  const key = base64Bytes(secret.replace(/^whsec_/, ''));
  return key !== undefined && key.length >= SECRET_BYTES_MIN ? key : undefined;
}

function signingKeys(secrets: readonly ActiveSecret[]): SigningKey[] {
  return secrets.flatMap(({ id, secret }) => {
    const key = keyOf(secret);
    return key === undefined ? [] : [{ secretId: id, key }];
  });
}

/**
 * The specification leaves the body to the sender. Without a `type` an event is `untyped`; without a `timestamp` in ISO 8601 it occurred when it
 * was sent; the subject is `data.id` where that is a text; and as there are no test events, the mode is `live`: give a sandbox a source of its own.
 */
function eventFacts(headers: WebhookRequest['headers'], body: JsonBody): EventFacts {
  const event = body.object;
  const subject = own(own(event, 'data'), 'id');
  const timestamp = own(event, 'timestamp');
  return {
    identity: identityField(headers[ID]),
    type: typeField(own(event, 'type') ?? 'untyped'),
    occurredAt: (typeof timestamp === 'string' ? timeText(timestamp) : undefined) ?? timeText(Number(headers[TIMESTAMP])),
    subject: subjectField(typeof subject === 'string' ? subject : undefined),
    account: undefined,
    mode: 'live',
    fingerprint: fingerprintOf(body),
    authenticity: 'signed',
  };
}
