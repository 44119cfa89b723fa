/** Random requests on four items, alone and in transactions. */
import fc from 'fast-check';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import type { Step } from './dynamodb-case.ts';
import { attributes, condition, type Drawn, updateAndCondition } from './dynamodb-random-expressions.ts';

export const ITEM_KEYS = ['$a', '$b'].flatMap((pk) => ['1', '2'].map((sk) => ({ pk: { S: pk }, sk: { S: sk } })));

const key = fc.constantFrom(...ITEM_KEYS);
const guard = fc.option(condition, { nil: undefined, freq: 2 });
const onFailure = fc.constantFrom({}, { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });

const putRequest = fc
  .tuple(key, attributes, guard)
  .map(([at, item, when]) => ({ TableName: 'Pairs', Item: { ...at, ...item }, ...guarded(when) }));
const deleteRequest = fc.tuple(key, guard).map(([at, when]) => ({ TableName: 'Pairs', Key: at, ...guarded(when) }));
const checkRequest = fc.tuple(key, condition).map(([at, when]) => ({ TableName: 'Pairs', Key: at, ...guarded(when) }));
const updateRequest = fc.tuple(key, updateAndCondition).map(([at, { update, condition: when, values }]) => ({
  TableName: 'Pairs',
  Key: at,
  UpdateExpression: update,
  ...(when === undefined ? {} : { ConditionExpression: when }),
  ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
}));

const action: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.oneof(
      putRequest.map((Put) => ({ Put })),
      updateRequest.map((Update) => ({ Update })),
      deleteRequest.map((Delete) => ({ Delete })),
      checkRequest.map((ConditionCheck) => ({ ConditionCheck })),
    ),
    onFailure,
  )
  .map(([one, more]) => Object.fromEntries(Object.entries(one).map(([kind, request]) => [kind, { ...request, ...more }])));

const filter = fc.option(condition, { nil: undefined }).map((drawn) => drawn ?? { text: undefined, values: {} });
const queryStep = fc.tuple(fc.constantFrom('$a', '$b'), filter, fc.boolean(), fc.option(fc.constantFrom(1, 2), { nil: undefined })).map(
  ([pk, { text, values }, forwards, limit]): Step => [
    'Query',
    {
      TableName: 'Pairs',
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ...values, ':pk': { S: pk } },
      ScanIndexForward: forwards,
      ...(text === undefined ? {} : { FilterExpression: text }),
      ...(limit === undefined ? {} : { Limit: limit }),
    },
  ],
);

const returning = (...options: readonly string[]) => fc.constantFrom(...options).map((ReturnValues) => ({ ReturnValues }));
const single = (operation: string, request: fc.Arbitrary<JsonObject>, returns: fc.Arbitrary<JsonObject>): fc.Arbitrary<Step> =>
  fc.tuple(request, returns, onFailure).map(([input, more, failure]): Step => [operation, { ...input, ...more, ...failure }]);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: single('PutItem', putRequest, returning('NONE', 'ALL_OLD')) },
  { weight: 6, arbitrary: single('UpdateItem', updateRequest, returning('NONE', 'ALL_OLD', 'ALL_NEW')) },
  { weight: 1, arbitrary: single('DeleteItem', deleteRequest, returning('NONE', 'ALL_OLD')) },
  { weight: 1, arbitrary: key.map((Key): Step => ['GetItem', { TableName: 'Pairs', Key, ConsistentRead: true }]) },
  { weight: 1, arbitrary: queryStep },
  {
    weight: 4,
    arbitrary: fc
      .uniqueArray(action, { minLength: 1, maxLength: 4, selector: itemOf })
      .map((TransactItems): Step => ['TransactWriteItems', { TransactItems }]),
  },
);

export const steps = fc.array(step, { minLength: 1, maxLength: 60, size: 'max' });

/** Two actions on one item are a recorded case: DynamoDB Local looks at conditions first where AWS looks at the request. */
function itemOf(one: JsonObject): string {
  const { Item: item, Key = item } = Object.values(one)[0] as { readonly Item?: JsonObject; readonly Key?: JsonObject };
  return JSON.stringify([Key?.['pk'], Key?.['sk']]);
}

function guarded(when: Drawn | undefined): JsonObject {
  if (when === undefined) return {};
  return {
    ConditionExpression: when.text,
    ...(Object.keys(when.values).length === 0 ? {} : { ExpressionAttributeValues: when.values }),
  };
}
