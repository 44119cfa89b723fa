/** Mercado Pago's payments: named by a signed notification, and fetched. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { WebhookRequest } from '../../lambdas/core/provider.ts';
import mercadopago from '../../lambdas/providers/mercadopago.ts';
import { describeFetch } from '../contracts/fetch-contract.ts';
import { NOW_SECONDS } from '../contracts/provider-fixture.ts';

const SIGNATURE_KEY = '9e9dfb84d6025e51682d2c75d31a0cb037b62eb3696d12daee97da159f418ceb';
const TOKEN = 'APP_USR-4934588586838432-112317-241983636f9b5a0e-2419';
const REQUEST_ID = '9fdd3a14-487c-4173-a369-cac8576f481c';
const NOTIFICATION = { id: 1, live_mode: true, type: 'payment', action: 'payment.updated', data: { id: '71345684130' } };

/** A notification as it arrives: signed for the `data.id` of its query. */
function notified(query: string, body: object = NOTIFICATION): WebhookRequest {
  const bytes = Buffer.from(JSON.stringify(body));
  const url = `https://hooks.shop.example/webhooks/mercadopago?${query}`;
  const { headers } = mercadopago.sign({ body: bytes, secret: SIGNATURE_KEY, nowSeconds: NOW_SECONDS, id: REQUEST_ID, url });
  return { headers, body: bytes, query };
}

const approved = {
  id: 71_345_684_130,
  date_created: '2026-02-13T12:20:00.000-04:00',
  date_approved: '2026-02-13T12:26:37.000-04:00',
  date_last_updated: '2026-02-13T12:26:37.000-04:00',
  status: 'approved',
  status_detail: 'accredited',
  live_mode: true,
  currency_id: 'BRL',
  transaction_amount: 58.8,
  transaction_amount_refunded: 0,
  collector_id: 448_876_418,
  external_reference: 'order-66',
};

describeFetch({
  provider: mercadopago,
  secret: `${SIGNATURE_KEY}|${TOKEN}`,
  apiKey: TOKEN,
  secretWithoutKey: SIGNATURE_KEY,
  request: notified('data.id=71345684130&type=payment'),
  path: '/v1/payments/71345684130',
  object: approved,
  expected: {
    type: 'payment.approved',
    occurredAt: '2026-02-13T16:26:37.000Z',
    subject: '71345684130',
    account: undefined,
    mode: 'live',
    authenticity: 'fetched',
  },
  same: [
    { title: 'with a member that is new', object: { ...approved, colour: 'blue' } },
    { title: 'in another order', object: Object.fromEntries(Object.entries(approved).reverse()) },
  ],
  states: [
    { title: 'pending', object: { ...approved, status: 'pending', status_detail: 'pending_waiting_transfer' } },
    { title: 'refunded in part', object: { ...approved, status_detail: 'partially_refunded', transaction_amount_refunded: 8.8 } },
    { title: 'refunded in more parts', object: { ...approved, status_detail: 'partially_refunded', transaction_amount_refunded: 18.8 } },
    { title: 'approved once more after a dispute', object: { ...approved, date_last_updated: '2026-03-13T12:26:37.000-04:00' } },
    { title: 'of test money', object: { ...approved, live_mode: false } },
  ],
  odd: [
    { title: 'no status', object: { ...approved, status: null }, reason: 'bad-status' },
    { title: 'no mode', object: { ...approved, live_mode: 'true' }, reason: 'no-mode' },
    { title: 'a time that is none', object: { ...approved, date_last_updated: 'yesterday' }, reason: 'bad-time' },
  ],
  absent: { status: 404, body: '{"message":"Payment not found","error":"not_found","status":404,"cause":[]}' },
  absentStatus: 503,
  nothing: [
    { title: 'an order of a topic of its own', request: notified('data.id=ORD01J7&type=order'), reason: 'other-topic' },
    {
      title: 'a topic that only the body names',
      request: notified('data.id=1', { type: 'topic_claims_integration_wh' }),
      reason: 'other-topic',
    },
    { title: 'a payment whose id is no number', request: notified('data.id=ORD01J7&type=payment'), reason: 'no-payment' },
    { title: 'no payment', request: notified('type=payment'), reason: 'no-payment' },
    { title: 'two payments', request: { ...notified('data.id=1'), query: 'data.id=1&data.id=2' }, reason: 'no-payment' },
    { title: 'what nobody signed', request: { ...notified('data.id=1'), headers: {} }, reason: 'no-header' },
  ],
});

describe('a notification of Mercado Pago', () => {
  it('is verified with the signature in front of the bar, whether a token follows it or not', () => {
    const request = notified('data.id=71345684130');
    const verdict = (secret: string) =>
      mercadopago.verify(request, [{ id: 'main', secret }], { nowSeconds: NOW_SECONDS, toleranceSeconds: 300 });
    for (const secret of [SIGNATURE_KEY, `${SIGNATURE_KEY}|${TOKEN}`, `${SIGNATURE_KEY}|TEST-4934588586838432`])
      expect(verdict(secret)).toEqual({ valid: true, secretId: 'main' });
    for (const secret of [TOKEN, `|${TOKEN}`, `${TOKEN}|${SIGNATURE_KEY}`, `${SIGNATURE_KEY}|whsec_1`])
      expect(verdict(secret).valid).toBe(false);
  });

  it('that names no payment is one odd event, however its unsigned body is changed', () => {
    const oddOf = (body: object) => mercadopago.fetch.request(notified('data.id=1&type=order', body));
    expect(oddOf({ type: 'order' })).toMatchObject({ kind: 'odd', identity: `1:${REQUEST_ID}` });
    expect(oddOf({ type: 'order', x: 1 })).toMatchObject({ kind: 'odd', identity: `1:${REQUEST_ID}` });
  });

  it('is signed over nothing of the token', () => {
    const request = notified('data.id=1');
    const signed = `id:1;request-id:${REQUEST_ID};ts:${NOW_SECONDS};`;
    const right = createHmac('sha256', SIGNATURE_KEY).update(signed).digest('hex');
    const made = mercadopago.sign({
      body: request.body,
      secret: `${SIGNATURE_KEY}|${TOKEN}`,
      nowSeconds: NOW_SECONDS,
      id: REQUEST_ID,
      url: 'https://hooks.shop.example/?data.id=1',
    });
    expect(made.headers['x-signature']).toBe(`ts=${NOW_SECONDS},v1=${right}`);
  });
});
