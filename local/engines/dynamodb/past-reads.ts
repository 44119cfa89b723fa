/** What a read without ConsistentRead may still see: items as they were a moment ago. */
import type { Clock } from '../../../lambdas/core/ports.ts';
import type { Attributes } from './attribute-value.ts';
import type { Table } from './table.ts';

type Version = { readonly item: Attributes | undefined; readonly endedAtMillis: number };

/** Versions of one item that are kept: enough for a counter that is written all the time. */
const VERSIONS_MAX = 32;

export class PastReads {
  readonly #clock: Clock;
  readonly #lagMillis: (() => number) | undefined;
  readonly #versions = new Map<Table, Map<string, Version[]>>();

  constructor(clock: Clock, lagMillis: (() => number) | undefined) {
    this.#clock = clock;
    this.#lagMillis = lagMillis;
  }

  /** Called before an item is replaced. */
  keep(table: Table, keyText: string, item: Attributes | undefined): void {
    if (this.#lagMillis === undefined) return;
    const items = this.#versions.get(table) ?? new Map<string, Version[]>();
    const versions = items.get(keyText) ?? [];
    versions.push({ item, endedAtMillis: this.#clock.nowMillis() });
    if (versions.length > VERSIONS_MAX) versions.shift();
    items.set(keyText, versions);
    this.#versions.set(table, items);
  }

  /** The moment that one read sees. */
  moment(consistent: boolean): number {
    const nowMillis = this.#clock.nowMillis();
    return consistent || this.#lagMillis === undefined ? Number.POSITIVE_INFINITY : nowMillis - this.#lagMillis();
  }

  /** The item as it stood then. In queries and scans an item that was deleted since is missing all the same. */
  itemAt(moment: number, [table, keyText]: readonly [Table, string], now: Attributes | undefined): Attributes | undefined {
    if (moment === Number.POSITIVE_INFINITY) return now;
    const version = this.#versions
      .get(table)
      ?.get(keyText)
      ?.find(({ endedAtMillis }) => endedAtMillis > moment);
    return version === undefined ? now : version.item;
  }
}
