/** Random writes that bring items into indexes, move them and take them out, alone and in transactions, and ways to read an index. */
import fc from 'fast-check';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import type { Step } from './dynamodb-case.ts';
import type { Walk } from './dynamodb-index-walk.ts';
import { action } from './dynamodb-payment-steps.ts';

const PKS = ['$a', '$b', '$c', '$d', '$e', '$f'];
const TIMES = ['t1', 't2', 't3', 't4'];

const pk = fc.constantFrom(...PKS);
const texts = (...given: readonly string[]) => fc.constantFrom(...given).map((S): JsonObject => ({ S }));
/** Now and then one that no key may have; an empty one is a recorded case, because DynamoDB Local looks at conditions before it. */
const keyed = (good: fc.Arbitrary<JsonObject>) =>
  fc.oneof({ weight: 30, arbitrary: good }, fc.constantFrom<JsonObject>({ N: '1' }, { NULL: true }));
const VALUES: { readonly [attribute: string]: fc.Arbitrary<JsonObject> } = {
  dueShard: keyed(texts('$s', '$t')),
  dueAt: keyed(texts(...TIMES)),
  madeIn: keyed(texts('$s')),
  madeAt: keyed(texts(...TIMES)),
  group: keyed(texts('$s', '$t')),
  v: texts('x', 'y'),
};
const NAMES = Object.keys(VALUES);

const item = fc.record(VALUES, { requiredKeys: [] });
const put = fc
  .tuple(pk, item)
  .map(([of, attributes]): Step => ['PutItem', { TableName: 'Payments', Item: { pk: { S: of }, ...attributes } }]);
const deletion = pk.map((of): Step => ['DeleteItem', { TableName: 'Payments', Key: { pk: { S: of } } }]);
const update = fc
  .tuple(pk, fc.record(VALUES, { requiredKeys: [] }), fc.subarray(NAMES, { maxLength: 2 }), fc.boolean())
  .filter(([, set, removed]) => removed.length > 0 || Object.keys(set).length > 0)
  .map(([of, set, removed, guarded]): Step => {
    const sets = Object.keys(set).filter((name) => !removed.includes(name));
    const clauses = [
      ...(sets.length === 0 ? [] : [`SET ${sets.map((name) => `#${name} = :${name}`).join(', ')}`]),
      ...(removed.length === 0 ? [] : [`REMOVE ${removed.map((name) => `#${name}`).join(', ')}`]),
    ];
    return [
      'UpdateItem',
      {
        TableName: 'Payments',
        Key: { pk: { S: of } },
        UpdateExpression: clauses.join(' '),
        ExpressionAttributeNames: Object.fromEntries([...sets, ...removed].map((name) => [`#${name}`, name])),
        ...(sets.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(sets.map((name) => [`:${name}`, set[name]])) }),
        ...(guarded ? { ConditionExpression: 'attribute_exists(pk)' } : {}),
      },
    ];
  });
const single = fc.oneof({ weight: 4, arbitrary: put }, { weight: 5, arbitrary: update }, { weight: 1, arbitrary: deletion });

const KINDS: { readonly [operation: string]: string } = { PutItem: 'Put', UpdateItem: 'Update', DeleteItem: 'Delete' };
const transaction = fc
  .uniqueArray(single, { minLength: 1, maxLength: 3, selector: pkOf })
  .map((steps): Step => ['TransactWriteItems', { TransactItems: steps.map((step) => action(String(KINDS[step[0]]), step)) }]);

const write: fc.Arbitrary<Step> = fc.oneof({ weight: 3, arbitrary: single }, { weight: 2, arbitrary: transaction });

const range: fc.Arbitrary<Walk['range']> = fc.option(
  fc.tuple(fc.option(fc.constantFrom(...TIMES), { nil: undefined }), fc.constantFrom(...TIMES)).map(([one, other]) => {
    const [from, through] = one === undefined ? [undefined, other] : ([one, other].sort() as [string, string]);
    return { from, through };
  }),
  { nil: undefined },
);
const walk: fc.Arbitrary<Walk> = fc.record({
  index: fc.constantFrom('due', 'made', 'whole'),
  partition: fc.constantFrom('$s', '$t'),
  range,
  forwards: fc.boolean(),
  limit: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  filtered: fc.boolean(),
});

/** Walks stand between the writes. */
export const paymentSteps: fc.Arbitrary<readonly (Step | Walk)[]> = fc.array(
  fc.oneof<[{ weight: number; arbitrary: fc.Arbitrary<Step> }, { weight: number; arbitrary: fc.Arbitrary<Walk> }]>(
    { weight: 5, arbitrary: write },
    { weight: 1, arbitrary: walk },
  ),
  { minLength: 1, maxLength: 40, size: 'max' },
);

function pkOf([, { Item: whole, Key: key = whole }]: Step): string {
  return JSON.stringify((key as JsonObject)['pk']);
}
