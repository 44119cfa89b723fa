import { beforeAll, describe, expect, it } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { HouseTable } from '../../lib/house-table.ts';
import { type SynthesizedStack, synthesizedStack } from './synthesized-stack.ts';

let stack: SynthesizedStack;

beforeAll(async () => {
  stack = await synthesizedStack();
});

const tables = () => stack.ofType('AWS::DynamoDB::Table');

describe('the tables', () => {
  it('have these logical ids for ever: another id would be another, empty table', () => {
    const ids = Object.fromEntries(tables().map(({ path, logicalId }) => [path, logicalId]));

    expect(ids).toEqual({
      'Tables/Events/Table': 'TablesEventsTableFBD348A7',
      'Tables/Outbox/Table': 'TablesOutboxTable20583347',
      'Tables/Inbox/Table': 'TablesInboxTable02C0B7AA',
      'Tables/Ledger/Table': 'TablesLedgerTable2EF16325',
      'Tables/Settlement/Table': 'TablesSettlementTable6199BD2C',
      'Tables/Receipts/Table': 'TablesReceiptsTableE3A1DCBF',
    });
  });

  it('have these keys, all of them texts', () => {
    const keys = Object.fromEntries(
      tables().map(({ path, properties }) => [
        path.split('/')[1],
        [properties['KeySchema'], properties['AttributeDefinitions']].map((list) =>
          (list as { AttributeName: string }[]).map((key) => Object.values(key).join(' ')),
        ),
      ]),
    );

    const simple = [['pk HASH'], ['pk S']];
    const sorted = [
      ['pk HASH', 'sk RANGE'],
      ['pk S', 'sk S'],
    ];
    expect(keys).toEqual({ Events: simple, Outbox: sorted, Inbox: simple, Settlement: sorted, Ledger: sorted, Receipts: sorted });
  });

  // crash matrix: operator | deletes the stack | tables and queues stay
  it('are billed by request, restorable, protected from deletion and kept when the stack goes', () => {
    for (const { path, properties, deletionPolicy, updateReplacePolicy } of tables()) {
      expect({ path, properties, deletionPolicy, updateReplacePolicy }).toMatchObject({
        path,
        deletionPolicy: 'Retain',
        updateReplacePolicy: 'Retain',
        properties: {
          BillingMode: 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      });
    }
  });

  it('that every event is written to have no index: a local one limits the items of one key, a global one of all items doubles each write', () => {
    const hot = tables().filter(({ path }) => /^Tables\/(?:Events|Outbox|Inbox)\//.test(path));
    const indexes = hot.map(({ properties }) => [properties['LocalSecondaryIndexes'], properties['GlobalSecondaryIndexes']]);

    expect(hot).toHaveLength(3);
    expect(indexes.flat().filter((index) => index !== undefined)).toEqual([]);
  });

  it('have one stream, of new images, on the outbox', () => {
    const streams = tables().map(({ path, properties }) => [path, properties['StreamSpecification']]);

    expect(streams.filter(([, stream]) => stream !== undefined)).toEqual([['Tables/Outbox/Table', { StreamViewType: 'NEW_IMAGE' }]]);
  });

  it('let items expire in the outbox only: events, markers and effects are for ever', () => {
    const expiries = tables().map(({ path, properties }) => [path, properties['TimeToLiveSpecification']]);

    expect(expiries.filter(([, expiry]) => expiry !== undefined)).toEqual([
      ['Tables/Outbox/Table', { AttributeName: 'expiresAt', Enabled: true }],
    ]);
  });

  // crash matrix: operator | deletes a marker | refused by the policy of the table, whoever asks
  it('refuse everyone to change or delete an event or a marker', () => {
    const policies = tables().map(({ path, properties }) => [path, properties['ResourcePolicy']]);

    const refusal = {
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: [
              'dynamodb:BatchWriteItem',
              'dynamodb:DeleteItem',
              'dynamodb:PartiQLDelete',
              'dynamodb:PartiQLUpdate',
              'dynamodb:UpdateItem',
            ],
            Resource: '*',
          },
        ],
      },
    };
    expect(policies.filter(([, policy]) => policy !== undefined)).toEqual([
      ['Tables/Events/Table', refusal],
      ['Tables/Inbox/Table', refusal],
    ]);
  });

  it('of a throw-away stack go with it', async () => {
    const ephemeral = await synthesizedStack({ context: { ephemeral: true } });

    const kept = ephemeral.resources.filter(
      ({ properties, deletionPolicy, updateReplacePolicy }) =>
        [deletionPolicy, updateReplacePolicy].includes('Retain') || properties['DeletionProtectionEnabled'] === true,
    );
    expect(kept).toEqual([]);
    expect(ephemeral.ofType('AWS::DynamoDB::Table')).toHaveLength(6);
  });
});

describe('a table with indexes', () => {
  const due = { name: 'due', partition: 'dueShard', sort: 'dueAt' };
  const made = { name: 'made', partition: 'madeIn', sort: 'madeAt' };
  const stackOf = () => new Stack(new App(), 'Test', { env: { region: 'eu-west-1', account: '123456789012' } });

  it('has them global, of keys alone, by two texts each', () => {
    const stack = stackOf();
    new HouseTable(stack, 'Payments', { ephemeral: false, indexes: [due, made] });

    const index = ({ name, partition, sort }: typeof due) => ({
      IndexName: name,
      KeySchema: [
        { AttributeName: partition, KeyType: 'HASH' },
        { AttributeName: sort, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    });
    const [table] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::Table'));
    expect(table?.['Properties']).toMatchObject({
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: ['pk', 'dueShard', 'dueAt', 'madeIn', 'madeAt'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      GlobalSecondaryIndexes: [index(due), index(made)],
    });
    expect(table?.['Properties']).not.toHaveProperty('LocalSecondaryIndexes');
  });

  it('names each of them for the functions that may read it', () => {
    const stack = stackOf();
    const payments = new HouseTable(stack, 'Payments', { ephemeral: false, indexes: [due] });

    expect(stack.resolve(payments.indexArn(due))).toEqual({
      'Fn::Join': ['', [stack.resolve(payments.table.tableArn), '/index/due']],
    });
  });
});

describe('the stack', () => {
  it('names nothing physically, so that a second one fits into the account', () => {
    const names = ['TableName', 'QueueName', 'FunctionName', 'RoleName', 'LogGroupName', 'AlarmName', 'BucketName', 'SecretName'];
    const named = stack.resources
      .filter(
        ({ type }) => !['AWS::Lambda::EventSourceMapping', 'AWS::Lambda::EventInvokeConfig', 'AWS::Lambda::Permission'].includes(type),
      )
      .filter(
        ({ type, properties }) =>
          names.some((name) => name in properties) || (type === 'AWS::SecretsManager::Secret' && 'Name' in properties),
      );

    expect(named.map(({ path }) => path)).toEqual([]);
  });

  it('has no resource and no output of payments where none are configured', () => {
    const theirs = /payments|reconcil|charge|confirm/i;

    expect(stack.resources.filter(({ path, properties }) => theirs.test(`${path} ${JSON.stringify(properties)}`))).toEqual([]);
    expect(Object.keys(stack.outputs).filter((name) => theirs.test(name))).toEqual([]);
  });
});
