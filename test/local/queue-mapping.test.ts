/** The mapping of a queue: a real SQS engine behind the front, a real function in a worker thread. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { startAwsFront } from '../../local/aws-front.ts';
import { startQueueEngine } from '../../local/engines/fauxqs.ts';
import { readFilters } from '../../local/filter-criteria.ts';
import { clientSettings } from '../../local/function-client.ts';
import type { QueueMappingPlan } from '../../local/mapping-plan.ts';
import { QueueMapping } from '../../local/queue-mapping.ts';
import { RecordedCalls } from '../../local/recorded-calls.ts';
import { Teardown } from '../../local/teardown.ts';
import { type SmallFunction, smallFunction } from './small-function.ts';

const plan: QueueMappingPlan = {
  kind: 'queue',
  logicalId: 'Mapping',
  functionId: 'ConsumeC3',
  sourceArn: 'arn:aws:sqs:us-east-1:000000000000:messages',
  queue: 'messages',
  batchSize: 10,
  windowSeconds: 0,
  reportsItemFailures: true,
  filters: [],
  enabled: true,
  concurrencyMax: undefined,
};
/** Logs each batch, then answers as the code says. */
const logging = (answer: string) => `exports.handler = async (event) => {
  console.log(JSON.stringify(event.Records.map((r) => r.body)));
  ${answer}
};`;

let teardown: Teardown;
let calls: RecordedCalls;
let client: SQSClient;
let endpoint: string;
let QueueUrl: string;

beforeEach(async () => {
  teardown = new Teardown();
  calls = new RecordedCalls();
  const engine = teardown.add(await startQueueEngine());
  endpoint = teardown.add(await startAwsFront({ service: 'sqs', engineUrl: engine.url, calls })).url;
  client = new SQSClient(clientSettings(engine.url, 'test'));
  QueueUrl = `${engine.url}/000000000000/messages`;
  await client.send(new CreateQueueCommand({ QueueName: 'messages', Attributes: { VisibilityTimeout: '1' } }));
});
afterEach(() => teardown.stop());

async function consume(code: string, changes: Partial<QueueMappingPlan> = {}, workersMax = 2): Promise<SmallFunction> {
  const small = smallFunction(code, { workersMax });
  await small.pool.start();
  const mapping = new QueueMapping(
    { ...plan, ...changes },
    { pool: small.pool, endpoints: { dynamodb: '', sqs: endpoint }, clock: systemClock },
  );
  await mapping.start();
  teardown.add({
    stop: async () => {
      mapping.stop();
      await small.pool.stop();
      await mapping.stopped();
    },
  });
  return small;
}

async function send(...bodies: string[]): Promise<void> {
  const Entries = bodies.map((MessageBody, index) => ({
    Id: String(index),
    MessageBody,
    MessageAttributes: { n: { DataType: 'Number', StringValue: `${index}` } },
  }));
  await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
}

async function left(): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }));
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
}

const batchesOf = (small: SmallFunction): string[][] =>
  small
    .log()
    .split('\n')
    .filter((line) => line.startsWith('['))
    .map((line) => JSON.parse(line));

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries += 1) {
    if (tries > 200) throw new Error('It did not come to that within ten seconds.');
    await wait(50);
  }
}

describe('a queue mapping', () => {
  it("hands over records as Lambda's, and its own calls are recorded under its function", async () => {
    const small = await consume('exports.handler = async (event) => console.log(JSON.stringify(event));');
    await send('{"a":1}');
    await until(async () => small.log() !== '' && (await left()) === 0);
    const [record] = JSON.parse(small.log()).Records;
    expect(record).toEqual({
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body: '{"a":1}',
      attributes: expect.objectContaining({ ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d+$/) }),
      messageAttributes: { n: { stringValue: '0', stringListValues: [], binaryListValues: [], dataType: 'Number' } },
      md5OfMessageAttributes: expect.any(String),
      md5OfBody: expect.any(String),
      eventSource: 'aws:sqs',
      eventSourceARN: plan.sourceArn,
      awsRegion: 'us-east-1',
    });
    const noted = calls.list().map(({ caller, action, resource }) => `${caller} ${action} ${resource}`);
    expect(noted.sort()).toEqual(['ConsumeC3 DeleteMessage messages', 'ConsumeC3 ReceiveMessage messages']);
  });

  // crash matrix: queue → consumer | partial failure | only the failed ones come again
  it('deletes what was done and leaves what failed to come again', async () => {
    const answer =
      "return { batchItemFailures: event.Records.filter((r) => r.body === 'bad' && r.attributes.ApproximateReceiveCount === '1').map((r) => ({ itemIdentifier: r.messageId })) };";
    const small = await consume(logging(answer));
    await send('good', 'bad', 'fine');
    await until(async () => batchesOf(small).length >= 2 && (await left()) === 0);
    expect(batchesOf(small).flat().sort()).toEqual(['bad', 'bad', 'fine', 'good']);
  });

  // crash matrix: queue → consumer | unreadable answer | nothing is deleted; all come again
  it.each([
    ['the function fails', "if (event.Records[0].attributes.ApproximateReceiveCount === '1') throw new Error('no');"],
    [
      'the answer names a message that was not in the batch',
      "if (event.Records[0].attributes.ApproximateReceiveCount === '1') return { batchItemFailures: [{ itemIdentifier: 'other' }] };",
    ],
  ])('deletes nothing where %s', async (_what, answer) => {
    const small = await consume(logging(answer));
    await send('one', 'two');
    await until(async () => (await left()) === 0 && batchesOf(small).flat().length === 4);
    expect(batchesOf(small).flat().sort()).toEqual(['one', 'one', 'two', 'two']);
  });

  it('deletes everything where the mapping does not ask for failed items', async () => {
    const small = await consume(logging('return { batchItemFailures: event.Records.map((r) => ({ itemIdentifier: r.messageId })) };'), {
      reportsItemFailures: false,
    });
    await send('one', 'two');
    await until(async () => (await left()) === 0);
    await wait(1_300);
    expect(batchesOf(small).flat()).toHaveLength(2);
  });

  it('hands over at most the batch size, and gathers for the batching window', async () => {
    const bodies = [...'abcdefghij'];
    await send(...bodies);
    const small = await consume(logging(''), { batchSize: 4 });
    await until(async () => (await left()) === 0);
    expect(batchesOf(small).every((batch) => batch.length <= 4)).toBe(true);
    expect(batchesOf(small).flat().sort()).toEqual(bodies);
  });

  it('gathers one batch out of several receives while its window is open', async () => {
    await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '30' } }));
    const small = await consume(logging(''), { batchSize: 20, windowSeconds: 2 });
    await send('a');
    await wait(300);
    await send('b', 'c');
    await until(async () => (await left()) === 0);
    expect(batchesOf(small)).toEqual([['a', 'b', 'c']]);
  });

  it('runs batches at the same time where there is a backlog, never more than its concurrency', async () => {
    await send(...'abcdefghij');
    const small = await consume(
      logging('await new Promise((resolve) => setTimeout(resolve, 300));'),
      { batchSize: 2, concurrencyMax: 2 },
      4,
    );
    let most = 0;
    await until(async () => {
      most = Math.max(most, small.pool.inFlight);
      return (await left()) === 0;
    });
    expect(most).toBe(2);
    expect(batchesOf(small).flat()).toHaveLength(10);
  });

  it('does not let a batch that hangs keep the next message waiting', async () => {
    const code =
      "exports.handler = async (event) => { console.log(JSON.stringify(event.Records.map((r) => r.body))); if (event.Records[0].body === 'hang') await new Promise(() => {}); };";
    const small = await consume(code);
    await send('hang');
    await until(() => batchesOf(small).length === 1);
    await send('next');
    await until(() => batchesOf(small).flat().includes('next'));
  });

  it('deletes unseen what its filter does not let through, as SQS mappings do', async () => {
    const filters = readFilters({ Filters: [{ Pattern: JSON.stringify({ body: { kind: ['wanted'] } }) }] });
    const small = await consume(logging(''), { filters });
    await send('{"kind":"wanted"}', '{"kind":"other"}', 'no json');
    await until(async () => (await left()) === 0);
    expect(batchesOf(small)).toEqual([['{"kind":"wanted"}']]);
  });

  it('goes on polling after its queue was deleted and made again', async () => {
    const small = await consume(logging(''));
    await client.send(new DeleteQueueCommand({ QueueUrl }));
    await wait(300);
    await client.send(new CreateQueueCommand({ QueueName: 'messages' }));
    await send('back');
    await until(() => batchesOf(small).flat().includes('back'));
  });
});
