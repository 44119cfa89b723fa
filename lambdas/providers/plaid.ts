/** Plaid: `Plaid-Verification`, a JSON Web Token signed with ES256 that holds the hash of the body and the time. */
import { createPublicKey } from 'node:crypto';
import { RetryableError } from '../core/errors.ts';
import { contentIdentity, type EventFacts, Oddity, readEvent, subjectField, timeField, timeText, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { sha256 } from '../core/hash.ts';
import { type JsonBody, type JsonObject, own, readJsonObject } from '../core/json-shape.ts';
import { isSignedBy, readToken, type Token } from '../core/json-web-token.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { ActiveSecret, KeyTools, Mode, Provider, Verdict, VerifyOptions, WebhookRequest } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { headerFault, hexBytes, refused, sameBytes } from '../core/signature.ts';

const HEADER = 'plaid-verification';

export default {
  name: 'plaid',
  answerWithinSeconds: 10,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  keys: { cacheSeconds: 3600, fetch: fetchKey },
  verify,
  events: ({ headers, body }) => [readEvent(body, (json) => eventFacts(headers, json))],
  makeSecret,
} satisfies Provider;

/**
 * What costs nothing is judged before the key is asked for, so that a stranger's request rarely costs a fetch. The algorithm is the one Plaid
 * names, whatever the token says: it is compared, never looked up. Of a repeated name the last value counts, here as in `eventFacts`.
 */
async function verify({ headers, body }: WebhookRequest, secrets: readonly ActiveSecret[], options: VerifyOptions): Promise<Verdict> {
  const fault = headerFault(headers, HEADER);
  if (fault !== undefined) return refused(fault);
  const token = readToken(headers[HEADER] ?? '');
  if (token === undefined || !isPlainHeader(token)) return refused('bad-header');
  if (own(token.header, 'alg') !== 'ES256') return refused('bad-algorithm');
  const kid = own(token.header, 'kid');
  if (typeof kid !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(kid)) return refused('unknown-key');
  const issuedAt = issuedAtOf(token);
  if (issuedAt === undefined) return refused('bad-timestamp');
  const [first] = secrets;
  if (first === undefined) return refused('no-usable-secret');
  const hash = own(token.claims, 'request_body_sha256');
  if (!sameBytes(sha256(body), (typeof hash === 'string' ? hexBytes(hash) : undefined) ?? NO_BYTES)) return refused('no-match');
  const key = await options.keyOf?.(kid);
  if (key === undefined) return refused('unknown-key');
  if (!isSignedBy(token, key)) return refused('no-match');
  if (issuedAt < options.nowSeconds - options.toleranceSeconds) return refused('too-old');
  if (issuedAt > options.nowSeconds + options.toleranceSeconds) return refused('too-new');
  return { valid: true, secretId: first.id };
}

const NO_BYTES = new Uint8Array();

/** An extension that must be understood (`crit`) is not, and a token of another type is not Plaid's. */
function isPlainHeader({ header }: Token): boolean {
  return own(header, 'crit') === undefined && ['JWT', undefined].includes(own(header, 'typ') as string | undefined);
}

function issuedAtOf({ claims }: Token): number | undefined {
  const issuedAt = own(claims, 'iat');
  return Number.isSafeInteger(issuedAt) && timeText(issuedAt) !== undefined ? Number(issuedAt) : undefined;
}

type Account = { readonly environment: string; readonly clientId: string; readonly secret: string };

/** Each entry of the source's secret is asked at once: an old one may no longer be accepted, and the first key counts. */
async function fetchKey(kid: string, { secrets, nowMillis, send }: KeyTools): Promise<string | undefined> {
  const accounts = secrets.flatMap(({ secret }) => accountOf(secret) ?? []);
  if (accounts.length === 0) {
    throw new RetryableError(
      'NO_USABLE_SECRET',
      'No entry of the secret has the form environment|client_id|secret, where the environment is production or sandbox. Without it no key can be fetched; set it again.',
    );
  }
  const answers = await Promise.allSettled(accounts.map((account) => ask(account, kid, send)));
  const key = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : undefined)).find((one) => one !== undefined);
  if (key !== undefined) return keyText(key, nowMillis);
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return undefined;
}

function accountOf(text: string): Account | undefined {
  const [, environment, clientId, secret] = /^(production|sandbox)\|(\w{1,100})\|(\w{1,100})$/.exec(text.trim()) ?? [];
  return environment === undefined || clientId === undefined || secret === undefined ? undefined : { environment, clientId, secret };
}

/** The key of this name as Plaid gives it; undefined where Plaid says that it has none. */
async function ask(account: Account, kid: string, send: KeyTools['send']): Promise<JsonObject | undefined> {
  const { status, body } = await send({
    method: 'POST',
    url: `https://${account.environment}.plaid.com/webhook_verification_key/get`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: account.clientId, secret: account.secret, key_id: kid }),
  });
  const result = readJsonObject(Buffer.from(body));
  const answer = result.ok ? result.body.object : {};
  const code = own(answer, 'error_code');
  if (status === 400 && code === 'INVALID_WEBHOOK_VERIFICATION_KEY_ID') return undefined;
  const key = own(answer, 'key');
  if (status === 200 && own(key, 'kid') === kid) return key as JsonObject;
  const isWord = typeof code === 'string' && /^[A-Z_]{1,60}$/.test(code);
  throw new RetryableError(
    isWord ? code : 'KEY_STATUS',
    `Plaid answered ${status} for a key${isWord ? ` (${code})` : ''}; it is asked again.`,
  );
}

function keyText(key: JsonObject, nowMillis: number): string | undefined {
  const [kty, crv, x, y] = ['kty', 'crv', 'x', 'y'].map((name) => own(key, name));
  const expiredAt = own(key, 'expired_at') ?? undefined;
  if (typeof expiredAt === 'number' && expiredAt * 1000 <= nowMillis) return undefined;
  const isKnown = kty === 'EC' && crv === 'P-256' && typeof x === 'string' && typeof y === 'string';
  try {
    if (isKnown && (expiredAt === undefined || typeof expiredAt === 'number')) {
      return createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
    }
  } catch {
    // Numbers that are no point of the curve are as little a key as any other form is.
  }
  throw new RetryableError('KEY_MALFORMED', 'What Plaid gave for a key is no key on the curve P-256; it is asked again.');
}

/** Not for any account of Plaid's: a source on the laptop refuses what is sent to it, since nobody but Plaid can sign. */
function makeSecret(random: Uint8Array): string {
  const hex = Buffer.from(random).toString('hex');
  return `sandbox|${hex.slice(0, 24)}|${hex.slice(24, 54)}`;
}

/** The members that name what a webhook is about, payments first. */
const SUBJECTS = ['payment_id', 'transfer_id', 'recurring_transfer_id', 'item_id', 'asset_report_id', 'user_id', 'account_id'];

/**
 * Plaid has no event ids, so what the body says is the identity. Some bodies are doorbells and the same for ever (`TRANSFER_EVENTS_UPDATE`): by
 * themselves all but the first would be lost. So where a body names no instant of its own, the one at which it was signed belongs to it, and a
 * retry that is signed anew is another event: once too often is better than never.
 */
function eventFacts(headers: WebhookRequest['headers'], body: JsonBody): EventFacts {
  const event = body.object;
  const token = Object.hasOwn(headers, HEADER) ? readToken(headers[HEADER] ?? '') : undefined;
  const issuedAt = token === undefined ? undefined : issuedAtOf(token);
  const instant = timeField(own(event, 'timestamp'));
  const fingerprint = fingerprintOf(body);
  if (instant === undefined && issuedAt === undefined) throw new Oddity('no-time');
  return {
    identity: instant === undefined ? `${contentIdentity(fingerprint)}:${issuedAt}` : contentIdentity(fingerprint),
    eventId: null,
    type: typeField(`${typeField(own(event, 'webhook_type'))}.${typeField(own(event, 'webhook_code'))}`),
    occurredAt: instant ?? timeText(issuedAt),
    subject: subjectField(SUBJECTS.map((name) => own(event, name) ?? undefined).find((id) => id !== undefined)),
    account: undefined,
    mode: modeOf(own(event, 'environment')),
    fingerprint,
    authenticity: 'signed',
  };
}

function modeOf(environment: unknown): Mode | undefined {
  if (environment === 'production') return 'live';
  return environment === 'sandbox' || environment === 'development' ? 'test' : undefined;
}

export const guide: ProviderGuide = {
  title: 'Plaid',
  header: '`Plaid-Verification`: a JSON Web Token with `alg` ES256 and a `kid`',
  signs:
    'the token holds the time (`iat`) and the hex SHA-256 of the raw body (`request_body_sha256`): ECDSA on P-256 with the key that `kid` names',
  signsTime: true,
  authenticity: 'signed',
  secret:
    '`environment|client_id|secret`, for example `production|` and the two keys of the dashboard, where the environment is `production` or `sandbox`; it only fetches the public keys',
  identity:
    'the hash of what the body says, all of which is signed, with `iat` of the token where the body has no `timestamp`; Plaid sends no event id',
  retries:
    'for 24 hours where the answer is not 200 or takes 10 seconds, first after 30 seconds and then after four times as long each; no order is promised',
  setup: [
    'In the Dashboard open Developers, then Keys, and put the environment, the client_id and its secret, joined by bars, into the secret of the source.',
    'Give the URL that the stack printed as `webhook` when a link token or an item is made, or enter it in the Dashboard for products that have it there.',
    'The function asks production.plaid.com or sandbox.plaid.com for public keys, so it must reach the Internet.',
  ],
  pitfalls: [
    'Many webhooks say only that there is something new to fetch: let the consumer fetch from where it stopped, and count nothing by the webhook.',
    'It is not documented whether a retry is signed anew; since a signature counts for five minutes, it must be. A body without a `timestamp` of its own is then another event, so give its consumer a natural key.',
    'With a wrong client_id or secret no key can be fetched, and requests are answered 503; the log names what Plaid said, for example `INVALID_API_KEYS`.',
    'Sandbox and production have keys of their own: give the sandbox a source of its own with `"mode": "test"`.',
    'Plaid does not retry where an endpoint refused more than 90 % of the webhooks of the last 24 hours.',
  ],
  sources: [
    'plaid.com/docs/api/webhooks/webhook-verification',
    'plaid.com/docs/api/webhooks',
    'support.plaid.com, Can Plaid re-push failed or missed webhook events',
  ],
};
