/** A record of a table's stream as Lambda hands it to a function. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { _Record } from '@aws-sdk/client-dynamodb-streams';
import { REGION } from './physical-names.ts';

export type StreamRecord = {
  readonly sequenceNumber: string;
  /** When it was first read here: DynamoDB Local cuts the creation time down to the minute, so ages are counted from this. */
  readonly arrivedAtMillis: number;
  /** Records of one item stay in order; this names the item. */
  readonly itemKey: string;
  /** About how many bytes it takes in the invocation's JSON. */
  readonly bytes: number;
  /** The record itself. */
  readonly lambda: object;
};

/** Around the images of a record, and the growth of binary values that become base64 text. */
const ENVELOPE_BYTES = 600;
const BASE64_GROWTH = 4 / 3;

export function streamRecord(record: _Record, streamArn: string, arrivedAtMillis: number): StreamRecord {
  const {
    Keys,
    NewImage,
    OldImage,
    SequenceNumber = '',
    SizeBytes = 0,
    StreamViewType,
    ApproximateCreationDateTime,
  } = record.dynamodb ?? {};
  const keys = image(Keys ?? {});
  return {
    sequenceNumber: SequenceNumber,
    arrivedAtMillis,
    itemKey: JSON.stringify(keys),
    bytes: ENVELOPE_BYTES + Math.ceil(SizeBytes * BASE64_GROWTH),
    lambda: {
      eventID: record.eventID,
      eventName: record.eventName,
      eventVersion: record.eventVersion,
      eventSource: 'aws:dynamodb',
      // DynamoDB Local says `ddblocal` here and in the ARN.
      awsRegion: REGION,
      dynamodb: {
        ApproximateCreationDateTime: (ApproximateCreationDateTime?.getTime() ?? 0) / 1000,
        Keys: keys,
        ...(NewImage === undefined ? {} : { NewImage: image(NewImage) }),
        ...(OldImage === undefined ? {} : { OldImage: image(OldImage) }),
        SequenceNumber,
        SizeBytes,
        StreamViewType,
      },
      eventSourceARN: streamArn,
      ...(record.userIdentity === undefined
        ? {}
        : { userIdentity: { type: record.userIdentity.Type, principalId: record.userIdentity.PrincipalId } }),
    },
  };
}

function image(attributes: { readonly [name: string]: AttributeValue }): { readonly [name: string]: object } {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attribute(value)]));
}

/** Binary values are base64 text in Lambda's JSON; everything else is DynamoDB's own JSON. */
function attribute(value: AttributeValue): object {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.M !== undefined) return { M: image(value.M) };
  if (value.L !== undefined) return { L: value.L.map(attribute) };
  return value;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
