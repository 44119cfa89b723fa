/** `--stack`: the outputs of a deployed stack come from CloudFormation, and everything else is the same. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { runCommand } from './run-command.ts';

const formation = mockClient(CloudFormationClient);
const tables = mockClient(DynamoDBDocumentClient);
const queues = mockClient(SQSClient);
const region = process.env['AWS_REGION'];

beforeAll(() => {
  process.env['AWS_REGION'] = 'eu-west-1';
});

afterAll(() => {
  if (region === undefined) delete process.env['AWS_REGION'];
  else process.env['AWS_REGION'] = region;
});

beforeEach(() => {
  formation.reset();
  tables.reset();
  queues.reset();
});

const output = (OutputKey: string, OutputValue: string) => ({ OutputKey, OutputValue });
const stackWith = (outputs: object[]) => ({
  Stacks: [{ StackName: 'oncehook', CreationTime: undefined, StackStatus: undefined, Outputs: outputs }],
});

describe('a verb with --stack', () => {
  it('works on the tables and queues that CloudFormation names', async () => {
    const ledger = {
      name: 'ledger',
      address: 'ledger@1',
      queueUrl: 'https://q/ledger',
      deadLetterUrl: 'https://q/dead',
      tables: { Ledger: 'L' },
    };
    formation
      .on(DescribeStacksCommand, { StackName: 'oncehook' })
      .resolves(
        stackWith([
          output('EventsTable', 'oncehook-Events'),
          output('OutboxTable', 'oncehook-Outbox'),
          output('InboxTable', 'oncehook-Inbox'),
          output('SettlementTable', 'oncehook-Settlement'),
          output('ConsumerLedger', JSON.stringify(ledger)),
        ]) as never,
      );
    tables.on(ScanCommand, { TableName: 'oncehook-Events' }).resolves({ Count: 3 });
    tables.on(ScanCommand, { TableName: 'oncehook-Outbox' }).resolves({ Count: 3 });
    tables.on(ScanCommand, { TableName: 'oncehook-Inbox' }).resolves({ Items: [] });
    queues.on(GetQueueAttributesCommand, { QueueUrl: 'https://q/ledger' }).resolves({ Attributes: { ApproximateNumberOfMessages: '2' } });
    queues.on(GetQueueAttributesCommand, { QueueUrl: 'https://q/dead' }).resolves({ Attributes: {} });
    const { code, out } = await runCommand(['status', '--json', '--stack', 'oncehook']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      events: 3,
      outbox: 3,
      consumers: { ledger: { applied: 0, rejected: 0, waiting: 2, deadLetters: 0 } },
    });
  });

  it('says so where there is no such stack', async () => {
    const missing = Object.assign(new Error('Stack with id oncehok does not exist'), {
      name: 'ValidationError',
      $metadata: { httpStatusCode: 400 },
    });
    formation.on(DescribeStacksCommand).rejects(missing);
    const { code, err } = await runCommand(['status', '--stack', 'oncehok']);
    expect(code).toBe(1);
    expect(err).toContain('There is no CloudFormation stack "oncehok"');
    expect(err).toContain('AWS_REGION');
  });

  it('passes on what CloudFormation refuses', async () => {
    const denied = Object.assign(new Error('not yours'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    formation.on(DescribeStacksCommand).rejects(denied);
    const { code, err } = await runCommand(['status', '--stack', 'oncehook']);
    expect(code).toBe(1);
    expect(err).toContain('AccessDenied: not yours');
  });

  it('names the output that another stack lacks', async () => {
    formation.on(DescribeStacksCommand).resolves(stackWith([output('BucketName', 'b')]) as never);
    const { code, err } = await runCommand(['status', '--stack', 'website']);
    expect(code).toBe(1);
    expect(err).toContain('the CloudFormation stack website');
    expect(err).toContain('outputs.EventsTable is missing');
  });

  it('is wrong use together with --url', async () => {
    const { code, err } = await runCommand(['status', '--stack', 'oncehook', '--url', 'http://127.0.0.1:3000']);
    expect(code).toBe(2);
    expect(err).toContain('give one of them');
  });
});
