/** A script of requests to SQS, and what came of it in a form that two implementations can be compared by: no ids, no handles, no texts of errors. */
import type { JsonObject, ServiceAnswer, ServiceEngine } from '../../local/engines/service-engine.ts';

export type QueueName = 'work' | 'dead';

/** A message is known by its body, which is another one for each message of a script. */
export type Step =
  | { readonly kind: 'ask'; readonly operation: string; readonly input: JsonObject }
  | { readonly kind: 'receive'; readonly queue?: QueueName; readonly input?: JsonObject }
  | ({ readonly kind: 'delete' } & Handle)
  | ({ readonly kind: 'hide'; readonly seconds: number } & Handle)
  | { readonly kind: 'counts'; readonly queue?: QueueName }
  /** Visible, in flight and delayed in one number. */
  | { readonly kind: 'sum' }
  | { readonly kind: 'pass'; readonly seconds: number };

/**
 * That of the latest receive of a message, or of the one so many receives earlier; or that of one of the messages that are hidden from
 * others at that time, and then nothing is done where there is none.
 */
export type Handle = { readonly body: string; readonly earlier?: number } | { readonly hidden: number; readonly earlier?: number };

export type Subject = {
  readonly engine: ServiceEngine;
  /** Moves the time the engine goes by. */
  pass(seconds: number): void;
};

export const DEAD_LETTER_ARN = 'arn:aws:sqs:us-east-1:000000000000:dead';
export const WORK_ARN = DEAD_LETTER_ARN.replace('dead', 'work');
const VISIBILITY_SECONDS = 30;
/** Two receives. */
const REDRIVE = JSON.stringify({ deadLetterTargetArn: DEAD_LETTER_ARN, maxReceiveCount: 2 });

export const urlOf = (queue: QueueName) => `http://127.0.0.1/000000000000/${queue}`;
export const send = (body: string, more: JsonObject = {}): Step => ask('SendMessage', { MessageBody: body, ...more });
export const ask = (operation: string, input: JsonObject = {}): Step => ({ kind: 'ask', operation, input });

/** One outcome a step; `undefined` for what cannot be compared or was not done. */
export async function runScript({ engine, pass }: Subject, steps: readonly Step[]): Promise<readonly unknown[]> {
  await engine.perform('CreateQueue', { QueueName: 'dead' });
  await engine.perform('CreateQueue', { QueueName: 'work', Attributes: { RedrivePolicy: REDRIVE } });
  const script = new Script(engine, pass);
  const outcomes: unknown[] = [];
  for (const one of steps) outcomes.push(await script.step(one));
  return outcomes;
}

type Received = { readonly queue: QueueName; readonly handles: readonly string[]; hiddenUntilSeconds: number };

class Script {
  readonly #engine: ServiceEngine;
  readonly #pass: (seconds: number) => void;
  readonly #received = new Map<string, Received>();
  #passedSeconds = 0;

  constructor(engine: ServiceEngine, pass: (seconds: number) => void) {
    this.#engine = engine;
    this.#pass = pass;
  }

  async step(one: Step): Promise<unknown> {
    switch (one.kind) {
      case 'pass':
        this.#passedSeconds += one.seconds;
        return this.#pass(one.seconds);
      case 'ask':
        return outcomeOf(await this.#perform(one.operation, one.input));
      case 'receive':
        return await this.#receive(one.queue ?? 'work', one.input ?? {});
      case 'delete':
        return await this.#withHandle(one, 'DeleteMessage', {});
      case 'hide': {
        const outcome = await this.#withHandle(one, 'ChangeMessageVisibility', { VisibilityTimeout: one.seconds });
        const received = this.#receivedBy(one);
        if (received !== undefined) received.hiddenUntilSeconds = this.#passedSeconds + one.seconds;
        return outcome;
      }
      case 'counts':
        return await this.#counts(one.queue ?? 'work');
      case 'sum':
        return (await this.#counts('work')).reduce((sum, count) => sum + count, 0);
    }
  }

  #perform(operation: string, input: JsonObject): Promise<ServiceAnswer> {
    return this.#engine.perform(operation, { QueueUrl: urlOf('work'), ...input });
  }

  async #receive(queue: QueueName, input: JsonObject): Promise<unknown> {
    const request = { MaxNumberOfMessages: 10, AttributeNames: ['All'], QueueUrl: urlOf(queue), ...input };
    const answer = await this.#perform('ReceiveMessage', request);
    if (answer.status >= 300) return outcomeOf(answer);
    const hiddenUntilSeconds = this.#passedSeconds + Number(input['VisibilityTimeout'] ?? VISIBILITY_SECONDS);
    for (const { Body, ReceiptHandle } of messagesOf(answer)) {
      const before = this.#received.get(Body);
      const handles = [...(before?.queue === queue ? before.handles : []), ReceiptHandle];
      this.#received.set(Body, { queue, handles, hiddenUntilSeconds });
    }
    return messagesOf(answer).map(messageView).toSorted(byBody);
  }

  async #withHandle(handle: Handle, operation: string, more: JsonObject): Promise<unknown> {
    const received = this.#receivedBy(handle);
    if (received === undefined) return undefined;
    const ReceiptHandle = received.handles.at(-1 - (handle.earlier ?? 0));
    if (ReceiptHandle === undefined) return undefined;
    return outcomeOf(await this.#perform(operation, { QueueUrl: urlOf(received.queue), ReceiptHandle, ...more }));
  }

  #receivedBy(handle: Handle): Received | undefined {
    if ('body' in handle) return this.#received.get(handle.body);
    // In the order of their bodies: in which order a queue offers messages is nobody's promise.
    const bodies = [...this.#received.keys()].toSorted();
    const received = bodies.map((body) => this.#received.get(body) as Received);
    const hidden = received.filter(({ hiddenUntilSeconds }) => hiddenUntilSeconds > this.#passedSeconds);
    return hidden[handle.hidden % hidden.length];
  }

  async #counts(queue: QueueName): Promise<readonly number[]> {
    const { body } = await this.#perform('GetQueueAttributes', { QueueUrl: urlOf(queue), AttributeNames: ['All'] });
    const attributes = body['Attributes'] as Record<string, string>;
    return ['', 'NotVisible', 'Delayed'].map((part) => Number(attributes[`ApproximateNumberOfMessages${part}`]));
  }
}

type MessageJson = { readonly Body: string; readonly ReceiptHandle: string; readonly Attributes?: JsonObject };

function messagesOf({ body }: ServiceAnswer): readonly MessageJson[] {
  return (body['Messages'] ?? []) as MessageJson[];
}

/** Whether there is an id and a handle is compared, and what they are is not. Who sent it is the engine's own affair. */
function messageView({ ReceiptHandle, Attributes, ...more }: MessageJson): JsonObject & { readonly Body: string } {
  const { SenderId, ...attributes } = Attributes ?? {};
  return {
    ...more,
    MessageId: 'an id',
    ReceiptHandle: ReceiptHandle === '' ? 'none' : 'a handle',
    Attributes: { ...attributes, SenderId: typeof SenderId },
  };
}

const byBody = (one: { readonly Body: string }, other: { readonly Body: string }) => (one.Body < other.Body ? -1 : 1);

/** What is made up freely by an engine is replaced, however deep it stands. */
function outcomeOf({ status, body }: ServiceAnswer): unknown {
  if (status >= 300) return { error: String(body['__type']).split('#').at(-1) };
  return JSON.parse(JSON.stringify(body), (name, value) => {
    if (['MessageId', 'QueueUrl', 'ReceiptHandle', 'TaskHandle'].includes(name)) return typeof value;
    if (name === 'QueueUrls') return (value as string[]).map((url) => url.split('/').at(-1));
    return name === 'Message' ? undefined : value;
  });
}
