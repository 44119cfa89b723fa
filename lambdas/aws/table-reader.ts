/** Reads tables for an operator, a bounded page at a time: nothing deployed scans a table. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, ScanCommand, type ScanCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Item, Key } from '../core/ports.ts';
import { exactNumber } from './exact-number.ts';
import { type OperatorAccess, operatorOptions } from './operator-access.ts';

/** Where the next page starts; opaque. */
export type PageStart = { readonly [name: string]: unknown };

export type ScanRequest = {
  readonly table: string;
  /** Only these attributes; an empty list counts the items and returns none. */
  readonly attributes: readonly string[];
  /** Only items whose attribute stands so to the text. It does not make the reading cheaper. */
  readonly where?: { readonly attribute: string; readonly is: 'equal' | 'beginning' | 'containing'; readonly text: string };
};

export type Page = { readonly count: number; readonly items: readonly Item[]; readonly next: PageStart | undefined };

export type TableReader = {
  /** One strongly consistent page. Throws what the service throws. */
  page(request: ScanRequest, start?: PageStart): Promise<Page>;
  /** One strongly consistent item. Throws what the service throws. */
  get(table: string, key: Key): Promise<Item | undefined>;
};

/** Items evaluated for one page: with items of a few KB this stays under DynamoDB's own bound of 1 MB a page. */
const PAGE_ITEMS = 500;

export function openTableReader(access: OperatorAccess): TableReader {
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(operatorOptions(access)), {
    unmarshallOptions: { wrapNumbers: exactNumber },
  });
  return {
    page: async (request, start) => {
      const answer = await documents.send(
        new ScanCommand({ ...scanInput(request), ...(start === undefined ? {} : { ExclusiveStartKey: { ...start } }) }),
      );
      return { count: answer.Count ?? 0, items: (answer.Items ?? []) as Item[], next: answer.LastEvaluatedKey };
    },
    get: async (table, key) => {
      const { Item: item } = await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
      return item as Item | undefined;
    },
  };
}

const FILTERS = { equal: '#where = :where', beginning: 'begins_with(#where, :where)', containing: 'contains(#where, :where)' };

/** Every name is a placeholder, as `source`, `type` and others are DynamoDB's reserved words. */
function scanInput({ table, attributes, where }: ScanRequest): ScanCommandInput {
  const names: Record<string, string> = {};
  for (const [index, attribute] of attributes.entries()) names[`#a${index}`] = attribute;
  if (where !== undefined) names['#where'] = where.attribute;
  return {
    TableName: table,
    ConsistentRead: true,
    Limit: PAGE_ITEMS,
    ...(attributes.length === 0 ? { Select: 'COUNT' } : { ProjectionExpression: attributes.map((_, index) => `#a${index}`).join(', ') }),
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
    ...(where === undefined
      ? {}
      : {
          FilterExpression: FILTERS[where.is],
          ExpressionAttributeValues: { ':where': where.text },
        }),
  };
}
