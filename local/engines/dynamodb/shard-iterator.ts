/** A place in a shard as an opaque text, good for fifteen minutes. */
import { ServiceError, validation } from './service-error.ts';

export type Position = {
  readonly arn: string;
  readonly shardId: string;
  /** The last sequence number that was read; undefined from the oldest record that is left. */
  readonly after: number | undefined;
};

/** API reference, GetRecords. */
const GOOD_FOR_MILLIS = 15 * 60 * 1000;

export function iteratorText({ arn, shardId, after }: Position, nowMillis: number): string {
  const place = Buffer.from(JSON.stringify([shardId, after ?? null, nowMillis])).toString('base64');
  return `${arn}|1|${place}`;
}

/** Throws `ExpiredIteratorException` for an old one. */
export function parseIterator(text: string, nowMillis: number): Position {
  const [arn = '', , place = ''] = text.split('|');
  const parsed = parsedPlace(place);
  if (parsed === undefined) throw validation('Invalid ShardIterator: it was not issued by GetShardIterator or GetRecords.');
  const [shardId, after, issuedAtMillis] = parsed;
  if (nowMillis - issuedAtMillis > GOOD_FOR_MILLIS)
    throw new ServiceError(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created at time ${issuedAtMillis} while right now it is ${nowMillis}, which is further in the future than the tolerated delay of ${GOOD_FOR_MILLIS} milliseconds.`,
    );
  return { arn, shardId, after: after ?? undefined };
}

function parsedPlace(place: string): readonly [string, number | null, number] | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(place, 'base64').toString('utf8'));
    return Array.isArray(parsed) && parsed.length === 3 ? (parsed as unknown as [string, number | null, number]) : undefined;
  } catch {
    return undefined;
  }
}
