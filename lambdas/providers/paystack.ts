/** Paystack: `x-paystack-signature`, one HMAC-SHA512 over the body, keyed with the API's secret key. */
import { bodySignature } from '../core/body-signature.ts';
import { contentIdentity, type EventFacts, idText, Oddity, readEvent, subjectField, timeField, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Mode, Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';

export default {
  name: 'paystack',
  answerWithinSeconds: 30,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...bodySignature({
    header: 'x-paystack-signature',
    encoding: 'hex',
    algorithm: 'sha512',
    secretForm: "the API's secret key, a text that is not blank",
  }),
  events: ({ body }) => [readEvent(body, eventFacts)],
  makeSecret: (random) => `sk_test_${Buffer.from(random).toString('hex').slice(0, 40)}`,
} satisfies Provider;

/** By what Paystack itself looks things up, the name that an object has in all its events first; a refund without an id is known by its payment. */
const SUBJECTS = ['reference', 'invoice_code', 'subscription_code', 'id', 'transaction_reference'];
const TIMES = ['paid_at', 'updated_at', 'updatedAt', 'created_at', 'createdAt'];

/** The event and the object's id would be the same for two states of one object, for example of a dispute, so that only the whole body is one event. */
function eventFacts(body: JsonBody): EventFacts {
  const event = body.object;
  const data = own(event, 'data');
  const first = (names: readonly string[]) => names.map((name) => own(data, name)).find((value) => value !== undefined && value !== null);
  const fingerprint = fingerprintOf(body);
  return {
    identity: contentIdentity(fingerprint),
    eventId: null,
    type: typeField(own(event, 'event')),
    occurredAt: timeField(first(TIMES)),
    subject: subjectField(idText(first(SUBJECTS))),
    account: undefined,
    mode: modeField(own(data, 'domain')),
    fingerprint,
    authenticity: 'signed',
  };
}

/** Events about customers come without it: then the source says. `bad-mode`. */
function modeField(domain: unknown): Mode | undefined {
  if (domain === undefined || domain === null) return undefined;
  if (domain !== 'live' && domain !== 'test') throw new Oddity('bad-mode');
  return domain;
}

export const guide: ProviderGuide = {
  title: 'Paystack',
  header: '`x-paystack-signature`: hex',
  signs: 'the raw body: HMAC-SHA512; no time and no header is signed',
  signsTime: false,
  authenticity: 'signed',
  secret: "the API's secret key (`sk_live_…`, `sk_test_…`), used as text: there is no key of its own for webhooks",
  identity:
    'the hash of the signed body: there is no event id, and the name with the id of the object would be the same for two of its states',
  retries:
    'live every three minutes for the first four tries, then hourly for 72 hours; in test mode hourly for ten hours; no order is promised',
  setup: [
    'In the Dashboard open Settings, then API Keys & Webhooks, and enter the URL that the stack printed as the webhook URL, live and test apart.',
    'Copy the secret key of the same mode into the secret of the source.',
  ],
  pitfalls: [
    'Who has the secret key can also move money: rotate it in the Dashboard, and set the new one with `--keep-old` until the retries of the old one are over.',
    '`data.domain` is signed and becomes the mode; events about customers and accounts have none.',
    '`charge.success` and `invoice.update` tell of one renewal: book by one of them.',
    'A refund without an id of its own has its payment as the subject: several refunds of it differ in `data.refund_reference`.',
    'Amounts are in the smallest unit of the currency, for a refund sometimes as a text.',
    'No event tells of a payment that failed, except for an invoice or a transfer.',
  ],
  sources: ['paystack.com/docs/payments/webhooks'],
};
