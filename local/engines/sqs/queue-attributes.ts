/** The attributes of a queue that can be set: their ranges, their defaults, and the redrive policy. */
import type { JsonObject } from '../service-engine.ts';
import { isObject, type Range } from './read-input.ts';
import { invalidValue, notModelled, SqsError } from './sqs-error.ts';

export type RedrivePolicy = { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };

export type QueueAttributes = {
  readonly DelaySeconds: number;
  readonly MaximumMessageSize: number;
  readonly MessageRetentionPeriod: number;
  readonly ReceiveMessageWaitTimeSeconds: number;
  readonly VisibilityTimeout: number;
  readonly redrive: RedrivePolicy | undefined;
};

type NumberName = Exclude<keyof QueueAttributes, 'redrive'>;

/** CreateQueue API reference: range and default of each. */
const NUMBERS: { readonly [name in NumberName]: Range & { readonly normally: number } } = {
  DelaySeconds: { min: 0, max: 900, normally: 0 },
  MaximumMessageSize: { min: 1_024, max: 1_048_576, normally: 1_048_576 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, normally: 345_600 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, normally: 0 },
  VisibilityTimeout: { min: 0, max: 43_200, normally: 30 },
};
const NUMBER_NAMES = Object.keys(NUMBERS) as readonly NumberName[];

/** What SQS knows and the engine does not: a queue that has one of them would behave otherwise. */
const NOT_MODELLED: ReadonlySet<string> = new Set([
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'Policy',
  'RedriveAllowPolicy',
  'SqsManagedSseEnabled',
]);

/** CreateQueue API reference, `RedrivePolicy`. */
const RECEIVES: Range = { min: 1, max: 1_000 };

export const defaultAttributes: QueueAttributes = {
  ...(Object.fromEntries(NUMBER_NAMES.map((name) => [name, NUMBERS[name].normally])) as Record<NumberName, number>),
  redrive: undefined,
};

/** The attributes with some of them set anew. `exists` says whether an ARN is that of a queue. Throws `SqsError`. */
export function withAttributes(present: QueueAttributes, changes: unknown, exists: (arn: string) => boolean): QueueAttributes {
  if (!isObject(changes)) throw invalidValue('Attributes', changes, 'Must be an object');
  let changed = present;
  for (const [name, value] of Object.entries(changes)) {
    if (NOT_MODELLED.has(name)) throw notModelled(`the queue attribute ${name}`);
    if (name === 'RedrivePolicy') changed = { ...changed, redrive: readRedrive(value, exists) };
    else if (name in NUMBERS) changed = { ...changed, [name]: readNumber(name as NumberName, value) };
    else throw new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
  return changed;
}

/** As the service writes them: all texts. */
export function attributeTexts({ redrive, ...numbers }: QueueAttributes): { readonly [name: string]: string } {
  const texts = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)]));
  return redrive === undefined ? texts : { ...texts, RedrivePolicy: JSON.stringify(redrive) };
}

function readNumber(name: NumberName, value: unknown): number {
  const { min, max } = NUMBERS[name];
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new SqsError(
    'InvalidAttributeValue',
    `Invalid value for the parameter ${name}. Received ${String(value)}; allowed are ${min} to ${max}.`,
  );
}

/** An empty text takes the policy away. */
function readRedrive(value: unknown, exists: (arn: string) => boolean): RedrivePolicy | undefined {
  if (value === '') return undefined;
  const { deadLetterTargetArn, maxReceiveCount, ...more } = parsed(value);
  if (Object.keys(more).length > 0) throw invalidValue('RedrivePolicy', value, `Unknown member ${Object.keys(more)[0]}`);
  if (typeof deadLetterTargetArn !== 'string') throw invalidValue('RedrivePolicy', value, 'Must name a deadLetterTargetArn');
  const count = Number(maxReceiveCount);
  if (!Number.isInteger(count) || count < RECEIVES.min || count > RECEIVES.max)
    throw invalidValue('RedrivePolicy', value, `maxReceiveCount must be between ${RECEIVES.min} and ${RECEIVES.max}`);
  if (!exists(deadLetterTargetArn)) throw invalidValue('RedrivePolicy', value, 'Dead letter target does not exist');
  return { deadLetterTargetArn, maxReceiveCount: count };
}

function parsed(value: unknown): JsonObject {
  try {
    const read: unknown = JSON.parse(String(value));
    if (isObject(read)) return read;
  } catch {
    // Refused below, like a text that is JSON and no object.
  }
  throw invalidValue('RedrivePolicy', value, 'Must be a JSON object');
}
