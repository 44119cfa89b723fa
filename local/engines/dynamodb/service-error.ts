/** What the service answers with an error, and what this engine does not model. */
import type { JsonObject } from '../service-engine.ts';

export class ServiceError extends Error {
  readonly code: string;
  /** Further members of the answer, such as `CancellationReasons`. */
  readonly members: JsonObject;

  constructor(code: string, message: string, members: JsonObject = {}) {
    // It is an answer and no fault: a simulation makes many, and nobody reads where in the code they were made.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'ServiceError';
    this.code = code;
    this.members = members;
  }
}

/** A request that real DynamoDB may know and this engine does not: never answered, so that nobody takes silence for agreement. */
export class UnmodelledError extends Error {
  constructor(what: string) {
    super(
      `The embedded DynamoDB does not model ${what}. Either the request is mistaken, or use DynamoDB Local (--engine real), or add it to local/engines/dynamodb/ with a case in test/conformance/.`,
    );
    this.name = 'UnmodelledError';
  }
}

export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

export function invalidParameter(message: string): ServiceError {
  return validation(`One or more parameter values were invalid: ${message}`);
}

export function conditionFailed(item: JsonObject | undefined): ServiceError {
  return new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', item === undefined ? {} : { Item: item });
}
