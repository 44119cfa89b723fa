/** PayPal: `PAYPAL-TRANSMISSION-SIG`, RSA over the transmission's id and time, the webhook's id and the CRC-32 of the body. */
import { createPublicKey, type KeyObject, verify as verifySignature } from 'node:crypto';
import { judgeChain, type TrustedRoots } from '../core/certificate-chain.ts';
import { crc32Text } from '../core/crc32.ts';
import { RetryableError } from '../core/errors.ts';
import { type EventFacts, identityField, readEvent, subjectField, timeField, timeText, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { ActiveSecret, KeyTools, Mode, Provider, Verdict, VerifyOptions, WebhookRequest } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { base64Bytes, headerFault, refused } from '../core/signature.ts';

const ID = 'paypal-transmission-id';
const TIME = 'paypal-transmission-time';
const SIGNATURE = 'paypal-transmission-sig';
const CERTIFICATE = 'paypal-cert-url';
const ALGORITHM = 'paypal-auth-algo';

export default {
  name: 'paypal',
  /** PayPal publishes none; ten seconds leave our own deadline as it is. */
  answerWithinSeconds: 10,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  keys: { cacheSeconds: 3600, fetch: fetchKey },
  verify,
  events: ({ headers, body }) => [readEvent(body, (json) => eventFacts(headers, json))],
  makeSecret: (random) => Array.from(random.subarray(0, 17), (byte) => (byte % 36).toString(36).toUpperCase()).join(''),
} satisfies Provider;

/** Where PayPal keeps its certificates, letter for letter: whoever chose another place would choose the key, and what we ask for. */
const CERTIFICATE_URL = /^https:\/\/api\.(sandbox\.)?paypal\.com\/v1\/notifications\/certs\/CERT-[A-Za-z0-9-]{1,100}$/;

/**
 * The form of PayPal's API reference. It leaves out `WEBHOOK_ID`, the text with which PayPal signs what anybody sends to any address with the
 * webhooks simulator.
 */
const WEBHOOK_ID = /^[A-Za-z0-9]{1,50}$/;

/**
 * The time of the transmission is signed and not judged: PayPal retries for three days and resends on request, and does not say whether the time is
 * then a new one. A replay is a duplicate anyway. The bar separates what is signed, so no part may hold one.
 */
async function verify({ headers, body }: WebhookRequest, secrets: readonly ActiveSecret[], options: VerifyOptions): Promise<Verdict> {
  const faults = [ID, TIME, SIGNATURE, CERTIFICATE, ALGORITHM].map((name) => headerFault(headers, name));
  const fault = faults.find((one) => one !== undefined);
  if (fault !== undefined) return refused(fault);
  if (headers[ALGORITHM] !== 'SHA256withRSA') return refused('bad-algorithm');
  const url = headers[CERTIFICATE] ?? '';
  if (!CERTIFICATE_URL.test(url)) return refused('foreign-key');
  const [id = '', time = ''] = [headers[ID], headers[TIME]];
  if (!/^[!-{}~]{1,100}$/.test(id)) return refused('bad-field');
  if (timeText(time) === undefined) return refused('bad-timestamp');
  const signature = base64Bytes(headers[SIGNATURE] ?? '');
  if (signature === undefined) return refused('bad-header');
  const webhooks = secrets.filter(({ secret }) => WEBHOOK_ID.test(secret));
  if (webhooks.length === 0) return refused('no-usable-secret');
  const key = rsaKey(await options.keyOf?.(url));
  if (key === undefined) return refused('unknown-key');
  const textOf = (webhookId: string) => Buffer.from(`${id}|${time}|${webhookId}|${crc32Text(body)}`);
  const match = webhooks.find(({ secret }) => verifySignature('sha256', textOf(secret), key, signature));
  return match === undefined ? refused('no-match') : { valid: true, secretId: match.id };
}

function rsaKey(pem: string | undefined): KeyObject | undefined {
  try {
    const key = pem === undefined ? undefined : createPublicKey(pem);
    return key?.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The answers with which PayPal says that it has no such certificate, or no longer. */
const NO_SUCH_CERTIFICATE: ReadonlySet<number> = new Set([400, 404, 410]);

/**
 * The key of a certificate that PayPal's host gave and a public authority signed for PayPal. Sandbox and live are kept apart by its name as
 * well: else one certificate behind both hosts would let a request be replayed in the other mode.
 */
async function fetchKey(url: string, { nowMillis, roots, send }: KeyTools & TrustedRoots): Promise<string | undefined> {
  const { status, body } = await send({ method: 'GET', url });
  if (NO_SUCH_CERTIFICATE.has(status)) return undefined;
  if (status !== 200)
    throw new RetryableError('KEY_STATUS', `PayPal answered ${status} for a certificate; allowed is 200. It is asked again.`);
  const chain = judgeChain(body, { roots, nowMillis });
  if (chain.kind === 'not-in-force') return undefined;
  if (chain.kind === 'malformed') {
    throw new RetryableError(
      'CERTIFICATE_MALFORMED',
      'What PayPal gave for a certificate holds no certificates in PEM, or too many. It is asked again.',
    );
  }
  if (chain.kind === 'untrusted') {
    throw new RetryableError(
      'CERTIFICATE_UNTRUSTED',
      'The certificate that PayPal gave leads to no root that this runtime trusts: an authority between them is missing from its file, or the root has left the list. Requests wait until it does.',
    );
  }
  const suffix = isSandbox(url) ? /\.sandbox\.paypal\.com$/ : /(?<!\.sandbox)\.paypal\.com$/;
  return chain.names.some((name) => suffix.test(name)) ? chain.publicKey : undefined;
}

function isSandbox(url: string): boolean {
  return url.startsWith('https://api.sandbox.paypal.com/');
}

/**
 * The id is the same on each delivery, where the transmission has another one each time. Of the body only a checksum is signed, so nothing in it is
 * proven to somebody who holds a signed request: see docs/decisions/paypal-crc.md.
 */
function eventFacts(headers: WebhookRequest['headers'], body: JsonBody): EventFacts {
  const event = body.object;
  const resource = own(event, 'resource');
  const order = own(own(own(resource, 'supplementary_data'), 'related_ids'), 'order_id');
  return {
    identity: identityField(own(event, 'id')),
    type: typeField(own(event, 'event_type')),
    occurredAt: timeField(own(event, 'create_time')),
    subject: subjectField(order ?? own(resource, 'id') ?? own(resource, 'dispute_id')),
    account: undefined,
    mode: modeOf(headers),
    fingerprint: fingerprintOf(body, ['id', 'event_type', 'create_time', 'resource']),
    authenticity: 'partial',
    signedFields: ['crc32(body)'],
  };
}

/** By whose key was right: the header itself is not signed, and with the other host in it the request would not have been verified. */
function modeOf(headers: WebhookRequest['headers']): Mode | undefined {
  const url = Object.hasOwn(headers, CERTIFICATE) ? (headers[CERTIFICATE] ?? '') : '';
  if (!CERTIFICATE_URL.test(url)) return undefined;
  return isSandbox(url) ? 'test' : 'live';
}

export const guide: ProviderGuide = {
  title: 'PayPal',
  header:
    '`PAYPAL-TRANSMISSION-SIG`: base64, with `PAYPAL-TRANSMISSION-ID`, `PAYPAL-TRANSMISSION-TIME`, `PAYPAL-CERT-URL` and `PAYPAL-AUTH-ALGO: SHA256withRSA`',
  signs:
    'the id and the time of the transmission, the webhook id and the CRC-32 of the raw body in decimal digits, joined by bars: RSA with SHA-256; ' +
    'the key is in the certificate at `PAYPAL-CERT-URL`, which must be a PayPal address and a chain that leads to a public root',
  signsTime: false,
  authenticity: 'partial',
  signedFields: ['crc32(body)'],
  secret: 'the webhook id, letters and digits; it is part of what is signed and proves nothing by itself',
  identity:
    '`id` of the event (`WH-…`), the same on each delivery; it is covered by a checksum only, which keeps out who never saw a signed request, and nobody else',
  retries: 'up to 25 times over three days; an event can be sent again from the dashboard or the API; no order is promised',
  setup: [
    'In the Developer Dashboard open the app, then Webhooks, and add one with the URL that the stack printed and the events your consumers subscribe to.',
    'Copy its webhook id into the secret of the source.',
    'The function fetches certificates from api.paypal.com and api.sandbox.paypal.com, so it must reach the Internet.',
  ],
  pitfalls: [
    'CRC-32 notices accidents and no forger: whoever holds one signed request can put any other body under it. Keep captured requests secret, and ask the API of PayPal before anything that cannot be undone.',
    'Mock events of the webhooks simulator are signed with the text `WEBHOOK_ID`, and anybody can send them to you: that text is refused as a secret. Test with a sandbox app.',
    'Sandbox and live apps have webhook ids of their own; the mode is read off the host of the certificate, whose name must say `sandbox` as well.',
    'Where the file of PayPal lacks an authority, or its root is no longer in the list of the runtime, requests are answered 503 and an alarm rings (`CERTIFICATE_UNTRUSTED` in the log).',
    'No time limit is set on a signature, since PayPal does not say whether a retry is signed anew.',
    'Posting the parsed event to verify-webhook-signature writes it anew, which changes the checksum; here the raw bytes are judged.',
  ],
  sources: [
    'developer.paypal.com/api/rest/webhooks/rest',
    'docs.paypal.ai/reference/api/rest/verify-webhook-signature',
    'PayPal-Python-SDK, notifications.py; the Java and Ruby SDKs for the names in the certificates',
  ],
};
