/** A simulated function reads an index through the SDK's own client or straight on the wire form, and sees the same. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Indexes, IndexRange } from '../../lambdas/core/ports.ts';
import { createDynamoDbEngine, type DynamoDbEngine } from '../../local/engines/dynamodb/dynamodb-engine.ts';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { countedRandom } from '../pipeline/counted-random.ts';
import { createVirtualClock } from '../pipeline/virtual-clock.ts';
import { type Call, portIndexes } from './port-services.ts';
import { sdkServices } from './sdk-services.ts';

const DUE = { name: 'due', partition: 'dueShard', sort: 'dueAt' };
const range: IndexRange = { index: DUE, partition: '0', through: 't5', limit: 3 };

let engine: DynamoDbEngine;
let requests: JsonObject[];

const call: Call = async ({ operation, input }) => {
  requests.push(input);
  return engine.perform(operation, input);
};

beforeEach(async () => {
  requests = [];
  engine = createDynamoDbEngine({ clock: createVirtualClock(), random: countedRandom() });
  const key = (...names: readonly string[]) =>
    names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' }));
  await engine.perform('CreateTable', {
    TableName: 'Payments',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: key('pk'),
    AttributeDefinitions: ['pk', 'dueShard', 'dueAt'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    GlobalSecondaryIndexes: [{ IndexName: 'due', KeySchema: key('dueShard', 'dueAt'), Projection: { ProjectionType: 'KEYS_ONLY' } }],
  });
  for (let index = 0; index < 8; index += 1) {
    const due = index === 7 ? {} : { dueShard: { S: '0' }, dueAt: { S: `t${index}` } };
    await engine.perform('PutItem', { TableName: 'Payments', Item: { pk: { S: `pay_${9 - index}` }, state: { S: 'SENT' }, ...due } });
  }
});

describe.each<[string, () => Indexes]>([
  ['ports', () => portIndexes(call)],
  ['sdk', () => sdkServices(call).indexes],
])('at the level of %s', (_level, open) => {
  it('an index is read page by page through a sort key, each item once and in order', async () => {
    const indexes = open();
    const first = await indexes.page('Payments', range);
    expect(first).toEqual({
      entries: [
        { key: { pk: 'pay_9' }, sort: 't0' },
        { key: { pk: 'pay_8' }, sort: 't1' },
        { key: { pk: 'pay_7' }, sort: 't2' },
      ],
      after: { pk: 'pay_7', dueShard: '0', dueAt: 't2' },
    });
    const second = await indexes.page('Payments', range, first.after);
    expect(second.entries.map(({ sort }) => sort)).toEqual(['t3', 't4', 't5']);
    expect(await indexes.page('Payments', range, second.after)).toEqual({ entries: [], after: undefined });
  });

  it('an index is read from a first sort key', async () => {
    const { entries } = await open().page('Payments', { ...range, from: 't4' });
    expect(entries.map(({ sort }) => sort)).toEqual(['t4', 't5']);
  });

  it('an index that is not there fails as the service does', async () => {
    await expect(open().page('Payments', { ...range, index: { ...DUE, name: 'overdue' } })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

it('at both levels an index is asked for in the same words', async () => {
  const after = { pk: 'pay_9', dueShard: '0', dueAt: 't0' };
  for (const indexes of [portIndexes(call), sdkServices(call).indexes]) await indexes.page('Payments', { ...range, from: 't0' }, after);
  expect(requests[1]).toEqual(requests[0]);
});
