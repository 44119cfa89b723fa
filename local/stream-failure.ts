/** The message that tells a failure destination of records given up: where they are in the stream, never what they hold. */
import { randomUUID } from 'node:crypto';
import type { GivenUp } from './stream-lane.ts';

export type FailureOf = {
  readonly functionArn: string;
  readonly streamArn: string;
  readonly shardId: string;
  readonly nowMillis: number;
};

/** The text Lambda sends to a queue (developer guide, "Retain discarded records for a DynamoDB event source"). */
export function streamFailure(
  { records, condition, invocations }: GivenUp,
  { functionArn, streamArn, shardId, nowMillis }: FailureOf,
): string {
  const [first, last] = [records[0], records.at(-1)];
  const iso = (millis: number | undefined) => new Date(millis ?? nowMillis).toISOString();
  return JSON.stringify({
    requestContext: { requestId: randomUUID(), functionArn, condition, approximateInvokeCount: invocations },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: iso(nowMillis),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: iso(first?.arrivedAtMillis),
      approximateArrivalOfLastRecord: iso(last?.arrivedAtMillis),
      batchSize: records.length,
      streamArn,
    },
  });
}
