/** One invocation of a consumer's function with the messages of these samples; DynamoDB commits everything it is not told to refuse. */
import type { SQSBatchResponse } from 'aws-lambda';
import type { Consumer } from '../../lambdas/core/contracts.ts';
import { type ConsumeBench, createConsumeBench } from '../pipeline/consume-bench.ts';
import { type ConsumerSample, eventKeyOf, messageOf } from './consumer-sample.ts';

export type RunOptions = {
  /** What DynamoDB answers to each transaction; without it everything is committed. Conditions are not evaluated. */
  readonly refuse?: Error;
  /** Keeps the transaction tokens of two runs apart. */
  readonly run?: number;
};

export type ConsumerRun = ConsumeBench & { readonly answer: SQSBatchResponse };

/** A batch of one message for each sample; what the samples are `given` stands in the tables. */
export async function runConsumer(consumer: Consumer, samples: readonly ConsumerSample[], options: RunOptions = {}): Promise<ConsumerRun> {
  const bench = createConsumeBench({
    consumer: answered(consumer, samples),
    run: options.run ?? 0,
    transact: () => {
      if (options.refuse !== undefined) throw options.refuse;
    },
    read: ({ table, key }) =>
      samples.flatMap(({ given }) => given?.[table] ?? []).find(({ pk, sk }) => pk === key['pk'] && sk === key['sk']),
  });
  const answer = await bench.consume(samples.map((sample) => messageOf(sample, `${consumer.name}@${consumer.epoch}`)));
  return { ...bench, answer };
}

/** Sends nothing elsewhere: the answers stand in the samples. */
function answered(consumer: Consumer, samples: readonly ConsumerSample[]): Consumer {
  const { prepare } = consumer;
  if (prepare === undefined) return consumer;
  const answers = new Map<string, unknown>();
  return {
    ...consumer,
    prepare: (event, tools) => {
      answers.set(tools.idempotencyKey(), samples.find((sample) => eventKeyOf(sample) === event.id)?.performed);
      return prepare(event, tools);
    },
    perform: (_, tools) => answers.get(tools.idempotencyKey()),
  };
}
