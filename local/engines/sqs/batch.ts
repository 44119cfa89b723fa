/** The entries of a batch request: the rules they share, and one answer for each of them. */
import type { JsonObject } from '../service-engine.ts';
import { isObject } from './read-input.ts';
import { missingParameter, SqsError } from './sqs-error.ts';

/** SQS quotas, "Message quotas". */
const ENTRIES_MAX = 10;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

/** Throws `SqsError` for what makes SQS refuse the batch as a whole. */
export function readBatch(input: JsonObject): readonly JsonObject[] {
  const entries: unknown = input['Entries'] ?? [];
  if (!Array.isArray(entries) || !entries.every(isObject)) throw missingParameter('Entries');
  if (entries.length === 0) throw new SqsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > ENTRIES_MAX)
    throw new SqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${ENTRIES_MAX}. You have sent ${entries.length}.`,
    );
  const ids = new Set<unknown>();
  for (const { Id } of entries) {
    if (typeof Id !== 'string' || !ENTRY_ID.test(Id))
      throw new SqsError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    if (ids.has(Id)) throw new SqsError('BatchEntryIdsNotDistinct', `Id ${Id} repeated.`);
    ids.add(Id);
  }
  return entries;
}

/** Does each entry for itself: what is refused for one says nothing about the others. */
export function answerEach(entries: readonly JsonObject[], perform: (entry: JsonObject) => JsonObject): JsonObject {
  const Successful: JsonObject[] = [];
  const Failed: JsonObject[] = [];
  for (const entry of entries) {
    const { Id } = entry;
    try {
      Successful.push({ Id, ...perform(entry) });
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}
