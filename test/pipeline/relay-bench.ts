/** A relay function over a stubbed SQS and a virtual clock. */
import {
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  type SendMessageBatchCommandOutput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { createSqsQueues } from '../../lambdas/aws/sqs-queues.ts';
import { noDictionaries } from '../../lambdas/core/dictionary.ts';
import { type OutboxRecord, outboxItem } from '../../lambdas/core/outbox.ts';
import { createRelay } from '../../lambdas/pipeline/relay.ts';
import { outboxRecord } from '../core/outbox-record.ts';
import { countedRandom } from './counted-random.ts';
import { lambdaContext } from './lambda-context.ts';
import { type RecordedTelemetry, recordedTelemetry } from './recorded-telemetry.ts';
import { insertRecord, streamEvent } from './stream-event.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

type Answer = Pick<SendMessageBatchCommandOutput, 'Successful' | 'Failed'>;

export type Call = { readonly queue: string; readonly atMillis: number; readonly input: SendMessageBatchCommandInput };

export type RelayOptions = {
  /** What a queue answers to its call of this number (from 0); everything is sent where it says nothing. */
  readonly answer?: (call: Call, calls: number) => Partial<Answer> | undefined | Promise<Partial<Answer> | undefined>;
  readonly queues?: readonly string[];
  readonly remainingMillis?: number;
  readonly clock?: VirtualClock;
};

export type RelayBench = {
  readonly clock: VirtualClock;
  readonly counted: RecordedTelemetry;
  readonly calls: readonly Call[];
  /** The ids of the events in the messages that a queue took, in the order in which it took them. */
  sentTo(queue: string): string[];
  relay(records: readonly DynamoDBRecord[]): Promise<DynamoDBBatchResponse>;
};

const urlOf = (queue: string) => `https://sqs.us-east-1.amazonaws.com/123456789012/${queue}`;

export function createRelayBench(options: RelayOptions = {}): RelayBench {
  const clock = options.clock ?? createVirtualClock();
  const startMillis = clock.nowMillis();
  const counted = recordedTelemetry();
  const calls: Call[] = [];
  const taken: { readonly queue: string; readonly id: string }[] = [];
  mockClient(SQSClient)
    .on(SendMessageBatchCommand)
    .callsFake(async (input: SendMessageBatchCommandInput): Promise<Answer> => {
      const call = { queue: String(input.QueueUrl).split('/').at(-1) ?? '', atMillis: clock.nowMillis() - startMillis, input };
      calls.push(call);
      const answer = (await options.answer?.(call, calls.length - 1)) ?? everythingSent(input);
      const successful = new Set(answer.Successful?.map(({ Id: id }) => id));
      for (const { Id: id, MessageBody: body } of input.Entries ?? []) {
        if (successful.has(id)) taken.push({ queue: call.queue, id: JSON.parse(body ?? '').id });
      }
      return { Successful: answer.Successful, Failed: answer.Failed };
    });
  const queues = options.queues ?? ['ledger', 'receipts'];
  const handler = createRelay(
    { queueUrls: Object.fromEntries(queues.map((queue) => [queue, urlOf(queue)])), dictionaryOf: noDictionaries },
    { queues: createSqsQueues(new SQSClient({ region: 'us-east-1' })), clock, random: countedRandom(), telemetry: counted },
  );
  return {
    clock,
    counted,
    calls,
    sentTo: (wanted) => taken.filter(({ queue }) => queue === wanted).map(({ id }) => id),
    relay: async (records) => {
      const endMillis = clock.nowMillis() + (options.remainingMillis ?? 60_000);
      return handler(
        streamEvent(records),
        lambdaContext(() => endMillis - clock.nowMillis()),
      );
    },
  };
}

export function everythingSent(input: SendMessageBatchCommandInput): Answer {
  return { Successful: input.Entries?.map(({ Id: id }) => ({ Id: id, MessageId: 'm', MD5OfMessageBody: '' })), Failed: undefined };
}

/** The record of an event `e{number}` for these addresses. */
export function recordFor(number: number, to: readonly string[], given: Partial<OutboxRecord> = {}): DynamoDBRecord {
  return insertRecord(outboxItem(outboxRecord('{"a":1}', { id: `e${number}`, correlationId: `e${number}`, to, ...given })), number);
}

/** So many records for these addresses. */
export function recordsFor(count: number, to: readonly string[]): DynamoDBRecord[] {
  return Array.from({ length: count }, (_, number) => recordFor(number, to));
}
