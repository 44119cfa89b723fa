/** A verdict as a person reads it and as a program does. */
import type { Reading } from '../lambdas/core/provider.ts';
import { meaningOf } from './reason-words.ts';
import type { Cause } from './signature-causes.ts';
import { tableText } from './table-text.ts';
import { providerEventId } from './vector.ts';
import type { Judgement } from './verify-request.ts';

export type Explained = {
  readonly provider: string;
  readonly judgement: Judgement;
  readonly causes: readonly Cause[];
  /** What a valid request of this provider still does not prove. */
  readonly needsFetch: string | undefined;
};

export function verifyLines(explained: Explained): readonly string[] {
  const { judgement } = explained;
  return judgement.valid ? validLines(judgement.secretId, judgement.readings, explained) : refusedLines(judgement.reason, explained.causes);
}

function validLines(secretId: string, readings: readonly Reading[], { needsFetch }: Explained): readonly string[] {
  const partial = readings.map(signedFieldsOf).find((fields) => fields.length > 0) ?? [];
  return [
    `valid, signed with the secret ${secretId}`,
    '',
    ...(readings.length === 0
      ? ['There is no event in it: ingest keeps it in quarantine.']
      : tableText(['identity', 'event id', 'type', 'subject', 'mode', 'authenticity'], readings.map(row))),
    ...(partial.length === 0 ? [] : ['', `Signed are these fields alone: ${partial.join(', ')}.`]),
    ...(needsFetch === undefined ? [] : ['', needsFetch]),
  ];
}

function row(reading: Reading): readonly string[] {
  if (reading.kind === 'odd') return ['-', '-', '-', '-', '-', `quarantine: ${reading.reason}`];
  const { identity, type, subject, mode, authenticity } = reading;
  return [identity, providerEventId(reading) ?? '-', type, subject ?? '-', mode ?? '-', authenticity];
}

function signedFieldsOf(reading: Reading): readonly string[] {
  return reading.kind === 'event' ? (reading.signedFields ?? []) : [];
}

function refusedLines(reason: string, causes: readonly Cause[]): readonly string[] {
  return [
    `not valid: ${reason}`,
    meaningOf(reason),
    '',
    ...(causes.length === 0 ? NOTHING_FOUND : ['Likely causes:', ...causes.map(({ text }) => `- ${text}`)]),
  ];
}

const NOTHING_FOUND = [
  'No usual change explains it: another form of the body, the secret, the URL or the headers was tried. What is left: the secret belongs to another',
  'endpoint, account or mode (test, live); or the bytes are not those that were sent. Capture them before anything parses them.',
];

/** One document; members may be added in a later release, none is renamed or removed. */
export function verifyJson({ provider, judgement, causes, needsFetch }: Explained): string {
  const document = judgement.valid
    ? {
        provider,
        valid: true,
        reason: null,
        secretId: judgement.secretId,
        events: judgement.readings.map(eventJson),
        causes,
        ...noteOf(needsFetch),
      }
    : { provider, valid: false, reason: judgement.reason, meaning: meaningOf(judgement.reason), events: [], causes };
  return JSON.stringify(document, null, 2);
}

function noteOf(needsFetch: string | undefined): object {
  return needsFetch === undefined ? {} : { needsFetch };
}

function eventJson(reading: Reading): object {
  if (reading.kind === 'odd') return { quarantine: reading.reason };
  const { identity, type, subject, occurredAt, account, mode, authenticity, signedFields } = reading;
  return { identity, eventId: providerEventId(reading), type, subject, occurredAt, account, mode, authenticity, signedFields };
}
