/** The queues of the engine, and the operations on a queue as a whole. */
import type { JsonObject } from '../service-engine.ts';
import { defaultAttributes, withAttributes } from './queue-attributes.ts';
import type { MessagePorts } from './queue-messages.ts';
import { onlyMembers, text, texts } from './read-input.ts';
import { notModelled, SqsError } from './sqs-error.ts';
import { createQueue, describeQueue, type QueueIdentity, type SqsQueue } from './sqs-queue.ts';

/** Where queues are said to live: part of each ARN and URL. */
export type QueueHome = { readonly accountId: string; readonly region: string; readonly endpoint: string };

/** A name is free again, and a queue can be purged again, after this time (DeleteQueue and PurgeQueue API references). */
const QUIET_MILLIS = 60_000;
const NAME = /^[A-Za-z0-9_-]{1,80}$/;

export class QueueRegistry {
  readonly #ports: MessagePorts;
  readonly #home: QueueHome;
  readonly #queues = new Map<string, SqsQueue>();
  readonly #deletedAtMillis = new Map<string, number>();

  constructor(ports: MessagePorts, home: QueueHome) {
    this.#ports = ports;
    this.#home = home;
  }

  /** By the last part of its URL, whichever host it names. Throws `QueueDoesNotExist`. */
  byUrl(input: JsonObject): SqsQueue {
    const url = text(input, 'QueueUrl');
    return this.byName(url.slice(url.lastIndexOf('/') + 1));
  }

  byName(name: string): SqsQueue {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw new SqsError('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  byArn(arn: string): SqsQueue | undefined {
    const queue = this.#queues.get(arn.slice(arn.lastIndexOf(':') + 1));
    return queue?.arn === arn ? queue : undefined;
  }

  /** The queues whose dead-letter queue has this ARN. */
  sourcesOf(arn: string): readonly SqsQueue[] {
    return [...this.#queues.values()].filter(({ attributes }) => attributes.redrive?.deadLetterTargetArn === arn);
  }

  create(input: JsonObject): JsonObject {
    onlyMembers('CreateQueue', input, ['QueueName', 'Attributes']);
    const name = text(input, 'QueueName');
    if (name.endsWith('.fifo')) throw notModelled('FIFO queues');
    if (!NAME.test(name))
      throw new SqsError('InvalidParameterValue', 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.');
    const existing = this.#queues.get(name);
    const attributes = this.#changed(existing?.attributes ?? defaultAttributes, input);
    if (existing !== undefined) {
      if (JSON.stringify(attributes) !== JSON.stringify(existing.attributes))
        throw new SqsError('QueueNameExists', `A queue named ${name} exists with another value of one of these attributes.`);
      return { QueueUrl: existing.url };
    }
    if (this.#ports.clock.nowMillis() - (this.#deletedAtMillis.get(name) ?? Number.NEGATIVE_INFINITY) < QUIET_MILLIS)
      throw new SqsError(
        'QueueDeletedRecently',
        'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
      );
    const queue = createQueue(this.#identity(name), attributes, this.#ports);
    this.#queues.set(name, queue);
    return { QueueUrl: queue.url };
  }

  url(input: JsonObject): JsonObject {
    onlyMembers('GetQueueUrl', input, ['QueueName']);
    return { QueueUrl: this.byName(text(input, 'QueueName')).url };
  }

  list(input: JsonObject): JsonObject {
    onlyMembers('ListQueues', input, ['QueueNamePrefix']);
    const prefix = input['QueueNamePrefix'] ?? '';
    const names = [...this.#queues.keys()].filter((name) => name.startsWith(String(prefix))).sort();
    // Without MaxResults SQS answers with at most this many and no token (ListQueues API reference).
    return names.length === 0 ? {} : { QueueUrls: names.slice(0, 1_000).map((name) => this.byName(name).url) };
  }

  describe(input: JsonObject): JsonObject {
    onlyMembers('GetQueueAttributes', input, ['QueueUrl', 'AttributeNames']);
    const queue = this.byUrl(input);
    const wanted = texts(input, 'AttributeNames');
    const all = describeQueue(queue);
    const unknown = wanted.find((name) => name !== 'All' && !KNOWN.has(name));
    if (unknown !== undefined) throw new SqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
    const shown = Object.entries(all).filter(([name]) => wanted.includes('All') || wanted.includes(name));
    return shown.length === 0 ? {} : { Attributes: Object.fromEntries(shown) };
  }

  change(input: JsonObject): JsonObject {
    onlyMembers('SetQueueAttributes', input, ['QueueUrl', 'Attributes']);
    const queue = this.byUrl(input);
    queue.attributes = this.#changed(queue.attributes, input);
    queue.modifiedAtMillis = this.#ports.clock.nowMillis();
    queue.messages.setRetention(queue.attributes.MessageRetentionPeriod * 1000);
    return {};
  }

  purge(input: JsonObject): JsonObject {
    onlyMembers('PurgeQueue', input, ['QueueUrl']);
    const queue = this.byUrl(input);
    const nowMillis = this.#ports.clock.nowMillis();
    if (nowMillis - queue.purgedAtMillis < QUIET_MILLIS)
      throw new SqsError('PurgeQueueInProgress', `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`);
    queue.purgedAtMillis = nowMillis;
    queue.messages.purge();
    return {};
  }

  delete(input: JsonObject): JsonObject {
    onlyMembers('DeleteQueue', input, ['QueueUrl']);
    const { name } = this.byUrl(input);
    this.#queues.delete(name);
    this.#deletedAtMillis.set(name, this.#ports.clock.nowMillis());
    return {};
  }

  #changed(present: SqsQueue['attributes'], input: JsonObject): SqsQueue['attributes'] {
    return withAttributes(present, input['Attributes'] ?? {}, (arn) => this.byArn(arn) !== undefined);
  }

  #identity(name: string): QueueIdentity {
    const { accountId, region, endpoint } = this.#home;
    return { name, arn: `arn:aws:sqs:${region}:${accountId}:${name}`, url: `${endpoint}/${accountId}/${name}` };
  }
}

/** What may be asked for; an attribute that a queue has not is left out of the answer. */
const KNOWN: ReadonlySet<string> = new Set([
  'QueueArn',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'RedrivePolicy',
  ...Object.keys(defaultAttributes).filter((name) => name !== 'redrive'),
]);
