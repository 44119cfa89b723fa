/** A queue that somebody else reads, filled by the relay with copies, and readers that are ended between their commit and their delete. */
import { type ChildProcess, spawn } from 'node:child_process';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createSqsQueues } from '../../lambdas/aws/sqs-queues.ts';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import { noDictionaries } from '../../lambdas/core/dictionary.ts';
import { type OutboxRecord, outboxItem } from '../../lambdas/core/outbox.ts';
import { createRelay } from '../../lambdas/pipeline/relay.ts';
import { createDynamoDbEngine } from '../../local/engines/dynamodb/dynamodb-engine.ts';
import { startEmbeddedServer } from '../../local/engines/embedded-server.ts';
import { createSqsEngine } from '../../local/engines/sqs/sqs-engine.ts';
import { createKeyedTable } from '../pipeline/keyed-table.ts';
import { lambdaContext } from '../pipeline/lambda-context.ts';
import { recordedTelemetry } from '../pipeline/recorded-telemetry.ts';
import { insertRecord, streamEvent } from '../pipeline/stream-event.ts';

export type ForeignQueue = {
  readonly url: string;
  readonly endpoint: string;
  /** Stores the records and has the relay send them, so many times each. */
  deliver(records: readonly OutboxRecord[], times: number): Promise<void>;
  /**
   * Runs readers until the queue is empty: each is ended when it wants to delete its message of the number given for it (from 1), before
   * anything is deleted; the last ones, without a number, run to the end, side by side.
   */
  readBy(start: () => readonly string[], ends: readonly (number | undefined)[]): Promise<void>;
  stop(): Promise<void>;
};

/** Long enough for a transaction, short enough for a test. */
const VISIBILITY_SECONDS = 1;
const WAIT_MILLIS_MAX = 30_000;
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export async function openForeignQueue(environment: { readonly [name: string]: string }): Promise<ForeignQueue> {
  const ports = { clock: systemClock, random: systemRandom };
  const sqs = createSqsEngine(ports);
  const readers = new Map<ChildProcess, { readonly endAt: number | undefined; deletes: number }>();
  /** Only one reader at a time has a number. */
  const endsNow = () => {
    for (const [reader, course] of readers) {
      course.deletes += 1;
      if (course.deletes === course.endAt) return reader.kill('SIGKILL');
    }
    return false;
  };
  const ending: typeof sqs = {
    ...sqs,
    perform: (operation, input) =>
      operation === 'DeleteMessage' && endsNow() ? new Promise(() => undefined) : sqs.perform(operation, input),
  };
  const server = await startEmbeddedServer({ dynamodb: createDynamoDbEngine(ports), sqs: ending, ...ports });
  const settings = { region: 'us-east-1', endpoint: server.url, credentials: CREDENTIALS };
  const client = new SQSClient(settings);
  const dynamodb = new DynamoDBClient(settings);
  await createKeyedTable(dynamodb, 'Outbox', { sorted: true });
  const attributes = { VisibilityTimeout: String(VISIBILITY_SECONDS) };
  const url = String((await client.send(new CreateQueueCommand({ QueueName: 'warehouse', Attributes: attributes }))).QueueUrl);
  const relay = createRelay(
    { queueUrls: { warehouse: url }, dictionaryOf: noDictionaries },
    { queues: createSqsQueues(client), ...ports, telemetry: recordedTelemetry() },
  );
  const run = (command: readonly string[], endAt: number | undefined) => {
    const [program = '', ...argv] = command;
    const reader = spawn(program, argv, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        AWS_ENDPOINT_URL: server.url,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        // The SDK goes where the URL of the queue leads.
        QUEUE_URL: url.replace(/^https:\/\/[^/]+/, server.url),
        ...environment,
      },
    });
    readers.set(reader, { endAt, deletes: 0 });
    return new Promise<void>((resolve) => {
      reader.once('exit', () => {
        readers.delete(reader);
        resolve();
      });
    });
  };
  return {
    url,
    endpoint: server.url,
    deliver: async (records, times) => {
      const documents = DynamoDBDocumentClient.from(dynamodb);
      for (const record of records) await documents.send(new PutCommand({ TableName: 'Outbox', Item: outboxItem(record) }));
      const event = streamEvent(records.map((record, index) => insertRecord(outboxItem(record), index)));
      for (let sent = 0; sent < times; sent += 1)
        await relay(
          event,
          lambdaContext(() => 30_000),
        );
    },
    readBy: async (start, ends) => {
      for (const endAt of ends.filter((end) => end !== undefined)) await run(start(), endAt);
      const last = ends.filter((end) => end === undefined).map(() => run(start(), undefined));
      await emptied(client, url);
      for (const reader of readers.keys()) reader.kill('SIGKILL');
      await Promise.all(last);
    },
    stop: async () => {
      client.destroy();
      dynamodb.destroy();
      await server.stop();
    },
  };
}

async function emptied(client: SQSClient, QueueUrl: string): Promise<void> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const endMillis = systemClock.nowMillis() + WAIT_MILLIS_MAX;
  for (;;) {
    const { Attributes = {} } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }));
    if (AttributeNames.every((name) => Attributes[name] === '0')) return;
    if (systemClock.nowMillis() > endMillis) throw new Error(`The queue was not read empty: ${JSON.stringify(Attributes)}`);
    await systemClock.sleep(50);
  }
}
