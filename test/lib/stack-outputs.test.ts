import { expect, it } from '@jest/globals';
import { PAYMENTS, synthesizedStack } from './synthesized-stack.ts';

it('the outputs are exactly these, with JSON where a value has parts', async () => {
  const stack = await synthesizedStack({ context: { payments: PAYMENTS } });

  const outputs = Object.entries(stack.outputs).map(([name, { Value }]) => [name, parsed(String(stack.readable(Value)))]);
  expect(Object.fromEntries(outputs)).toEqual({
    WebhookUrlStripe: 'Webhooks/Api.ApiEndpoint/webhooks/stripe',
    WebhookUrlShopEu: 'Webhooks/Api.ApiEndpoint/webhooks/shop-eu',
    SourceStripe: {
      source: 'stripe',
      provider: 'stripe',
      url: 'Webhooks/Api.ApiEndpoint/webhooks/stripe',
      secretId: 'IngestStripe/Secret',
    },
    SourceShopEu: {
      source: 'shop-eu',
      provider: 'standardwebhooks',
      url: 'Webhooks/Api.ApiEndpoint/webhooks/shop-eu',
      secretId: 'IngestShopEu/Secret',
    },
    ConsumerLedger: {
      name: 'ledger',
      address: 'ledger@1',
      queueUrl: 'ConsumeLedger/Messages/Queue',
      deadLetterUrl: 'ConsumeLedger/DeadLetters/Queue',
      tables: { Ledger: 'Tables/Ledger/Table' },
    },
    ConsumerReceipts: {
      name: 'receipts',
      address: 'receipts@1',
      queueUrl: 'ConsumeReceipts/Messages/Queue',
      deadLetterUrl: 'ConsumeReceipts/DeadLetters/Queue',
      tables: { Receipts: 'Tables/Receipts/Table' },
    },
    ConsumerChargeStripe: {
      name: 'charge-stripe',
      address: 'charge-stripe@1',
      queueUrl: 'Payments/Stripe/Charge/Messages/Queue',
      deadLetterUrl: 'Payments/Stripe/Charge/DeadLetters/Queue',
      tables: { Payments: 'Tables/Payments/Table' },
    },
    ConsumerConfirmStripe: {
      name: 'confirm-stripe',
      address: 'confirm-stripe@1',
      queueUrl: 'Payments/Stripe/Confirm/Messages/Queue',
      deadLetterUrl: 'Payments/Stripe/Confirm/DeadLetters/Queue',
      tables: { Payments: 'Tables/Payments/Table' },
    },
    PaymentsUrl: 'Webhooks/Api.ApiEndpoint/payments',
    PaymentsTable: 'Tables/Payments/Table',
    ReconciliationTable: 'Tables/Reconciliation/Table',
    PaymentsStripe: {
      provider: 'stripe',
      mode: 'test',
      source: 'stripe',
      secretId: 'Payments/Stripe/ApiKey',
      reconcileFunction: 'Payments/Stripe/Reconcile/Reconcile/Function',
      chargeQueueUrl: 'Payments/Stripe/Charge/Messages/Queue',
      chargeDeadLetterUrl: 'Payments/Stripe/Charge/DeadLetters/Queue',
      confirmQueueUrl: 'Payments/Stripe/Confirm/Messages/Queue',
      confirmDeadLetterUrl: 'Payments/Stripe/Confirm/DeadLetters/Queue',
    },
    EventsTable: 'Tables/Events/Table',
    OutboxTable: 'Tables/Outbox/Table',
    InboxTable: 'Tables/Inbox/Table',
    SettlementTable: 'Tables/Settlement/Table',
    RelayFailuresUrl: 'Relay/Failures/Queue',
  });
});

it('a source says of which account and mode its events are, so that whoever else stores them expects the same', async () => {
  const context = { sources: { stripe: { provider: 'stripe', account: 'acct_1', mode: 'test' } }, payments: {} };
  const stack = await synthesizedStack({ context });

  expect(parsed(String(stack.readable(stack.outputs['SourceStripe']?.Value)))).toMatchObject({
    source: 'stripe',
    account: 'acct_1',
    mode: 'test',
  });
});

function parsed(value: string): unknown {
  return value.startsWith('{') ? JSON.parse(value) : value;
}
