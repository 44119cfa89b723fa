/** What all operations of one engine work on. */
import type { Clock, Random } from '../../../lambdas/core/ports.ts';
import { ItemLocks } from './item-locks.ts';
import { PastReads } from './past-reads.ts';
import { ServiceError, validation } from './service-error.ts';
import type { Change, Table } from './table.ts';
import { TokenMemory } from './token-memory.ts';

export type DynamoDbOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly region?: string;
  readonly accountId?: string;
  /** How long a TransactWriteItems takes between its decision and its commit; other writes to its items conflict meanwhile. Asked for each; 0 by default. */
  readonly transactionMillis?: () => number;
  /** How old the state is that a read without ConsistentRead sees. Asked for each; 0 by default. */
  readonly staleReadMillis?: () => number;
  /** Open shards of a new stream; 4 by default. */
  readonly shards?: number;
  /** A shard is closed after so many records, and one child goes on; never by default. */
  readonly shardRecordsMax?: number;
  /** How long after its commit a record can be read from the stream. Asked for each; 0 by default. */
  readonly recordDelayMillis?: () => number;
  /** Called with what one request or one expiry wrote, at the moment of its commit. */
  readonly onCommit?: (changes: readonly Change[]) => void;
};

export type EngineState = {
  readonly options: DynamoDbOptions;
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  readonly tables: Map<string, Table>;
  readonly locks: ItemLocks;
  readonly tokens: TokenMemory;
  readonly past: PastReads;
};

export function createEngineState(options: DynamoDbOptions): EngineState {
  return {
    options,
    clock: options.clock,
    region: options.region ?? 'us-east-1',
    accountId: options.accountId ?? '000000000000',
    tables: new Map(),
    locks: new ItemLocks(),
    tokens: new TokenMemory(options.clock),
    past: new PastReads(options.clock, options.staleReadMillis),
  };
}

export function tableNamed(state: EngineState, raw: unknown): Table {
  if (typeof raw !== 'string')
    throw validation("1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null");
  const table = state.tables.get(raw.startsWith('arn:') ? (raw.split('/')[1] ?? '') : raw);
  if (table === undefined) throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Table: ${raw} not found`);
  return table;
}
