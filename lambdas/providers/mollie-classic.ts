/** Mollie, classic webhooks: a form with the id of an object, and nothing that could be verified, so the object is fetched. */
import { idWord, readAnswer } from '../core/api-answer.ts';
import { type EventFacts, identityField, Oddity, readEvent, subjectField, timeText, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { sha256Hex } from '../core/hash.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Mode, OddEvent, Provider, Reading, WebhookRequest } from '../core/provider.ts';
import type { Answered, ApiAnswer, ApiRequest } from '../core/provider-api.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { refused } from '../core/signature.ts';

export default {
  name: 'mollie-classic',
  answerWithinSeconds: 15,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  needsFetch:
    'Mollie signs nothing in classic webhooks: a request is the id of an object that anybody could send, so the object must be fetched from its API first.',
  fetch: {
    origin: 'https://api.mollie.com',
    apiKeyOf: (secret) => (/^(?:test|live)_\w{30,100}$/.test(secret) ? secret : undefined),
    authorization: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
    request: requestFor,
    read: readPayment,
  },
  verify: () => refused('unsigned'),
  /** The id is the same for each change of the object: without the fetched state there is nothing to name an event by. */
  events: ({ body }) => [unsigned(body, 'unsigned')],
  /** An API key, with which the object is fetched: the webhook itself has no secret. */
  makeSecret: (random) => `test_${Buffer.from(random).toString('hex').slice(0, 30)}`,
} satisfies Provider;

function unsigned(bytes: Uint8Array, reason: string): OddEvent {
  return { kind: 'odd', reason, bytes, contentType: 'application/octet-stream' };
}

/** Refunds and chargebacks come as the id of their payment: each of them is a part of its state. */
function requestFor({ body }: WebhookRequest): ApiRequest | OddEvent {
  const id = paymentIdOf(body);
  if (id === undefined) return unsigned(body, 'no-payment');
  return { method: 'GET', path: `/v2/payments/${id}?embed=refunds,chargebacks`, headers: { accept: 'application/hal+json' } };
}

/** One `id` of a payment; whatever else stands in the form is nobody's. */
function paymentIdOf(body: Uint8Array): string | undefined {
  const [id, second] = new URLSearchParams(Buffer.from(body).toString('latin1')).getAll('id');
  return second === undefined && /^tr_\w{4,60}$/.test(id ?? '') ? id : undefined;
}

/** Mollie asks for 200 where the id is unknown, so that nobody learns which ids there are (docs.mollie.com/reference/webhooks). */
function readPayment(answer: ApiAnswer, { body }: WebhookRequest): Answered<Reading> {
  const asked = paymentIdOf(body);
  const isAsked = (object: unknown) => own(object, 'resource') === 'payment' && asked !== undefined && own(object, 'id') === asked;
  return readAnswer(answer, {
    value: (payment) => (isAsked(payment) ? readEvent(Buffer.from(answer.body), paymentFacts) : undefined),
    error: (problem) =>
      own(problem, 'status') === answer.status && typeof own(problem, 'title') === 'string' ? `HTTP_${answer.status}` : undefined,
  });
}

/**
 * What changes with the payment and never without it. Links, the description, what settlement brings later and what Mollie adds next year are left out: a payment that
 * is fetched twice in one state must be one event.
 */
const STATE = ['id', 'mode', 'status', 'amount', 'amountCaptured', 'amountRefunded', 'amountChargedBack'];
const TIMES = ['authorizedAt', 'paidAt', 'canceledAt', 'expiredAt', 'failedAt'];

function paymentFacts(body: JsonBody): EventFacts {
  const payment = body.object;
  const embedded = own(payment, '_embedded');
  const parts = [...partsOf(own(embedded, 'refunds')), ...partsOf(own(embedded, 'chargebacks'))];
  const fingerprint = sha256Hex([fingerprintOf(body, [...STATE, ...TIMES]), ...parts.map(({ state }) => state).sort()].join('\n'));
  const id = own(payment, 'id');
  return {
    identity: identityField(`${id}:${fingerprint}`),
    eventId: null,
    type: typeField(`payment.${statusField(own(payment, 'status'))}`),
    occurredAt: latest([...['createdAt', ...TIMES].map((name) => own(payment, name)), ...parts.flatMap(({ times }) => times)]),
    subject: subjectField(id),
    account: undefined,
    mode: modeField(own(payment, 'mode')),
    fingerprint,
    authenticity: 'fetched',
  };
}

type Part = { readonly state: string; readonly times: readonly unknown[] };

/** Refunds or chargebacks, in whatever order: with an id each, so that no state of the payment ever comes back. */
function partsOf(list: unknown): Part[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw new Oddity('bad-part');
  return list.map((part: unknown) => {
    const id = idWord(own(part, 'id'), '');
    if (id === undefined) throw new Oddity('bad-part');
    const amount = own(part, 'amount');
    const [created, reversed] = [own(part, 'createdAt'), own(part, 'reversedAt')];
    const said = [id, own(part, 'status'), own(amount, 'currency'), own(amount, 'value'), reversed];
    return { state: JSON.stringify(said.map((value) => value ?? null)), times: [created, reversed] };
  });
}

function latest(times: readonly unknown[]): string | undefined {
  return times
    .flatMap((time) => timeText(time) ?? [])
    .sort()
    .at(-1);
}

function statusField(status: unknown): string {
  if (typeof status === 'string' && /^[a-z_-]{1,40}$/.test(status)) return status;
  throw new Oddity('bad-status');
}

function modeField(mode: unknown): Mode {
  if (mode === 'live' || mode === 'test') return mode;
  throw new Oddity('no-mode');
}

export const guide: ProviderGuide = {
  title: 'Mollie (classic webhooks)',
  header: 'none; the body is a form, `id=tr_…`',
  signs: 'nothing',
  signsTime: false,
  authenticity: 'fetched',
  secret: 'an API key of the profile, `live_…` or `test_…`: the webhook itself has none, and the payment is fetched with it',
  identity:
    'the id of the payment with a hash of its fetched state (status, amounts, times, refunds and chargebacks): the id alone is the same for each of its changes',
  retries: 'ten times over about 26 hours, until the answer is 200; no order is promised',
  setup: [
    'Prefer next-gen webhooks with the provider `mollie`, which are signed; use classic ones where payments are created with a `webhookUrl`.',
    'In the Dashboard open Developers, then API keys, and put the key of the profile into the secret of the source.',
    'Give the URL that the stack printed as `webhookUrl` of each payment.',
    'Events have the types `payment.paid`, `payment.failed` and so on; their data is the payment as the API gives it, with its refunds and chargebacks.',
    'The function fetches payments from api.mollie.com, so it must reach the Internet.',
  ],
  pitfalls: [
    'Anybody can send the id of an object, so a request is only a hint to look. An id that Mollie does not know is answered 200, as Mollie asks, and nothing is stored: with the API key of another profile or mode that is every event, so an alarm watches it.',
    'A state that was over before it could be fetched is no event: of two quick changes the second one may be seen twice.',
    'A refund or a chargeback comes as the id of its payment: `amountRefunded` and `amountChargedBack` are sums, so book the difference.',
    'Only payments (`tr_…`) are fetched; the id of an order, a subscription or a payment link is refused.',
    'To change the API key, set the new one with `--keep-old 1h`: the first one in force is used.',
  ],
  sources: ['docs.mollie.com/reference/webhooks', 'docs.mollie.com/reference/get-payment', 'mollie-api-typescript 1.12.28, payments.get'],
};
