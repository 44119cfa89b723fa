/** StartMessageMoveTask and ListMessageMoveTasks: the redrive of a dead-letter queue. Here a task is over when it has been started. */
import type { JsonObject } from '../service-engine.ts';
import type { MessagePorts } from './queue-messages.ts';
import type { QueueRegistry } from './queue-registry.ts';
import { onlyMembers, text, wholeNumber } from './read-input.ts';
import { invalidValue, SqsError } from './sqs-error.ts';
import type { SqsQueue } from './sqs-queue.ts';
import { arriving, type StoredMessage } from './stored-message.ts';

type Task = { readonly sourceArn: string; readonly answer: JsonObject };

/** ListMessageMoveTasks API reference. */
const RESULTS = { min: 1, max: 10 };

export class MessageMoves {
  readonly #queues: QueueRegistry;
  readonly #ports: MessagePorts;
  readonly #tasks: Task[] = [];

  constructor(queues: QueueRegistry, ports: MessagePorts) {
    this.#queues = queues;
    this.#ports = ports;
  }

  /**
   * Moves what is visible in the dead-letter queue; where no destination is named, each message to the queue it came from. What was
   * moved counts as sent anew: another id, another time, no receives (SQS Developer Guide, "Configure a dead-letter queue redrive").
   */
  start(input: JsonObject): JsonObject {
    onlyMembers('StartMessageMoveTask', input, ['SourceArn', 'DestinationArn']);
    const source = this.#deadLetterQueue(text(input, 'SourceArn'));
    const destinationArn = input['DestinationArn'];
    if (destinationArn !== undefined) this.#queue(String(destinationArn), 'DestinationArn');
    const messages = source.messages.drain();
    const moved = messages.filter((message) => this.#move(message, destinationArn ?? message.deadLetterSourceArn));
    // What nobody knows where to move to stays where it is, and fails the task.
    for (const message of messages) if (!moved.includes(message)) source.messages.add(arriving(message), 0);
    const all = moved.length === messages.length;
    this.#tasks.unshift({
      sourceArn: source.arn,
      answer: {
        Status: all ? 'COMPLETED' : 'FAILED',
        SourceArn: source.arn,
        ...(destinationArn === undefined ? {} : { DestinationArn: destinationArn }),
        ApproximateNumberOfMessagesMoved: moved.length,
        ApproximateNumberOfMessagesToMove: messages.length,
        ...(all ? {} : { FailureReason: 'CouldNotDetermineMessageSource' }),
        StartedTimestamp: this.#ports.clock.nowMillis(),
      },
    });
    return { TaskHandle: Buffer.from(`${this.#ports.random.uuid()}/${source.arn}`).toString('base64') };
  }

  /** The newest first. */
  list(input: JsonObject): JsonObject {
    onlyMembers('ListMessageMoveTasks', input, ['SourceArn', 'MaxResults']);
    const { arn } = this.#queue(text(input, 'SourceArn'), 'SourceArn');
    const tasks = this.#tasks.filter(({ sourceArn }) => sourceArn === arn);
    return { Results: tasks.slice(0, wholeNumber(input, 'MaxResults', RESULTS) ?? 1).map(({ answer }) => answer) };
  }

  #move(message: StoredMessage, destinationArn: unknown): boolean {
    const destination = typeof destinationArn === 'string' ? this.#queues.byArn(destinationArn) : undefined;
    if (destination === undefined) return false;
    const nowMillis = this.#ports.clock.nowMillis();
    const { content } = message;
    const moved = arriving({ id: this.#ports.random.uuid(), content, sentAtMillis: nowMillis, arrivedAtMillis: nowMillis });
    destination.messages.add(moved, destination.attributes.DelaySeconds * 1000);
    return true;
  }

  #deadLetterQueue(arn: string): SqsQueue {
    const queue = this.#queue(arn, 'SourceArn');
    if (this.#queues.sourcesOf(arn).length > 0) return queue;
    throw invalidValue('SourceArn', arn, 'Source queue must be configured as a Dead Letter Queue');
  }

  #queue(arn: string, parameter: string): SqsQueue {
    const queue = this.#queues.byArn(arn);
    if (queue !== undefined) return queue;
    throw new SqsError('ResourceNotFoundException', `The resource that you specified for the ${parameter} parameter doesn't exist.`);
  }
}
