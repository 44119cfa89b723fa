/** One table: its rows, its indexes and its stream. Whoever writes has already decided that it may. */
import type { Attributes } from './attribute-value.ts';
import { itemBytes } from './item-size.ts';
import type { ItemKey, KeySchema } from './key-schema.ts';
import { type Row, SortedRows } from './sorted-rows.ts';
import type { TableStream } from './table-stream.ts';
import { sameAttributes } from './value-order.ts';

/** `KEYS_ONLY` holds the keys of the table and of the index. */
export type Projection = 'ALL' | 'KEYS_ONLY';
export type TableIndex = { readonly name: string; readonly projection: Projection; readonly rows: SortedRows };

export type Change = {
  readonly table: string;
  readonly key: Attributes;
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
};

/** Who changed an item: a caller, or the service when the item had expired. */
export type Cause = 'caller' | 'expiry';

export class Table {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMillis: number;
  /** The request that made it, for DescribeTable. */
  readonly request: { readonly [member: string]: unknown };
  readonly rows: SortedRows;
  /** In the order of their names. */
  readonly indexes: ReadonlyMap<string, TableIndex>;
  readonly stream: TableStream | undefined;
  readonly deletionProtected: boolean;
  expiryAttribute: string | undefined;
  readonly #byKey = new Map<string, Row>();

  constructor(
    parts: Pick<Table, 'name' | 'arn' | 'createdAtMillis' | 'request' | 'indexes' | 'stream' | 'deletionProtected'>,
    schema: KeySchema,
  ) {
    this.name = parts.name;
    this.arn = parts.arn;
    this.createdAtMillis = parts.createdAtMillis;
    this.request = parts.request;
    this.indexes = parts.indexes;
    this.stream = parts.stream;
    this.deletionProtected = parts.deletionProtected;
    this.rows = new SortedRows(schema);
  }

  get schema(): KeySchema {
    return this.rows.schema;
  }

  get size(): number {
    return this.#byKey.size;
  }

  row(key: ItemKey): Row | undefined {
    return this.#byKey.get(key.text);
  }

  all(): Iterable<Row> {
    return this.#byKey.values();
  }

  /** Puts the item in place, or takes it away. */
  write(key: ItemKey, item: Attributes | undefined, cause: Cause = 'caller'): Change {
    const before = this.#byKey.get(key.text);
    const after = item === undefined ? undefined : { item, bytes: itemBytes(item), key };
    if (after === undefined) this.#byKey.delete(key.text);
    else this.#byKey.set(key.text, after);
    this.rows.replace(before, after);
    for (const { rows } of this.indexes.values()) rows.replace(before, after);
    const change = { table: this.name, key: key.attributes, before: before?.item, after: item };
    // A write that changes nothing makes no record.
    if (this.stream !== undefined && !sameItem(change.before, item))
      this.stream.append({ ...change, keyText: key.text, cause, beforeBytes: before?.bytes ?? 0, afterBytes: after?.bytes ?? 0 });
    return change;
  }
}

function sameItem(before: Attributes | undefined, after: Attributes | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  return before === after || sameAttributes(before, after);
}
