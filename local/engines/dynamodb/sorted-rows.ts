/** Rows by partition, and in each partition by sort key: how a table and each of its indexes are read. */
import type { Attributes, AttributeValue } from './attribute-value.ts';
import { type ItemKey, type KeySchema, keyInIndex } from './key-schema.ts';
import { textHash } from './text-hash.ts';
import { compareText, compareValues } from './value-order.ts';

/** Never changed: a write replaces it. */
export type Row = { readonly item: Attributes; readonly bytes: number; readonly key: ItemKey };

export type Partition = { readonly text: string; readonly hash: number; readonly rows: Row[] };

export class SortedRows {
  readonly schema: KeySchema;
  readonly #partitions = new Map<string, Partition>();
  #inScanOrder: readonly Partition[] | undefined;

  constructor(schema: KeySchema) {
    this.schema = schema;
  }

  /** Rows that have no place here, as in a sparse index, are left out. */
  replace(before: Row | undefined, after: Row | undefined): void {
    if (before !== undefined) this.#remove(before);
    if (after !== undefined) this.#insert(after);
  }

  partition(text: string): readonly Row[] {
    return this.#partitions.get(text)?.rows ?? [];
  }

  /** The partition as it stood before some items were written: `then` has these by the texts of their keys. */
  partitionBefore(text: string, then: ReadonlyMap<string, Row | undefined>): readonly Row[] {
    if (then.size === 0) return this.partition(text);
    const rows = this.partition(text).filter(({ key }) => !then.has(key.text));
    for (const row of then.values()) {
      if (row !== undefined && keyInIndex(this.schema, row.item)?.partitionText === text) rows.splice(this.placeOf(rows, row), 0, row);
    }
    return rows;
  }

  *all(): Generator<Row> {
    for (const { rows } of this.#partitions.values()) yield* rows;
  }

  /** Partitions by the hash of their key, as DynamoDB lays them out; nobody can guess the order from the keys. */
  inScanOrder(): readonly Partition[] {
    this.#inScanOrder ??= [...this.#partitions.values()].sort((one, other) => one.hash - other.hash || compareText(one.text, other.text));
    return this.#inScanOrder;
  }

  /** Where a row with this key stands among the rows, or would stand. */
  placeOf(rows: readonly Row[], row: Pick<Row, 'item' | 'key'>): number {
    let [low, high] = [0, rows.length];
    // Most rows are appended or stand at the end.
    if (high > 0 && this.#compare(rows[high - 1] as Row, row) < 0) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(rows[middle] as Row, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where the rows after this one begin, whether or not it is among them. */
  placeAfter(rows: readonly Row[], row: Pick<Row, 'item' | 'key'>): number {
    const place = this.placeOf(rows, row);
    const found = rows[place];
    return found !== undefined && this.#compare(found, row) === 0 ? place + 1 : place;
  }

  #insert(row: Row): void {
    const key = keyInIndex(this.schema, row.item);
    if (key === undefined) return;
    const known = this.#partitions.get(key.partitionText);
    if (known === undefined) {
      const text = key.partitionText;
      this.#partitions.set(text, { text, hash: textHash(text), rows: [row] });
      this.#inScanOrder = undefined;
    } else known.rows.splice(this.placeOf(known.rows, row), 0, row);
  }

  #remove(row: Row): void {
    const key = keyInIndex(this.schema, row.item);
    const partition = key === undefined ? undefined : this.#partitions.get(key.partitionText);
    if (partition === undefined) return;
    partition.rows.splice(this.placeOf(partition.rows, row), 1);
    if (partition.rows.length > 0) return;
    this.#partitions.delete(partition.text);
    this.#inScanOrder = undefined;
  }

  /** In an index many rows may have one key. Nobody promises an order for them, so it is one that cannot be guessed from their keys in the table. */
  #compare(left: Pick<Row, 'item' | 'key'>, right: Pick<Row, 'item' | 'key'>): number {
    const name = this.schema.sort?.name;
    const order = name === undefined ? 0 : compareValues(left.item[name] as AttributeValue, right.item[name] as AttributeValue);
    if (order !== undefined && (order !== 0 || left.key.text === right.key.text)) return order;
    return textHash(left.key.text) - textHash(right.key.text) || compareText(left.key.text, right.key.text);
  }
}
