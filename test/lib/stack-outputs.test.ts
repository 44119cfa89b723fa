import { expect, it } from '@jest/globals';
import { synthesizedStack } from './synthesized-stack.ts';

it('the outputs are exactly these, with JSON where a value has parts', async () => {
  const stack = await synthesizedStack();

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
    EventsTable: 'Tables/Events/Table',
    OutboxTable: 'Tables/Outbox/Table',
    InboxTable: 'Tables/Inbox/Table',
    SettlementTable: 'Tables/Settlement/Table',
    RelayFailuresUrl: 'Relay/Failures/Queue',
  });
});

function parsed(value: string): unknown {
  return value.startsWith('{') ? JSON.parse(value) : value;
}
