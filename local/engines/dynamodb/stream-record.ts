/** A change of an item as GetRecords gives it. */
import type { JsonObject } from '../service-engine.ts';
import type { StreamEntry, TableStream } from './table-stream.ts';

/** Sequence numbers have at least 21 digits (API reference, StreamRecord). */
const SEQUENCE_DIGITS = 20;
/** An event id has 32 digits; half of them tell one stream from another. */
const SALTED_DIGITS = 16;

export function streamRecord(stream: TableStream, entry: StreamEntry, region: string): JsonObject {
  const { viewType } = stream.settings;
  const { before, after, sequence } = entry;
  const number = sequenceNumber(sequence);
  return {
    eventID: `${stream.settings.salt}${sequence.toString(16).padStart(SALTED_DIGITS, '0')}`,
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb: {
      // To the second, as AWS gives it.
      ApproximateCreationDateTime: Math.floor(entry.createdAtMillis / 1000),
      Keys: entry.key,
      ...(after !== undefined && (viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES') ? { NewImage: after } : {}),
      ...(before !== undefined && (viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES') ? { OldImage: before } : {}),
      SequenceNumber: number,
      SizeBytes: entry.bytes,
      StreamViewType: viewType,
    },
    ...(entry.cause === 'expiry' ? { userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' } } : {}),
  };
}

export function sequenceNumber(sequence: number): string {
  return `1${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`;
}
