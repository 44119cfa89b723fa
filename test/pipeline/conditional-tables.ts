/** Tables that keep what is committed and evaluate the few expressions our own code writes; the real engines judge everything else. */
import type { Item } from '../../lambdas/core/ports.ts';
import type { Actions, ConsumeOptions, Read } from './consume-bench.ts';
import { declaredName } from './consume-bench.ts';
import { cancelled } from './dynamo-answers.ts';

export type ConditionalTables = Required<Pick<ConsumeOptions, 'transact' | 'read'>> & {
  /** All items of a table, in the order of their first writing. */
  items(table: string): readonly Item[];
};

type Action = { readonly TableName: string | undefined; readonly ConditionExpression?: string | undefined } & Placeholders;
type Placeholders = {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, unknown> | undefined;
};

export function createConditionalTables(): ConditionalTables {
  const rows = new Map<string, Item>();
  const keyOf = (table: string, { pk, sk }: Item) => JSON.stringify([table, pk, sk]);
  const partsOf = ({ Put: put, Update: update, Delete: remove, ConditionCheck: check }: Actions[number]) => {
    const action = (put ?? update ?? remove ?? check) as Action;
    return { action, key: keyOf(declaredName(action.TableName ?? ''), (put?.Item ?? update?.Key ?? remove?.Key ?? check?.Key) as Item) };
  };
  return {
    transact: (_, actions) => {
      const reasons = actions.map((entry) => {
        const { action, key } = partsOf(entry);
        return holds(action, rows.get(key)) ? 'None' : 'ConditionalCheckFailed';
      });
      if (reasons.some((reason) => reason !== 'None')) throw cancelled(...reasons);
      for (const entry of actions) {
        const { key } = partsOf(entry);
        if (entry.Put !== undefined) rows.set(key, entry.Put.Item as Item);
        if (entry.Update !== undefined)
          rows.set(key, updated({ ...entry.Update.Key, ...rows.get(key) }, entry.Update.UpdateExpression ?? '', entry.Update));
        if (entry.Delete !== undefined) rows.delete(key);
      }
    },
    read: ({ table, key }: Read) => rows.get(keyOf(table, key)),
    items: (table) => [...rows].filter(([key]) => JSON.parse(key)[0] === table).map(([, item]) => item),
  };
}

function holds(action: Action, item: Item | undefined): boolean {
  if (action.ConditionExpression === undefined) return true;
  return action.ConditionExpression.split(' OR ').some((term) => termHolds(term, action, item));
}

function termHolds(term: string, action: Action, item: Item | undefined): boolean {
  const absent = /^attribute_not_exists\((\S+)\)$/.exec(term)?.[1];
  if (absent !== undefined) return item?.[nameOf(absent, action)] === undefined;
  const [, name = '', operator, value = ''] = /^(\S+) (=|<) (:\S+)$/.exec(term) ?? [];
  if (operator === undefined) throw new TypeError(`These tables do not know the condition ${term}.`);
  const stands = item?.[nameOf(name, action)];
  const wanted = action.ExpressionAttributeValues?.[value];
  return stands !== undefined && (operator === '=' ? stands === wanted : (stands as number) < (wanted as number));
}

function updated(item: Item, expression: string, action: Placeholders): Item {
  const add = /^ADD (\S+) (:\S+)$/.exec(expression);
  const pairs =
    add === null
      ? expression
          .replace(/^SET /, '')
          .split(', ')
          .map((pair) => pair.split(' = '))
      : [[add[1], add[2]]];
  const changes = pairs.map(([name = '', value = '']) => {
    if (!value.startsWith(':')) throw new TypeError(`These tables do not know the update ${expression}.`);
    const [attribute, given] = [nameOf(name, action), action.ExpressionAttributeValues?.[value] as number];
    return [attribute, add === null ? given : Number(item[attribute] ?? 0) + given];
  });
  return { ...item, ...Object.fromEntries(changes) };
}

function nameOf(placeholder: string, action: Placeholders): string {
  return placeholder.startsWith('#') ? (action.ExpressionAttributeNames?.[placeholder] ?? '') : placeholder;
}
