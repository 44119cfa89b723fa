import { beforeAll, describe, expect, it } from '@jest/globals';
import { allowStatements, otherRoles, permissions } from './permissions.ts';
import { type JsonObject, PAYMENTS, type SynthesizedStack, synthesizedStack } from './synthesized-stack.ts';

let stack: SynthesizedStack;

beforeAll(async () => {
  stack = await synthesizedStack({ context: { sources: { stripe: { provider: 'stripe' } }, payments: PAYMENTS } });
});

describe('the permissions', () => {
  it('of each function are these actions on these resources and nothing else', () => {
    expect(permissions(stack)).toEqual({
      'IngestStripe/Ingest/Function': [
        'dynamodb:PutItem on Tables/Events/Table.Arn',
        'dynamodb:PutItem on Tables/Outbox/Table.Arn',
        'logs:CreateLogStream on IngestStripe/Ingest/Logs.Arn',
        'logs:PutLogEvents on IngestStripe/Ingest/Logs.Arn',
        'secretsmanager:GetSecretValue on IngestStripe/Secret',
      ],
      'Relay/Relay/Function': [
        'dynamodb:DescribeStream on Tables/Outbox/Table.StreamArn',
        'dynamodb:GetRecords on Tables/Outbox/Table.StreamArn',
        'dynamodb:GetShardIterator on Tables/Outbox/Table.StreamArn',
        'dynamodb:ListStreams on Tables/Outbox/Table.StreamArn',
        'logs:CreateLogStream on Relay/Relay/Logs.Arn',
        'logs:PutLogEvents on Relay/Relay/Logs.Arn',
        'sqs:SendMessage on ConsumeLedger/Messages/Queue.Arn',
        'sqs:SendMessage on ConsumeReceipts/Messages/Queue.Arn',
        'sqs:SendMessage on Payments/Stripe/Charge/Messages/Queue.Arn',
        'sqs:SendMessage on Payments/Stripe/Confirm/Messages/Queue.Arn',
        'sqs:SendMessage on Relay/Failures/Queue.Arn',
      ],
      'Settlement/Settle/Function': [
        'cloudwatch:GetMetricData on *',
        'dynamodb:BatchGetItem on Tables/Inbox/Table.Arn',
        'dynamodb:DeleteItem on Tables/Settlement/Table.Arn',
        'dynamodb:DescribeTable on Tables/Outbox/Table.Arn',
        'dynamodb:GetItem on Tables/Outbox/Table.Arn',
        'dynamodb:GetItem on Tables/Settlement/Table.Arn',
        'dynamodb:PutItem on Tables/Settlement/Table.Arn',
        'dynamodb:Query on Tables/Outbox/Table.Arn',
        'dynamodb:Query on Tables/Settlement/Table.Arn',
        'dynamodb:UpdateItem on Tables/Outbox/Table.Arn',
        'logs:CreateLogStream on Settlement/Settle/Logs.Arn',
        'logs:PutLogEvents on Settlement/Settle/Logs.Arn',
        'sqs:GetQueueAttributes on ConsumeLedger/DeadLetters/Queue.Arn',
        'sqs:GetQueueAttributes on ConsumeLedger/Messages/Queue.Arn',
        'sqs:GetQueueAttributes on ConsumeReceipts/DeadLetters/Queue.Arn',
        'sqs:GetQueueAttributes on ConsumeReceipts/Messages/Queue.Arn',
        'sqs:GetQueueAttributes on Payments/Stripe/Charge/DeadLetters/Queue.Arn',
        'sqs:GetQueueAttributes on Payments/Stripe/Charge/Messages/Queue.Arn',
        'sqs:GetQueueAttributes on Payments/Stripe/Confirm/DeadLetters/Queue.Arn',
        'sqs:GetQueueAttributes on Payments/Stripe/Confirm/Messages/Queue.Arn',
        'sqs:SendMessage on ConsumeLedger/Messages/Queue.Arn',
        'sqs:SendMessage on ConsumeReceipts/Messages/Queue.Arn',
        'sqs:SendMessage on Payments/Stripe/Charge/Messages/Queue.Arn',
        'sqs:SendMessage on Payments/Stripe/Confirm/Messages/Queue.Arn',
      ],
      'ConsumeLedger/Consume/Function': [
        'dynamodb:GetItem on Tables/Ledger/Table.Arn',
        'dynamodb:GetItem on Tables/Outbox/Table.Arn',
        'dynamodb:PutItem on Tables/Inbox/Table.Arn',
        'dynamodb:PutItem on Tables/Ledger/Table.Arn',
        'dynamodb:PutItem on Tables/Outbox/Table.Arn',
        'dynamodb:UpdateItem on Tables/Ledger/Table.Arn',
        'logs:CreateLogStream on ConsumeLedger/Consume/Logs.Arn',
        'logs:PutLogEvents on ConsumeLedger/Consume/Logs.Arn',
        'sqs:ChangeMessageVisibility on ConsumeLedger/Messages/Queue.Arn',
        'sqs:DeleteMessage on ConsumeLedger/Messages/Queue.Arn',
        'sqs:GetQueueAttributes on ConsumeLedger/Messages/Queue.Arn',
        'sqs:ReceiveMessage on ConsumeLedger/Messages/Queue.Arn',
      ],
      'ConsumeReceipts/Consume/Function': [
        'dynamodb:GetItem on Tables/Outbox/Table.Arn',
        'dynamodb:PutItem on Tables/Inbox/Table.Arn',
        'dynamodb:PutItem on Tables/Outbox/Table.Arn',
        'dynamodb:PutItem on Tables/Receipts/Table.Arn',
        'logs:CreateLogStream on ConsumeReceipts/Consume/Logs.Arn',
        'logs:PutLogEvents on ConsumeReceipts/Consume/Logs.Arn',
        'sqs:ChangeMessageVisibility on ConsumeReceipts/Messages/Queue.Arn',
        'sqs:DeleteMessage on ConsumeReceipts/Messages/Queue.Arn',
        'sqs:GetQueueAttributes on ConsumeReceipts/Messages/Queue.Arn',
        'sqs:ReceiveMessage on ConsumeReceipts/Messages/Queue.Arn',
      ],
      'Payments/Pay/Function': [
        'dynamodb:GetItem on Tables/Payments/Table.Arn',
        'dynamodb:PutItem on Tables/Events/Table.Arn',
        'dynamodb:PutItem on Tables/Outbox/Table.Arn',
        'dynamodb:PutItem on Tables/Payments/Table.Arn',
        'logs:CreateLogStream on Payments/Pay/Logs.Arn',
        'logs:PutLogEvents on Payments/Pay/Logs.Arn',
      ],
      'Payments/Stripe/Charge/Charge/Function': [
        'dynamodb:GetItem on Tables/Payments/Table.Arn',
        'dynamodb:PutItem on Tables/Inbox/Table.Arn',
        'dynamodb:PutItem on Tables/Outbox/Table.Arn',
        'dynamodb:UpdateItem on Tables/Payments/Table.Arn',
        'logs:CreateLogStream on Payments/Stripe/Charge/Charge/Logs.Arn',
        'logs:PutLogEvents on Payments/Stripe/Charge/Charge/Logs.Arn',
        'secretsmanager:GetSecretValue on Payments/Stripe/ApiKey',
        'sqs:ChangeMessageVisibility on Payments/Stripe/Charge/Messages/Queue.Arn',
        'sqs:DeleteMessage on Payments/Stripe/Charge/Messages/Queue.Arn',
        'sqs:GetQueueAttributes on Payments/Stripe/Charge/Messages/Queue.Arn',
        'sqs:ReceiveMessage on Payments/Stripe/Charge/Messages/Queue.Arn',
      ],
      'Payments/Stripe/Confirm/Confirm/Function': [
        'dynamodb:GetItem on Tables/Outbox/Table.Arn',
        'dynamodb:GetItem on Tables/Payments/Table.Arn',
        'dynamodb:PutItem on Tables/Inbox/Table.Arn',
        'dynamodb:PutItem on Tables/Outbox/Table.Arn',
        'dynamodb:UpdateItem on Tables/Payments/Table.Arn',
        'logs:CreateLogStream on Payments/Stripe/Confirm/Confirm/Logs.Arn',
        'logs:PutLogEvents on Payments/Stripe/Confirm/Confirm/Logs.Arn',
        'sqs:ChangeMessageVisibility on Payments/Stripe/Confirm/Messages/Queue.Arn',
        'sqs:DeleteMessage on Payments/Stripe/Confirm/Messages/Queue.Arn',
        'sqs:GetQueueAttributes on Payments/Stripe/Confirm/Messages/Queue.Arn',
        'sqs:ReceiveMessage on Payments/Stripe/Confirm/Messages/Queue.Arn',
      ],
      'Payments/Stripe/Clock/Clock/Function': [
        'dynamodb:GetItem on Tables/Payments/Table.Arn',
        'dynamodb:PutItem on Tables/Outbox/Table.Arn',
        'dynamodb:Query on Tables/Payments/Table.Arn/index/due',
        'dynamodb:UpdateItem on Tables/Payments/Table.Arn',
        'logs:CreateLogStream on Payments/Stripe/Clock/Clock/Logs.Arn',
        'logs:PutLogEvents on Payments/Stripe/Clock/Clock/Logs.Arn',
        'secretsmanager:GetSecretValue on Payments/Stripe/ApiKey',
      ],
      'Payments/Stripe/Reconcile/Reconcile/Function': [
        'dynamodb:BatchGetItem on Tables/Events/Table.Arn',
        'dynamodb:BatchGetItem on Tables/Inbox/Table.Arn',
        'dynamodb:DeleteItem on Tables/Reconciliation/Table.Arn',
        'dynamodb:GetItem on Tables/Ledger/Table.Arn',
        'dynamodb:GetItem on Tables/Payments/Table.Arn',
        'dynamodb:PutItem on Tables/Events/Table.Arn',
        'dynamodb:PutItem on Tables/Outbox/Table.Arn',
        'dynamodb:PutItem on Tables/Reconciliation/Table.Arn',
        'dynamodb:Query on Tables/Outbox/Table.Arn',
        'dynamodb:Query on Tables/Payments/Table.Arn/index/made',
        'dynamodb:Query on Tables/Reconciliation/Table.Arn',
        'logs:CreateLogStream on Payments/Stripe/Reconcile/Reconcile/Logs.Arn',
        'logs:PutLogEvents on Payments/Stripe/Reconcile/Reconcile/Logs.Arn',
        'secretsmanager:GetSecretValue on Payments/Stripe/ApiKey',
      ],
    });
  });

  it('allow no wildcard, neither in an action nor in a resource, but for the one action that AWS knows no resource for', () => {
    const statements = allowStatements(stack);

    expect(statements.length).toBeGreaterThan(0);
    const wild = statements.filter(({ Action, Resource }) => JSON.stringify([Action, Resource ?? '']).includes('*'));
    expect(wild.map(({ Action, Resource }) => [Action, Resource])).toEqual([['cloudwatch:GetMetricData', '*']]);
  });

  it('belong to functions only', () => {
    expect(otherRoles(stack)).toEqual([]);
  });

  it('of a function that is invoked from outside are given to API Gateway, for its own routes, and to its own schedules', () => {
    const grants = stack.ofType('AWS::Lambda::Permission').map(({ properties }) => stack.readable(properties) as JsonObject);

    const api = 'arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:Webhooks/Api/*/*';
    const byRoute = (fn: string, path: string) => `apigateway.amazonaws.com ${fn}.Arn ${api}${path}`;
    const bySchedule = (fn: string, rule: string) => `events.amazonaws.com ${fn}.Arn ${rule}.Arn`;
    const reconcile = 'Payments/Stripe/Reconcile/Reconcile/Function';
    expect(grants.map(({ Action }) => Action)).toEqual(grants.map(() => 'lambda:InvokeFunction'));
    expect(grants.map(({ Principal, FunctionName, SourceArn }) => `${Principal} ${FunctionName} ${SourceArn}`).sort()).toEqual([
      byRoute('IngestStripe/Ingest/Function', '/webhooks/stripe'),
      byRoute('Payments/Pay/Function', '/payments'),
      byRoute('Payments/Pay/Function', '/payments/{id}'),
      bySchedule('Payments/Stripe/Clock/Clock/Function', 'Payments/Stripe/Clock/Schedule'),
      ...[168, 1, 24].map((hours) => bySchedule(reconcile, `Payments/Stripe/Reconcile/Every${hours}Hours`)),
      bySchedule('Settlement/Settle/Function', 'Settlement/Schedule'),
    ]);
  });

  it('of what addresses events come after the relay, which must know a new queue before anything is sent to it', () => {
    const addressing = stack.ofType('AWS::Lambda::Function').filter(({ path }) => /^(?:Ingest|Consume|Payments)/.test(path));

    expect(addressing).toHaveLength(3 + 5);
    for (const { dependsOn } of addressing) expect(dependsOn).toContain('Relay/Relay/Function');
  });

  it('are in force before a mapping starts to poll with them', () => {
    const mappings = stack
      .ofType('AWS::Lambda::EventSourceMapping')
      .map(({ properties }) => String(stack.readable(properties['FunctionName'])));

    expect(mappings).toHaveLength(3 + 2);
    for (const fn of mappings) expect(stack.at(fn).dependsOn).toContain(fn.replace(/Function$/, 'Role/DefaultPolicy'));
  });
});
