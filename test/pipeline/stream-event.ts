/** The event of a stream's mapping, as Lambda hands it over: attribute values in JSON, binary as base64. */
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { Item } from '../../lambdas/core/ports.ts';

type Image = { readonly [name: string]: { readonly [type: string]: unknown } };

/** The new image of an item, through JSON as on its way to the function. */
export function imageOf(item: Item): Image {
  const asJson = (_: string, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value);
  // A Buffer has a toJSON of its own that runs before the replacer sees it.
  const plain = Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, value instanceof Uint8Array ? new Uint8Array(value) : value]),
  );
  return JSON.parse(JSON.stringify(marshall(plain), asJson));
}

/** One record; its sequence number is `seq-{number}`. */
export function insertRecord(item: Item, number: number): DynamoDBRecord {
  return {
    eventID: `event-${number}`,
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    eventSourceARN: 'arn:aws:dynamodb:us-east-1:123456789012:table/outbox/stream/2026-11-23T00:00:00.000',
    dynamodb: {
      ApproximateCreationDateTime: 1_795_472_700,
      Keys: { pk: { S: String(item['pk']) }, sk: { S: String(item['sk']) } },
      NewImage: imageOf(item) as NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>,
      SequenceNumber: `seq-${number}`,
      SizeBytes: 1000,
      StreamViewType: 'NEW_IMAGE',
    },
  };
}

export function streamEvent(records: readonly DynamoDBRecord[]): DynamoDBStreamEvent {
  return { Records: [...records] };
}
