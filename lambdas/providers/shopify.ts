/** Shopify: `X-Shopify-Hmac-SHA256`, one HMAC over the body; topic, event id, shop and time stand in headers that are not signed. */
import { bodySignature } from '../core/body-signature.ts';
import {
  contentIdentity,
  type EventFacts,
  idText,
  Oddity,
  readEvent,
  subjectField,
  timeField,
  typeField,
  unsignedId,
} from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { sha256Hex } from '../core/hash.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider, WebhookRequest } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';

export default {
  name: 'shopify',
  /** Shopify waits one second for the connection and five in all. */
  answerWithinSeconds: 5,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...bodySignature({
    header: 'x-shopify-hmac-sha256',
    encoding: 'base64',
    secretForm: 'the client secret of the app, a text that is not blank',
  }),
  events: ({ headers, body }) => [readEvent(body, (json) => eventFacts(headers, json))],
  makeSecret: (random) => `shpss_${Buffer.from(random).toString('hex').slice(0, 32)}`,
} satisfies Provider;

/**
 * Two topics may carry the same body at the same instant (`orders/create` and `orders/paid`), so the topic is part of the identity although it is
 * unsigned: see docs/decisions/shopify-topic.md. The event id and the webhook id are not, since a replay could vary them without end.
 */
function eventFacts(headers: WebhookRequest['headers'], body: JsonBody): EventFacts {
  const event = body.object;
  const type = topicField(headerText(headers, 'x-shopify-topic'));
  const fingerprint = fingerprintOf(body);
  return {
    identity: contentIdentity(sha256Hex(`${type}\n${fingerprint}`)),
    eventId: unsignedId(headers, 'x-shopify-event-id'),
    type,
    occurredAt: timeField(own(event, 'updated_at') ?? own(event, 'created_at')),
    subject: subjectField(idText(own(event, 'id') ?? own(own(event, 'order_edit'), 'order_id'))),
    // One client secret counts for all shops of an app, and none of the headers says authentically which shop it was.
    account: undefined,
    mode: undefined,
    fingerprint,
    authenticity: 'partial',
    signedFields: ['data'],
  };
}

/** One of Shopify's own, so that a replay cannot make new events of it without end. `no-type`, `bad-type`. */
function topicField(topic: string | undefined): string {
  const type = typeField(topic);
  if (!TOPICS.has(type)) throw new Oddity('bad-type');
  return type;
}

/** The topics about orders, money, customers, goods and the app (Shopify's webhook topics, API 2026-01). Another one is kept as odd until it is added. */
const TOPICS: ReadonlySet<string> = new Set(
  Object.entries({
    app: 'uninstalled scopes_update',
    app_purchases_one_time: 'update',
    app_subscriptions: 'update approaching_capped_amount',
    bulk_operations: 'finish',
    carts: 'create update',
    checkouts: 'create update delete',
    collections: 'create update delete',
    customer_payment_methods: 'create update revoke',
    customers: 'create update delete disable enable data_request redact merge purchasing_summary',
    disputes: 'create update',
    domains: 'create update destroy',
    draft_orders: 'create update delete',
    fulfillment_events: 'create delete',
    fulfillment_orders: 'cancelled moved placed_on_hold hold_released scheduled_fulfillment_order_ready order_routing_complete rescheduled',
    fulfillments: 'create update',
    inventory_items: 'create update delete',
    inventory_levels: 'connect update disconnect',
    locations: 'create update delete activate deactivate',
    order_transactions: 'create',
    orders:
      'create updated delete cancelled edited fulfilled paid partially_fulfilled risk_assessment_changed shopify_protect_eligibility_changed',
    payment_schedules: 'due',
    payment_terms: 'create update delete',
    products: 'create update delete',
    refunds: 'create',
    returns: 'approve cancel close decline process reopen request update',
    selling_plan_groups: 'create update delete',
    shop: 'update redact',
    subscription_billing_attempts: 'success failure challenged',
    subscription_billing_cycle_edits: 'create update delete',
    subscription_billing_cycles: 'skip unskip',
    subscription_contracts: 'create update activate cancel expire fail pause',
    tender_transactions: 'create',
    themes: 'create update delete publish',
    variants: 'in_stock out_of_stock',
  }).flatMap(([resource, actions]) => actions.split(' ').map((action) => `${resource}/${action}`)),
);

function headerText(headers: WebhookRequest['headers'], name: string): string | undefined {
  const text = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return text === '' ? undefined : text;
}

export const guide: ProviderGuide = {
  title: 'Shopify',
  header: '`X-Shopify-Hmac-SHA256`: base64',
  signs: 'the raw body and nothing else: HMAC-SHA256; topic, shop, ids and time are headers and unsigned',
  signsTime: false,
  authenticity: 'partial',
  signedFields: ['data'],
  secret: 'the client secret of the app, used as text; one for all shops in which the app is installed',
  identity:
    'the hash of the topic and of the signed body: `X-Shopify-Event-Id` and `X-Shopify-Webhook-Id` are unsigned, so that a request sent again under new ones is a duplicate',
  retries: 'eight times in four hours; then subscriptions made with the Admin API are deleted; no order is promised',
  setup: [
    "Subscribe to the topics in the app's configuration file or with the Admin API, in the format JSON, with the URL that the stack printed.",
    'Copy the client secret of the app into the secret of the source.',
    'Let a job compare orders with the Admin API from time to time, as Shopify advises: what failed for four hours is not sent again.',
  ],
  pitfalls: [
    'The type is the unsigned topic: who holds one signed request can send its body again under another topic, as one more event. Decide by the body (`financial_status`, `cancelled_at`, `kind` and `status`), never by the type alone.',
    'The shop is in an unsigned header and in no event: give each shop an app of its own, or find the shop by the ids in the body.',
    'Two subscriptions to one topic send each event twice: one event here, as long as both ask for the same fields.',
    'A body without a time of its own, such as `disputes/update`, that comes back to what it said before is taken for a duplicate: ask the Admin API for the state.',
    '`test: true` in an order or a transaction marks a test payment in a live shop, and nothing else says so.',
    "What is sent by hand from a shop's notification settings is not signed with the client secret of the app, so it is refused.",
    'The newer Events, with headers that begin with `shopify-`, are not read.',
  ],
  sources: [
    '@shopify/shopify-api 13.1.0, webhooks.validate',
    'shopify.dev/docs/apps/build/webhooks/ignore-duplicates',
    'shopify.dev/changelog/updates-to-webhook-retry-mechanism',
    'shopify.dev/docs/apps/webhooks/best-practices',
  ],
};
