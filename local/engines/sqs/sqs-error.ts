/** What SQS answers when it refuses a request, and what this engine does when it cannot know what SQS would answer. */
import { LocalError } from '../../local-error.ts';
import type { ServiceAnswer } from '../service-engine.ts';

/** A refusal under the name of the API reference. */
export class SqsError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'SqsError';
    this.code = code;
  }
}

export function missingParameter(parameter: string): SqsError {
  return new SqsError('MissingParameter', `The request must contain the parameter ${parameter}.`);
}

export function invalidValue(parameter: string, value: unknown, reason: string): SqsError {
  return new SqsError('InvalidParameterValue', `Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}.`);
}

/** The engine stops instead of guessing: a silent success would be a test that shows nothing. */
export function notModelled(what: string): LocalError {
  return new LocalError(
    'NOT_MODELLED',
    `The embedded SQS does not model ${what}. Leave it out, add it to local/engines/sqs/, or use the real engines (--engine real).`,
  );
}

export function errorAnswer(error: SqsError): ServiceAnswer {
  return { status: 400, body: { __type: `com.amazonaws.sqs#${error.code}`, message: error.message } };
}

/** Errors whose older name, from the query protocol, differs from the present one only by this prefix. */
const PREFIXED: ReadonlySet<string> = new Set([
  'BatchEntryIdsNotDistinct',
  'BatchRequestTooLong',
  'EmptyBatchRequest',
  'InvalidBatchEntryId',
  'MessageNotInflight',
  'PurgeQueueInProgress',
  'QueueDeletedRecently',
  'TooManyEntriesInBatchRequest',
  'UnsupportedOperation',
]);

/** The value of the header `x-amzn-query-error`, by which SDK clients also know an error under its older name. */
export function queryErrorHeader(code: string): string {
  if (code === 'QueueDoesNotExist') return 'AWS.SimpleQueueService.NonExistentQueue;Sender';
  if (code === 'QueueNameExists') return 'QueueAlreadyExists;Sender';
  return `${PREFIXED.has(code) ? 'AWS.SimpleQueueService.' : ''}${code};Sender`;
}
