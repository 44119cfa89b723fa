import { beforeAll, describe, expect, it } from '@jest/globals';
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

  it('have no index: a local one limits the items of one key, a global one doubles each write', () => {
    const indexes = tables().map(({ properties }) => [properties['LocalSecondaryIndexes'], properties['GlobalSecondaryIndexes']]);

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
});
