/** The event of a queue's mapping, as Lambda hands it over. */
import type { SQSEvent, SQSRecord } from 'aws-lambda';

/** One record for each body, named `m0`, `m1` … */
export function sqsEvent(bodies: readonly string[], receives = 1): SQSEvent {
  return { Records: bodies.map((body, index) => sqsRecord(body, index, receives)) };
}

function sqsRecord(body: string, index: number, receives: number): SQSRecord {
  return {
    messageId: `m${index}`,
    receiptHandle: `receipt-${index}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: '1795472700000',
      SenderId: 'AROAEXAMPLE:oncehook-relay',
      ApproximateFirstReceiveTimestamp: '1795472700100',
    },
    messageAttributes: {},
    md5OfBody: '00000000000000000000000000000000',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:oncehook-test',
    awsRegion: 'us-east-1',
  };
}
