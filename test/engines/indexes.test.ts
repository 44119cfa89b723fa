/** A table with indexes on the whole way: from a template through the stand-in, and written and read with what functions ship. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDynamoIndexes } from '../../lambdas/aws/dynamo-indexes.ts';
import { createDynamoStore } from '../../lambdas/aws/dynamo-store.ts';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import type { Action, Indexes, Store } from '../../lambdas/core/ports.ts';
import { clientSettings } from '../../local/function-client.ts';
import { type LocalStack, startLocal } from '../../local/start-local.ts';
import { writeSmallStack } from '../local/small-stack.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS, engineOptions } from './harness.ts';

const DUE = { name: 'due', partition: 'dueShard', sort: 'dueAt' };
const MADE = { name: 'made', partition: 'madeIn', sort: 'madeAt' };
const texts = ['pk', 'dueShard', 'dueAt', 'madeIn', 'madeAt'];

/** As CDK writes it of a table of the house with two indexes (test/lib/tables.test.ts). */
const payments = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: texts.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    BillingMode: 'PAY_PER_REQUEST',
    GlobalSecondaryIndexes: [DUE, MADE].map(({ name, partition, sort }) => ({
      IndexName: name,
      KeySchema: [
        { AttributeName: partition, KeyType: 'HASH' },
        { AttributeName: sort, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    })),
  },
};

describeOnEngines('a table with indexes', () => {
  let stack: LocalStack;
  let table: string;
  let store: Store;
  let indexes: Indexes;

  beforeAll(async () => {
    stack = await startLocal({
      port: 0,
      outdir: writeSmallStack({ resources: { Payments: payments }, outputs: { Payments: { Value: { Ref: 'Payments' } } } }),
      ...engineOptions(),
      prefix: `i${process.pid}x-`,
      logDirectory: temporaryFolder('logs'),
      env: {},
    });
    table = stack.outputs['Payments'] as string;
    const client = new DynamoDBClient(clientSettings(stack.endpoints.dynamodb, 'Charge'));
    [store, indexes] = [createDynamoStore(client), createDynamoIndexes(client)];
  }, ENGINE_TEST_MILLIS);
  afterAll(() => stack.stop(), ENGINE_TEST_MILLIS);

  const commit = async (...actions: readonly Action[]) => {
    const transaction = { token: systemRandom.uuid(), frozenAtMillis: systemClock.nowMillis(), actions };
    expect(await store.transact(transaction)).toEqual({ kind: 'committed' });
  };
  const pay = (pk: string, dueAt: string): Action => ({
    kind: 'put',
    table,
    item: { pk, state: 'PENDING', dueShard: '03', dueAt, madeIn: '2026-11-24#03', madeAt: '2026-11-24T10:00:00.000Z' },
  });

  it(
    'shows in one what is due and in the other what was made, and forgets what is no longer due',
    async () => {
      await commit(pay('pay_late', '2026-11-24T10:00:30.000Z'), pay('pay_soon', '2026-11-24T10:00:10.000Z'));
      await commit(pay('pay_tomorrow', '2026-11-25T10:00:00.000Z'));
      const due = { index: DUE, partition: '03', through: '2026-11-24T10:01:00.000Z', limit: 1 };
      const first = await indexes.page(table, due);
      expect(first.entries).toEqual([{ key: { pk: 'pay_soon' }, sort: '2026-11-24T10:00:10.000Z' }]);

      const update = { expression: 'REMOVE dueShard, dueAt SET #s = :s', names: { '#s': 'state' }, values: { ':s': 'SUCCEEDED' } };
      await commit({ kind: 'update', table, key: { pk: 'pay_soon' }, update });
      // The item at which the page ended is gone, and the next page begins behind it all the same.
      expect(await indexes.page(table, { ...due, limit: 5 }, first.after)).toEqual({
        entries: [{ key: { pk: 'pay_late' }, sort: '2026-11-24T10:00:30.000Z' }],
        after: undefined,
      });
      expect((await indexes.page(table, { ...due, limit: 5 })).entries).toHaveLength(1);
      const made = { index: MADE, partition: '2026-11-24#03', from: '2026-11-24T10', through: '2026-11-24T11', limit: 5 };
      const { entries } = await indexes.page(table, made);
      expect(entries.map(({ key }) => key['pk']).sort()).toEqual(['pay_late', 'pay_soon', 'pay_tomorrow']);
    },
    ENGINE_TEST_MILLIS,
  );

  it('notes for the roles that the index was asked and not the table', () => {
    const asked = stack.calls().filter(({ action }) => action === 'Query');
    expect(asked.map(({ caller, resource }) => [caller, resource]).sort()).toEqual([
      ['Charge', `${table}/index/due`],
      ['Charge', `${table}/index/made`],
    ]);
  });
});
