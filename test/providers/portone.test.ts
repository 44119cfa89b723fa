import { Webhook } from '@portone/server-sdk';
import fc from 'fast-check';
import portone from '../../lambdas/providers/portone.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { describeVectors } from '../contracts/vectors.ts';
import { describeLibrary, type FamilyExample, factsOf, familyFixture, sample } from './svix-family.ts';

const example: FamilyExample = {
  provider: portone,
  prefix: 'webhook-',
  event: {
    type: 'Transaction.Paid',
    timestamp: '2026-02-13T16:26:38.250Z',
    data: {
      storeId: 'store-3b0a5b1e-6a5c-4a41-8f58-0e5a7c1d2f33',
      paymentId: '주문-2026-0213-7',
      transactionId: '019c58c1-77aa-7b52-a7ad-2f8f1c0c8d11',
      amount: 15000,
    },
  },
  facts: { type: 'Transaction.Paid', occurredAt: '2026-02-13T16:26:38.250Z', subject: '주문-2026-0213-7' },
};
const family = familyFixture(example);

describeProvider({
  ...family,
  events: [
    ...family.events,
    {
      ...sample('a billing key, which is no payment', {
        ...example.event,
        type: 'BillingKey.Issued',
        data: { billingKey: 'billing-key-1' },
      }),
      expected: [{ ...factsOf(example), type: 'BillingKey.Issued', subject: undefined }],
    },
    {
      ...sample('a body of webhook version 2024-01-01', { payment_id: 'order-7', tx_id: '019c58c1', status: 'Paid' }),
      expected: [{ ...factsOf(example), type: 'untyped', occurredAt: '2026-02-13T16:26:40.000Z', subject: undefined }],
    },
  ],
  odd: [
    ...family.odd,
    {
      ...sample('a payment whose id would start a new log line', { ...example.event, data: { paymentId: 'a\nb' } }),
      reason: 'bad-subject',
    },
  ],
});

describeVectors({ provider: portone, differs: {} });

describeLibrary({
  title: "PortOne's own library",
  provider: portone,
  prefix: 'webhook-',
  secrets: fc.uint8Array({ minLength: 24, maxLength: 64 }).map((key) => `whsec_${Buffer.from(key).toString('base64')}`),
  accepts: async (body, headers, secret) => {
    try {
      await Webhook.verify(secret, body, { ...headers });
      return true;
    } catch (error) {
      if (error instanceof Webhook.WebhookVerificationError) return false;
      throw error;
    }
  },
});
