/** The services of one simulated world on the embedded engines, watched: every commit and every refusal is seen as it happens. */
import { createDynamoDbEngine, type DynamoDbEngine } from '../../local/engines/dynamodb/dynamodb-engine.ts';
import type { JsonObject, ServiceAnswer } from '../../local/engines/service-engine.ts';
import { createSqsEngine, type SqsEngine } from '../../local/engines/sqs/sqs-engine.ts';
import { createCommitWatch } from './commit-watch.ts';
import { codeOf, errorAnswer, type ServiceCall } from './service-call.ts';
import type { SentMessage } from './sighting.ts';
import type { SimContext } from './sim-context.ts';

export type SimulatedCloud = {
  readonly dynamo: DynamoDbEngine;
  readonly sqs: SqsEngine;
  /** Carries a call out now. Rejects for what the engines do not model. */
  perform(by: string, call: ServiceCall): Promise<ServiceAnswer>;
  putSecret(secretId: string, text: string): void;
};

/** How long a transaction holds its items at intensity 1. */
const OVERLAP_MILLIS = 8;

export function createSimulatedCloud(context: SimContext): SimulatedCloud {
  const { time, faults } = context;
  const random = context.random.fork('engines');
  const overlap = context.random.fork('overlap');
  const dynamo = createDynamoDbEngine({
    clock: time,
    random,
    transactionMillis: () =>
      faults.hit('transactions overlap') ? overlap.between(1, OVERLAP_MILLIS * faults.intensity('transactions overlap')) : 0,
    staleReadMillis: () => (faults.hit('store reads the past') ? overlap.between(1, 2_000) : 0),
    recordDelayMillis: () => {
      if (!faults.hit('stream record late')) return 0;
      const delayMillis = overlap.between(100, 5_000);
      time.after(delayMillis + 1, () => context.see({ kind: 'record appeared' }));
      return delayMillis;
    },
    shards: random.between(1, 4),
  });
  const sqs = createSqsEngine({
    clock: time,
    random,
    behaviour: { duplicateFraction: () => (faults.hit('message twice') ? 1 : 0), reorder: true },
  });
  const secrets = new Map<string, string>();
  const seeCommit = createCommitWatch(context);
  /** CloudWatch's metric of a queue: some minutes late, or not there. */
  const oldest = (input: JsonObject): ServiceAnswer => {
    const late = faults.hit('metric late or silent') ? overlap.between(1, 10) * 60 : 0;
    const seconds = sqs.oldestSeconds(queueName(input)) - late;
    return { status: 200, body: late > 0 && seconds <= 0 ? {} : { Seconds: Math.max(0, seconds) } };
  };
  const performOn = async ({ service, operation, input }: ServiceCall): Promise<ServiceAnswer> => {
    if (service === 'dynamodb') return dynamo.perform(operation, input);
    if (service === 'sqs') return sqs.perform(operation, input);
    if (service === 'cloudwatch') return oldest(input);
    const text = secrets.get(String(input['SecretId']));
    return text === undefined ? errorAnswer('ResourceNotFoundException') : { status: 200, body: { SecretString: text } };
  };
  return {
    dynamo,
    sqs,
    putSecret: (secretId, text) => {
      secrets.set(secretId, text);
    },
    perform: async (by, call) => {
      const answer = await performOn(call);
      const code = codeOf(answer);
      if (code !== undefined)
        context.see({ kind: 'refused', by, operation: call.operation, code, message: String(answer.body['message'] ?? '') });
      else if (call.service === 'dynamodb') seeCommit(by, call.operation, call.input);
      else if (call.service === 'sqs') seeQueueCall({ context, by }, call, answer);
      return answer;
    },
  };
}

type Named = { readonly Id?: string; readonly MessageBody?: string };

type Seeing = { readonly context: SimContext; readonly by: string };

function seeQueueCall({ context, by }: Seeing, { operation, input }: ServiceCall, { body }: ServiceAnswer): void {
  const queue = queueName(input);
  if (operation === 'SendMessage') context.see({ kind: 'messages sent', by, queue, messages: [messageOf(input)] });
  if (operation === 'SendMessageBatch') {
    const taken = new Set(((body['Successful'] ?? []) as readonly Named[]).map(({ Id }) => Id));
    const messages = (input['Entries'] as readonly Named[]).filter(({ Id }) => taken.has(Id)).map(messageOf);
    context.see({ kind: 'messages sent', by, queue, messages });
  }
  if (operation === 'ChangeMessageVisibility') context.see({ kind: 'message hidden', queue, seconds: Number(input['VisibilityTimeout']) });
}

/** The first `id` and `address` of the text are the message's own; what the provider wrote comes after them. */
function messageOf({ MessageBody = '' }: Named): SentMessage {
  const member = (name: string) => new RegExp(`"${name}":"([^"]*)"`).exec(MessageBody)?.[1] ?? '';
  return { address: member('address'), eventKey: member('id') };
}

function queueName(input: JsonObject): string {
  return (
    String(input['QueueUrl'] ?? '')
      .split('/')
      .at(-1) ?? ''
  );
}
