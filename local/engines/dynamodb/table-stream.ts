/** The stream of a table: shards that each hold the changes of some items in order, are closed and have children, and are trimmed after a day. */
import type { Clock } from '../../../lambdas/core/ports.ts';
import type { Attributes } from './attribute-value.ts';
import { attributesBytes } from './item-size.ts';
import { textHash } from './text-hash.ts';

export type ViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

export type StreamChange = {
  readonly key: Attributes;
  readonly keyText: string;
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
  readonly cause: 'caller' | 'expiry';
  /** Of the whole items; 0 where there is none. */
  readonly beforeBytes: number;
  readonly afterBytes: number;
};

export type StreamEntry = StreamChange & {
  /** Grows over all shards of the stream. */
  readonly sequence: number;
  readonly createdAtMillis: number;
  /** No reader sees it before. */
  readonly visibleAtMillis: number;
  /** Of its key and its images. */
  readonly bytes: number;
};

export type Shard = {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly startingSequence: number;
  /** Set once it is closed. */
  endingSequence: number | undefined;
  closedAtMillis: number | undefined;
  readonly entries: StreamEntry[];
  /** The last entry that is older than a day and gone. */
  trimmedSequence: number;
  readonly from: number;
  /** Hashes of the items' keys below this. */
  readonly to: number;
};

export type StreamSettings = {
  readonly arn: string;
  readonly label: string;
  /** Sixteen hexadecimal digits that no other stream has. */
  readonly salt: string;
  readonly viewType: ViewType;
  readonly clock: Clock;
  readonly shards: number;
  /** A shard is closed after so many entries, and one child goes on. */
  readonly shardRecordsMax: number;
  /** How long after its commit a record is seen; drawn for each record. */
  readonly recordDelayMillis: () => number;
};

/** Records are kept for 24 hours (developer guide, "Change data capture for DynamoDB Streams"). */
const KEPT_MILLIS = 24 * 60 * 60 * 1000;
const HASHES = 2 ** 32;

export class TableStream {
  readonly settings: StreamSettings;
  readonly #shards = new Map<string, Shard>();
  #open: Shard[] = [];
  #sequence = 0;

  constructor(settings: StreamSettings) {
    this.settings = settings;
    const width = HASHES / settings.shards;
    for (let index = 0; index < settings.shards; index += 1)
      this.#addShard({ from: Math.floor(index * width), to: Math.floor((index + 1) * width) });
  }

  append(change: StreamChange): void {
    const nowMillis = this.settings.clock.nowMillis();
    const shard = this.#shardOf(change.keyText);
    this.#sequence += 1;
    // Inside a shard nothing is seen before what was written before it.
    const visibleAtMillis = Math.max(shard.entries.at(-1)?.visibleAtMillis ?? 0, nowMillis + this.settings.recordDelayMillis());
    const bytes = recordBytes(change, this.settings.viewType);
    shard.entries.push({ ...change, sequence: this.#sequence, createdAtMillis: nowMillis, visibleAtMillis, bytes });
    if (shard.entries.length >= this.settings.shardRecordsMax) this.#close(shard, [{ from: shard.from, to: shard.to }]);
  }

  /** Closes every open shard; two children share its items. */
  split(): void {
    for (const shard of [...this.#open]) {
      const middle = Math.floor((shard.from + shard.to) / 2);
      const ranges =
        middle === shard.from
          ? [shard]
          : [
              { from: shard.from, to: middle },
              { from: middle, to: shard.to },
            ];
      this.#close(shard, ranges);
    }
  }

  /** All that a day has not taken away, parents before children. */
  shards(): readonly Shard[] {
    const nowMillis = this.settings.clock.nowMillis();
    for (const shard of this.#shards.values()) {
      this.trim(shard);
      const closedAtMillis = shard.closedAtMillis;
      if (closedAtMillis !== undefined && closedAtMillis <= nowMillis - KEPT_MILLIS && shard.entries.length === 0)
        this.#shards.delete(shard.id);
    }
    return [...this.#shards.values()];
  }

  shard(id: string): Shard | undefined {
    const shard = this.#shards.get(id);
    if (shard !== undefined) this.trim(shard);
    return shard;
  }

  trim(shard: Shard): void {
    const horizonMillis = this.settings.clock.nowMillis() - KEPT_MILLIS;
    const kept = shard.entries.findIndex(({ createdAtMillis }) => createdAtMillis > horizonMillis);
    const gone = shard.entries.splice(0, kept === -1 ? shard.entries.length : kept);
    shard.trimmedSequence = gone.at(-1)?.sequence ?? shard.trimmedSequence;
  }

  #shardOf(keyText: string): Shard {
    const hash = textHash(keyText);
    return this.#open.find(({ from, to }) => hash >= from && hash < to) as Shard;
  }

  #close(shard: Shard, ranges: readonly { readonly from: number; readonly to: number }[]): void {
    // A shard without records still has an end.
    this.#sequence += 1;
    shard.endingSequence = this.#sequence;
    shard.closedAtMillis = this.settings.clock.nowMillis();
    this.#open = this.#open.filter((other) => other !== shard);
    for (const range of ranges) this.#addShard(range, shard.id);
  }

  #addShard({ from, to }: { readonly from: number; readonly to: number }, parentId?: string): void {
    this.#sequence += 1;
    const createdAtMillis = this.settings.clock.nowMillis();
    const id = `shardId-${String(createdAtMillis).padStart(20, '0')}-${this.#sequence.toString(16).padStart(8, '0')}`;
    const shard: Shard = {
      id,
      parentId,
      startingSequence: this.#sequence,
      endingSequence: undefined,
      closedAtMillis: undefined,
      entries: [],
      trimmedSequence: 0,
      from,
      to,
    };
    this.#shards.set(id, shard);
    this.#open.push(shard);
  }
}

function recordBytes({ key, beforeBytes, afterBytes }: StreamChange, viewType: ViewType): number {
  return attributesBytes(key) + (viewType.startsWith('NEW') ? afterBytes : 0) + (viewType.includes('OLD') ? beforeBytes : 0);
}
