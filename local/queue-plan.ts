/** The queues of a template, as requests to create them: dead-letter queues first. */
import { LocalError } from './local-error.ts';
import { type Reading, type ResourceReading, resourcesOf } from './resources-of.ts';

export type QueuePlan = {
  readonly logicalId: string;
  readonly name: string;
  readonly url: string;
  readonly attributes: { readonly [name: string]: string };
};

const ATTRIBUTES = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
] as const;
/** SQS allows this many characters in a queue's name (CreateQueue API reference). */
const QUEUE_NAME_LENGTH_MAX = 80;

/** Throws `UNSUPPORTED_QUEUE` for a FIFO queue and for a name that SQS would refuse. */
export function queuePlans(reading: Reading): readonly QueuePlan[] {
  const plans = resourcesOf(reading, 'AWS::SQS::Queue').map((resource) => queuePlan(reading, resource));
  return plans.toSorted((one, other) => Number('RedrivePolicy' in one.attributes) - Number('RedrivePolicy' in other.attributes));
}

function queuePlan({ names }: Reading, { logicalId, property }: ResourceReading): QueuePlan {
  const name = names.name(logicalId);
  if (property('FifoQueue') === true) throw unsupported(logicalId, 'it is a FIFO queue; the product uses standard queues only');
  if (name.length > QUEUE_NAME_LENGTH_MAX) {
    throw unsupported(
      logicalId,
      `its local name ${name} has ${name.length} characters, SQS allows ${QUEUE_NAME_LENGTH_MAX}; give the construct a shorter id`,
    );
  }
  const attributes: Record<string, string> = {};
  for (const attribute of ATTRIBUTES) {
    const value = property(attribute);
    if (value !== undefined) attributes[attribute] = String(value);
  }
  const redrive = property('RedrivePolicy');
  if (redrive !== undefined) attributes['RedrivePolicy'] = JSON.stringify(redrive);
  return { logicalId, name, url: names.ref(logicalId), attributes };
}

function unsupported(logicalId: string, why: string): LocalError {
  return new LocalError('UNSUPPORTED_QUEUE', `The queue ${logicalId} cannot be run here: ${why}.`);
}
