/** What the fronts do to the calls of the functions and their mappings while the weather is bad; an operator's calls pass. */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { AwsCall } from '../../local/aws-call.ts';
import type { Intercept, Interception } from '../../local/aws-front.ts';
import type { InterceptWebhook } from '../../local/http-front.ts';
import type { Tally } from './tally.ts';
import type { CallFault, Weather } from './weather.ts';

export type SentBatch = { readonly queueUrl: string; readonly bodies: readonly string[] };

type Send = (batch: SentBatch) => Promise<unknown>;

export type HiddenMessage = { readonly queueUrl: string; readonly receiptHandle: string; readonly seconds: number };

/** What is done to queues behind the back of a function. */
type BehindTheBack = { readonly send: Send; readonly hide: (message: HiddenMessage) => Promise<unknown> };

export type WireFaults = {
  readonly intercept: Intercept;
  readonly interceptWebhook: InterceptWebhook;
  /** Until it is called, and after `end`, everything passes. */
  begin(queues: BehindTheBack): void;
  end(): void;
  /** While it is on, nothing can be sent to any queue. */
  setQueueOutage(on: boolean): void;
  /** A batch that was sent to a queue not long ago, for a second delivery. */
  someBatch(): SentBatch | undefined;
};

const WEBHOOK_CUT_PROBABILITY = 0.04;
/** Beyond the functions' own request timeout of two seconds at the upper end. */
const SLOW_MILLIS = [50, 2_600] as const;
const BATCHES_HELD = 50;
/** The product's own waits double up to a quarter of an hour; what happens after one does not depend on its length. */
const HIDDEN_SECONDS_MAX = 2;

export function createWireFaults(weather: Weather, tally: Tally): WireFaults {
  let queues: BehindTheBack | undefined;
  let isBad = false;
  let queuesOut = false;
  const batches: SentBatch[] = [];
  return {
    setQueueOutage: (on) => {
      queuesOut = on;
    },
    begin: (given) => {
      queues = given;
      isBad = true;
    },
    end: () => {
      isBad = false;
    },
    someBatch: () => batches[weather.whole(0, Math.max(0, batches.length - 1))],
    interceptWebhook: ({ routeKey }) => {
      if (!isBad || !weather.strikes(WEBHOOK_CUT_PROBABILITY)) return 'pass';
      tally.count(routeKey === 'POST /payments' ? 'payment answers lost' : 'webhook answers lost');
      return 'cut';
    },
    intercept: async (call) => {
      const batch = batchOf(call);
      if (batch !== undefined) batches.splice(0, batches.length >= BATCHES_HELD ? 1 : 0, batch);
      if (queues === undefined || call.caller === 'operator') return 'pass';
      if (!isBad) return hiddenForLong(call, queues);
      if (queuesOut && call.operation === 'SendMessageBatch') return failure(500, 'InternalFailure');
      const fault = weather.callFault();
      const interception = fault === undefined ? undefined : await FAULTS[fault](call, weather, queues.send);
      if (fault === undefined || interception === undefined) return hiddenForLong(call, queues);
      tally.count(fault);
      return interception;
    },
  };
}

/** A failed message comes back soon, so that the run need not wait for it. */
async function hiddenForLong({ operation, body }: AwsCall, { hide }: BehindTheBack): Promise<Interception> {
  if (operation !== 'ChangeMessageVisibility' || Number(body['VisibilityTimeout']) <= HIDDEN_SECONDS_MAX) return 'pass';
  const message = { queueUrl: String(body['QueueUrl']), receiptHandle: String(body['ReceiptHandle']), seconds: HIDDEN_SECONDS_MAX };
  try {
    await hide(message);
    return { answer: { status: 200, body: {} } };
  } catch {
    return failure(400, 'ReceiptHandleIsInvalid');
  }
}

const STORE_OPERATIONS = new Set(['TransactWriteItems', 'GetItem', 'Query', 'BatchGetItem', 'PutItem', 'UpdateItem']);

type Fault = (call: AwsCall, weather: Weather, send: Send) => Interception | undefined | Promise<Interception>;

/** Undefined where a fault does not exist for that call. Each error is one that AWS documents for the operation. */
const FAULTS: { readonly [fault in CallFault]: Fault } = {
  'cut-before': () => 'cut-before',
  'cut-after': () => 'cut-after',
  throttle: ({ service }) => failure(400, service === 'dynamodb' ? 'ThrottlingException' : 'RequestThrottled'),
  conflict: ({ operation, body }, weather) => {
    const items = body['TransactItems'];
    if (operation !== 'TransactWriteItems' || !Array.isArray(items)) return undefined;
    return conflict(items.length, weather.whole(0, items.length - 1));
  },
  'in-progress': ({ operation }) => (operation === 'TransactWriteItems' ? failure(400, 'TransactionInProgressException') : undefined),
  broken: ({ service }) => failure(500, service === 'dynamodb' ? 'InternalServerError' : 'InternalFailure'),
  slow: async (_, weather) => {
    await wait(weather.whole(...SLOW_MILLIS));
    return 'pass' as const;
  },
  // A permission that is missing for a moment, which the same request would get again: the message fails, or the webhook is 503. Not for
  // the relay's queues: what is refused there for good is given up and left to settlement.
  denied: ({ operation }) => (STORE_OPERATIONS.has(operation) ? failure(400, 'AccessDeniedException') : undefined),
  'partial-batch': (call, weather, send) => {
    const { operation, body } = call;
    if (operation !== 'SendMessageBatch' || !Array.isArray(body['Entries'])) return undefined;
    return partialBatch({ queueUrl: String(body['QueueUrl']), entries: body['Entries'] as readonly Entry[] }, weather, send);
  },
};

function failure(status: number, type: string): Interception {
  return { answer: { status, body: { __type: `com.amazonaws#${type}`, message: 'made by the chaos run' } } };
}

/** Nothing is forwarded, so nothing is done: what DynamoDB answers to one of two transactions that meet. DynamoDB Local never does. */
function conflict(actions: number, at: number): Interception {
  const CancellationReasons = Array.from({ length: actions }, (_, index) =>
    index === at ? { Code: 'TransactionConflict', Message: 'made by the chaos run' } : { Code: 'None' },
  );
  const message = `Transaction cancelled [${CancellationReasons.map(({ Code }) => Code).join(', ')}]`;
  const __type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException';
  return { answer: { status: 400, body: { __type, Message: message, message, CancellationReasons } } };
}

type Entry = { readonly Id: string; readonly MessageBody: string };

/** Some entries, all or none, are sent, and the answer says which. */
async function partialBatch(
  { queueUrl, entries }: { readonly queueUrl: string; readonly entries: readonly Entry[] },
  weather: Weather,
  send: Send,
): Promise<Interception> {
  const share = weather.whole(0, 4) / 4;
  const sent = entries.filter(() => weather.strikes(share));
  await send({ queueUrl, bodies: sent.map(({ MessageBody }) => MessageBody) });
  const Successful = sent.map(({ Id, MessageBody }) => ({ Id, MessageId: randomUUID(), MD5OfMessageBody: md5(MessageBody) }));
  const Failed = entries
    .filter((entry) => !sent.includes(entry))
    .map(({ Id }) => ({ Id, Code: 'InternalError', Message: 'made by the chaos run', SenderFault: false }));
  return { answer: { status: 200, body: { Successful, Failed } } };
}

/** The SDK compares it with what it sent. */
function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function batchOf({ operation, body, caller }: AwsCall): SentBatch | undefined {
  if (operation !== 'SendMessageBatch' || caller === 'operator' || !Array.isArray(body['Entries'])) return undefined;
  const bodies = (body['Entries'] as readonly Entry[]).map(({ MessageBody }) => MessageBody);
  return { queueUrl: String(body['QueueUrl']), bodies };
}
