/** Sees what DynamoDB committed, from the calls themselves: a repeated token that wrote nothing is no commit. */
import type { JsonObject } from '../../local/engines/service-engine.ts';
import type { CommittedWrite, WireItem } from './sighting.ts';
import type { SimContext } from './sim-context.ts';

/** A token counts for ten minutes after the transaction was completed (TransactWriteItems API reference). */
const TOKEN_MILLIS = 600_000;

const KINDS = { Put: 'put', Update: 'update', Delete: 'delete', ConditionCheck: 'check' } as const;
const SINGLE = { PutItem: 'put', UpdateItem: 'update', DeleteItem: 'delete' } as const;

/** To be called as soon as an operation has succeeded. */
export function createCommitWatch({
  time,
  see,
}: Pick<SimContext, 'time' | 'see'>): (by: string, operation: string, input: JsonObject) => void {
  const committedAt = new Map<string, number>();
  return (by, operation, input) => {
    if (operation !== 'TransactWriteItems') {
      const kind = SINGLE[operation as keyof typeof SINGLE];
      if (kind !== undefined) see({ kind: 'commit', by, writes: [writeOf(kind, input)] });
      return;
    }
    const token = String(input['ClientRequestToken']);
    const earlier = committedAt.get(token);
    if (earlier !== undefined && time.nowMillis() - earlier <= TOKEN_MILLIS) return;
    committedAt.set(token, time.nowMillis());
    const actions = input['TransactItems'] as readonly JsonObject[];
    see({ kind: 'commit', by, writes: actions.flatMap(writesOf) });
  };
}

function writesOf(action: JsonObject): CommittedWrite[] {
  const [[name, input] = []] = Object.entries(action);
  const kind = KINDS[name as keyof typeof KINDS];
  return kind === undefined || kind === 'check' ? [] : [writeOf(kind, input as JsonObject)];
}

function writeOf(kind: 'put' | 'update' | 'delete', input: JsonObject): CommittedWrite {
  const item = kind === 'put' ? (input['Item'] as WireItem) : undefined;
  const keys = item ?? (input['Key'] as WireItem);
  return { kind, table: String(input['TableName']), key: itemKey(keys), item };
}

/** All tables of the product have text keys named `pk` and, some, `sk`. */
export function itemKey({ pk, sk }: WireItem): string {
  return sk === undefined ? String(pk?.S) : `${pk?.S} ${sk.S}`;
}
