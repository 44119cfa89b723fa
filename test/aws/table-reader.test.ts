/** An operator's reading of tables: bounded pages, consistent, with every name behind a placeholder. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { openTableReader, type ScanRequest, type TableReader } from '../../lambdas/aws/table-reader.ts';
import { type LoopbackService, startLoopbackService } from './loopback-service.ts';

let service: LoopbackService | undefined;

async function readerAnswering(...bodies: readonly object[]): Promise<TableReader> {
  service = await startLoopbackService((_, before) => ({ status: 200, body: bodies[before] ?? {} }));
  return openTableReader(service.access);
}

const sent = (index = 0) => JSON.parse(service?.requests[index]?.text ?? '{}');

afterEach(async () => {
  await service?.close();
});

describe('page', () => {
  it('reads the attributes that are asked for, though DynamoDB reserves their names', async () => {
    const reader = await readerAnswering({ Count: 1, Items: [{ pk: { S: 'a' }, source: { S: 'stripe' } }] });
    expect(await reader.page({ table: 'Events', attributes: ['pk', 'source'] })).toEqual({
      count: 1,
      items: [{ pk: 'a', source: 'stripe' }],
      next: undefined,
    });
    expect(sent()).toEqual({
      TableName: 'Events',
      ConsistentRead: true,
      Limit: expect.any(Number),
      ProjectionExpression: '#a0, #a1',
      ExpressionAttributeNames: { '#a0': 'pk', '#a1': 'source' },
    });
  });

  it('counts without reading items where no attribute is asked for', async () => {
    const reader = await readerAnswering({ Count: 7 });
    expect(await reader.page({ table: 'Events', attributes: [] })).toEqual({ count: 7, items: [], next: undefined });
    expect(sent()).toMatchObject({ Select: 'COUNT' });
  });

  it.each<[NonNullable<ScanRequest['where']>['is'], string]>([
    ['equal', '#where = :where'],
    ['beginning', 'begins_with(#where, :where)'],
    ['containing', 'contains(#where, :where)'],
  ])('keeps only items whose attribute is %s', async (is, filter) => {
    const reader = await readerAnswering({ Count: 0, Items: [] });
    await reader.page({ table: 'Inbox', attributes: ['pk'], where: { attribute: 'kind', is, text: 'event' } });
    expect(sent()).toMatchObject({
      FilterExpression: filter,
      ExpressionAttributeNames: { '#a0': 'pk', '#where': 'kind' },
      ExpressionAttributeValues: { ':where': { S: 'event' } },
    });
  });

  it('goes on where the page before ended, also after a page without items', async () => {
    const reader = await readerAnswering({ Count: 0, Items: [], LastEvaluatedKey: { pk: { S: 'z' } } }, { Count: 0 });
    const { next } = await reader.page({ table: 'Events', attributes: [] });
    expect((await reader.page({ table: 'Events', attributes: [] }, next)).next).toBeUndefined();
    expect(sent(1)).toMatchObject({ ExclusiveStartKey: { pk: { S: 'z' } } });
  });
});

describe('get', () => {
  it('reads one item consistently, with every digit', async () => {
    const reader = await readerAnswering({ Item: { pk: { S: 'a' }, amount: { N: '9007199254740993' } } });
    expect(await reader.get('Ledger', { pk: 'a', sk: 'b' })).toEqual({ pk: 'a', amount: 9007199254740993n });
    expect(sent()).toMatchObject({ ConsistentRead: true });
  });
});
