/** What a read without ConsistentRead may still see: items as they were a moment ago. */
import type { Clock } from '../../../lambdas/core/ports.ts';
import type { Row } from './sorted-rows.ts';
import type { Table } from './table.ts';
import { textHash } from './text-hash.ts';

type Version = { readonly row: Row | undefined; readonly endedAtMillis: number };

/** Versions of one item that are kept: enough for a counter that is written all the time. */
const VERSIONS_MAX = 32;

/** A read of the present. */
const NOW = Number.POSITIVE_INFINITY;
const HASHES = 2 ** 32;

export class PastReads {
  readonly #clock: Clock;
  readonly #lagMillis: (() => number) | undefined;
  readonly #versions = new Map<Table, Map<string, Version[]>>();

  constructor(clock: Clock, lagMillis: (() => number) | undefined) {
    this.#clock = clock;
    this.#lagMillis = lagMillis;
  }

  /** Called before an item is replaced. */
  keep(table: Table, keyText: string, row: Row | undefined): void {
    if (this.#lagMillis === undefined) return;
    const items = this.#versions.get(table) ?? new Map<string, Version[]>();
    const versions = items.get(keyText) ?? [];
    versions.push({ row, endedAtMillis: this.#clock.nowMillis() });
    if (versions.length > VERSIONS_MAX) versions.shift();
    items.set(keyText, versions);
    this.#versions.set(table, items);
  }

  /** The moment that one read sees. */
  moment(consistent: boolean): number {
    const nowMillis = this.#clock.nowMillis();
    return consistent || this.#lagMillis === undefined ? NOW : nowMillis - this.#lagMillis();
  }

  /** The item as it stood then. */
  rowAt(moment: number, [table, keyText]: readonly [Table, string], now: Row | undefined): Row | undefined {
    if (moment === NOW) return now;
    const version = versionAt(moment, this.#versions.get(table)?.get(keyText));
    return version === undefined ? now : version.row;
  }

  /**
   * The items that were written since then, by the texts of their keys, each as it stood. An index takes up the items one by one, so it may
   * show the past of one beside the present of another: there, `moment` is the oldest that any item is shown at.
   */
  writtenSince(moment: number, table: Table, kind: 'table' | 'index'): ReadonlyMap<string, Row | undefined> {
    const then = new Map<string, Row | undefined>();
    if (moment === NOW) return then;
    const lagMillis = this.#clock.nowMillis() - moment;
    for (const [keyText, versions] of this.#versions.get(table) ?? []) {
      const share = kind === 'table' ? 0 : textHash(`${keyText}@${moment}`) / HASHES;
      const version = versionAt(moment + share * lagMillis, versions);
      if (version !== undefined) then.set(keyText, version.row);
    }
    return then;
  }
}

function versionAt(moment: number, versions: readonly Version[] | undefined): Version | undefined {
  return versions?.find(({ endedAtMillis }) => endedAtMillis > moment);
}
