/** Delivers one event to a consumer through the front door and says what came of it: for the tests of consumers. */
import { decode } from '../../lambdas/core/codec.ts';
import type { Consumer, TableAccess } from '../../lambdas/core/contracts.ts';
import { noDictionaries } from '../../lambdas/core/dictionary.ts';
import type { Item, Key } from '../../lambdas/core/ports.ts';
import { type Actions, declaredName, INBOX, OUTBOX } from '../pipeline/consume-bench.ts';
import { type RunOptions, runConsumer } from './consumer-run.ts';
import type { ConsumerSample } from './consumer-sample.ts';

/** One write of the effect as DynamoDB gets it, with the name by which the consumer declared the table. */
export type SentWrite = {
  readonly kind: Exclude<TableAccess, 'get'>;
  readonly table: string;
  readonly item?: Item;
  readonly key?: Key;
  /** The values of its expressions. */
  readonly values?: { readonly [placeholder: string]: unknown };
};

export type Delivered = {
  /** `failed`: the message is seen again; `done`: an earlier delivery committed the marker. */
  readonly outcome: 'applied' | 'duplicate' | 'stale' | 'rejected' | 'done' | 'failed';
  /** The code of a rejection or of a failure. */
  readonly code: string | undefined;
  readonly writes: readonly SentWrite[];
  readonly published: readonly { readonly type: string; readonly subject: string | undefined; readonly data: unknown }[];
  /** Which access to which declared table was used, for example `Ledger get`. */
  readonly used: readonly string[];
  /** The actions of the last transaction that was sent, in their order. */
  readonly actions: Actions;
};

/** What the consumer does with this event. Reads are answered from the sample's `given`; each delivery stands on its own. */
export async function deliver(consumer: Consumer, sample: ConsumerSample, options: RunOptions = {}): Promise<Delivered> {
  const { answer, transactions, reads, counted } = await runConsumer(consumer, [sample], options);
  const actions = transactions.at(-1) ?? [];
  const marker = actions[0]?.Put?.Item as Item | undefined;
  const failure = counted.lines.find(({ message }) => message === 'message failed');
  const sent = transactions.flatMap(writesOf);
  const own = reads.filter(({ table }) => table !== INBOX && table !== OUTBOX);
  const used = [...own.map(({ table }) => `${table} get`), ...sent.map(({ table, kind }) => `${table} ${kind}`)];
  const facts = { writes: writesOf(actions), published: publishedIn(actions), used, actions };
  if (answer.batchItemFailures.length > 0) return { outcome: 'failed', code: String(failure?.fields['code']), ...facts };
  if (counted.counted('MarkersFound') > 0) return { outcome: 'done', code: undefined, ...facts };
  return { outcome: marker?.['outcome'] as Delivered['outcome'], code: marker?.['code'] as string | undefined, ...facts };
}

function writesOf(actions: Actions): SentWrite[] {
  return actions.map(sentWrite).filter(({ table }) => table !== INBOX && table !== OUTBOX);
}

function sentWrite({ Put: put, Update: update, Delete: remove, ConditionCheck: check }: Actions[number]): SentWrite {
  const action = put ?? update ?? remove ?? check;
  const table = declaredName(action?.TableName ?? '');
  const values = action?.ExpressionAttributeValues ?? {};
  if (put !== undefined) return { kind: 'put', table, item: put.Item as Item, values };
  const kind = update === undefined ? (remove === undefined ? 'check' : 'delete') : 'update';
  return { kind, table, key: (update ?? remove ?? check)?.Key as Key, values };
}

function publishedIn(actions: Actions): Delivered['published'] {
  const items = actions.flatMap(({ Put: put }) => (put?.TableName === OUTBOX ? [put.Item as Item] : []));
  return items.map(({ type, subject, codec, payload }) => ({
    type: type as string,
    subject: subject as string | undefined,
    data: JSON.parse(
      Buffer.from(decode({ provider: 'oncehook', codec: codec as string, payload: payload as Uint8Array }, noDictionaries)).toString(),
    ),
  }));
}
