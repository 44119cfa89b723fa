/** `oncehook status`: every page of every table counts, and the JSON keeps its form. */

import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { type FakeStack, startFakeStack, withQueue } from './fake-stack.ts';
import { runCommand } from './run-command.ts';

const tables = mockClient(DynamoDBDocumentClient);
const queues = mockClient(SQSClient);
let stack: FakeStack;

beforeEach(async () => {
  tables.reset();
  queues.reset();
  stack = await startFakeStack();
  tables.on(ScanCommand, { TableName: 'Events-1' }).resolves({ Count: 5 });
  tables.on(ScanCommand, { TableName: 'Outbox-1' }).resolves({ Count: 9 });
  tables.on(ScanCommand, { TableName: 'Inbox-1' }).resolves({ Count: 0, Items: [] });
  queues.on(GetQueueAttributesCommand).resolves({ Attributes: {} });
});

afterEach(() => stack.close());

const status = (...options: string[]) => runCommand(['status', '--url', stack.url, ...options]);
const marker = (pk: string, outcome: string) => ({ pk, kind: 'event', outcome });

describe('oncehook status --json', () => {
  it('has exactly the documented members, in one line', async () => {
    tables.on(ScanCommand, { TableName: 'Inbox-1' }).resolves({
      Items: [
        marker('ledger@1#stripe#-#live#evt_1', 'applied'),
        marker('ledger@1#stripe#-#live#evt_2', 'rejected'),
        marker('ledger@1#stripe#-#live#evt_3', 'stale'),
        { pk: 'ledger@1#key#pi_1', kind: 'natural' },
        marker('receipts@1#ledger@1#aa', 'applied'),
      ],
    });
    queues.on(GetQueueAttributesCommand, { QueueUrl: 'q/ledger' }).resolves({
      Attributes: { ApproximateNumberOfMessages: '4', ApproximateNumberOfMessagesNotVisible: '2', ApproximateNumberOfMessagesDelayed: '1' },
    });
    queues.on(GetQueueAttributesCommand, { QueueUrl: 'q/receipts-dead' }).resolves({ Attributes: { ApproximateNumberOfMessages: '3' } });
    const { code, out, err } = await status('--json');
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toBe(
      `${JSON.stringify({
        events: 5,
        outbox: 9,
        consumers: {
          ledger: { applied: 1, rejected: 1, waiting: 7, deadLetters: 0 },
          receipts: { applied: 1, rejected: 0, waiting: 0, deadLetters: 3 },
        },
      })}\n`,
    );
  });

  it('adds up every page, an empty one in the middle included', async () => {
    const last = { pk: 'somewhere' };
    tables
      .on(ScanCommand, { TableName: 'Events-1' })
      .resolvesOnce({ Count: 500, LastEvaluatedKey: last })
      .resolvesOnce({ Count: 0, LastEvaluatedKey: last })
      .resolvesOnce({ Count: 7 });
    tables
      .on(ScanCommand, { TableName: 'Inbox-1' })
      .resolvesOnce({ Items: [marker('ledger@1#stripe#-#live#evt_1', 'applied')], LastEvaluatedKey: last })
      .resolvesOnce({ Items: [marker('ledger@1#stripe#-#live#evt_2', 'applied')] });
    const counted = JSON.parse((await status('--json')).out);
    expect(counted.events).toBe(507);
    expect(counted.consumers.ledger.applied).toBe(2);
  });

  it('asks for bounded, strongly consistent pages and goes on where the last one ended', async () => {
    const last = { pk: 'stripe#-#live#evt_500' };
    tables.on(ScanCommand, { TableName: 'Events-1' }).resolvesOnce({ Count: 500, LastEvaluatedKey: last }).resolvesOnce({ Count: 7 });
    await status('--json');
    const inputs = tables.commandCalls(ScanCommand, { TableName: 'Events-1' }).map(({ args }) => args[0].input);
    expect(inputs.map(({ ExclusiveStartKey: start }) => start)).toEqual([undefined, last]);
    for (const input of inputs) expect(input).toMatchObject({ Limit: 500, ConsistentRead: true, Select: 'COUNT' });
  });

  it('counts the deployed epoch of a consumer and leaves out an older one', async () => {
    tables.on(ScanCommand, { TableName: 'Inbox-1' }).resolves({
      Items: [marker('ledger@2#stripe#-#live#evt_1', 'applied'), marker('ledger@1#stripe#-#live#evt_1', 'applied')],
    });
    expect(JSON.parse((await status('--json')).out).consumers.ledger.applied).toBe(1);
  });

  it('reads a page again that was throttled', async () => {
    const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } });
    tables.on(ScanCommand, { TableName: 'Events-1' }).rejectsOnce(throttled).resolves({ Count: 5 });
    expect(JSON.parse((await status('--json')).out).events).toBe(5);
  });

  it('fails with the reason where a reading is refused', async () => {
    const denied = Object.assign(new Error('not yours'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } });
    tables.on(ScanCommand, { TableName: 'Events-1' }).rejects(denied);
    const { code, out, err } = await status('--json');
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('AccessDeniedException: not yours');
    expect(tables.commandCalls(ScanCommand, { TableName: 'Events-1' })).toHaveLength(1);
  });
});

describe('oncehook status', () => {
  it('shows a person every outcome, duplicates and overtaken events too', async () => {
    tables.on(ScanCommand, { TableName: 'Inbox-1' }).resolves({
      Items: [marker('ledger@1#stripe#-#live#evt_1', 'stale'), marker('ledger@1#stripe#-#live#evt_2', 'duplicate')],
    });
    const { out } = await status();
    expect(out).toContain('5 events, 9 outbox items');
    expect(out).toMatch(/^consumer +applied +duplicate +stale +rejected +waived +waiting +dead letters$/m);
    expect(out).toMatch(/^ledger@1 +0 +1 +1 +0 +0 +0 +0$/m);
  });
});

describe('oncehook status of a stack with a queue that somebody else reads', () => {
  beforeEach(async () => {
    await stack.close();
    stack = await startFakeStack({ describe: withQueue });
    queues.on(GetQueueAttributesCommand, { QueueUrl: 'q/search' }).resolves({ Attributes: { ApproximateNumberOfMessages: '8' } });
    queues.on(GetQueueAttributesCommand, { QueueUrl: 'q/search-dead' }).resolves({ Attributes: { ApproximateNumberOfMessages: '2' } });
  });

  it('counts what waits in it, and claims nothing about what became of the rest', async () => {
    expect(JSON.parse((await status('--json')).out).queues).toEqual({ search: { waiting: 8, deadLetters: 2 } });
    expect((await status()).out).toMatch(/^queue +waiting +dead letters\nsearch@1 +8 +2$/m);
  });
});
