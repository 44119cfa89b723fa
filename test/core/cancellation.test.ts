/** What a cancelled transaction means: every combination of reasons against a table written from the rule, not from the code. */
import { describe, expect, it } from '@jest/globals';
import { type ActionMeaning, type Decision, decide } from '../../lambdas/core/cancellation.ts';
import type { TransactionAnswer } from '../../lambdas/core/ports.ts';

const CONDITION = 'ConditionalCheckFailed';
const PASSING = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];
const FINAL = ['ValidationError', 'ItemCollectionSizeLimitExceeded', 'AccessDenied', 'DuplicateItem', 'SomethingNew'];
const CODES = ['None', CONDITION, ...PASSING, ...FINAL];
const MEANINGS: readonly ActionMeaning[] = ['retry', 'duplicate', 'stale', 'reject', 'never'];

/** One word for each decision, so that a table of them can be read. */
function wordFor(decision: Decision): string {
  if (decision.kind === 'condition') return `${decision.means}@${decision.index}`;
  return decision.kind;
}

function cancelledBy(...codes: readonly string[]): TransactionAnswer {
  return { kind: 'cancelled', reasons: codes.map((code) => ({ code })) };
}

function decided(codes: readonly string[], meanings: readonly ActionMeaning[]): string {
  return wordFor(decide(cancelledBy(...codes), meanings));
}

/**
 * The rule in its own order. A failed condition on the deduplicating put proves that the event is settled. What the same bytes
 * would get again is final. While the deduplicating put itself is contended nobody knows whether the event is settled. After that
 * the first failed condition speaks, and only when none did is a passing reason the whole reason.
 */
function expected(codes: readonly string[], meanings: readonly ActionMeaning[]): string {
  const [first = 'None'] = codes;
  if (first === CONDITION) return 'done';
  if (codes.some((code) => FINAL.includes(code))) return 'failed';
  if (PASSING.includes(first)) return 'again';
  for (const [index, code] of codes.entries()) {
    if (code === CONDITION) return meanings[index] === 'never' ? 'failed' : `${meanings[index]}@${index}`;
  }
  return codes.some((code) => PASSING.includes(code)) ? 'again' : 'failed';
}

describe('decide', () => {
  // crash matrix: ingest → tables | mixed reasons | only a failed condition at the event itself says duplicate
  it('decides each pair of reasons as the rule does', () => {
    const wrong: string[] = [];
    let pairs = 0;
    for (const first of CODES) {
      for (const second of CODES) {
        for (const means of MEANINGS) {
          pairs += 1;
          const [word, right] = [decided([first, second], ['done', means]), expected([first, second], ['done', means])];
          if (word !== right) wrong.push(`[${first}, ${second}] with ${means}: ${word} instead of ${right}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(pairs).toBe(CODES.length ** 2 * MEANINGS.length);
  });

  // crash matrix: ingest → tables | mixed reasons | only a failed condition at the event itself says duplicate
  it('decides each triple of reasons as the rule does', () => {
    const wrong: string[] = [];
    for (const codes of CODES.flatMap((a) => CODES.flatMap((b) => CODES.map((c) => [a, b, c])))) {
      for (const meanings of MEANINGS.flatMap((b) => MEANINGS.map((c): ActionMeaning[] => ['done', b, c]))) {
        const [word, right] = [decided(codes, meanings), expected(codes, meanings)];
        if (word !== right) wrong.push(`[${codes}] with ${meanings}: ${word} instead of ${right}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  // The lines of the table that have cost other people money, spelled out.
  it.each([
    ['an event that stands already is settled, whatever else failed', [CONDITION, 'TransactionConflict'], 'done'],
    ['a conflict on the event itself proves nothing', ['TransactionConflict', 'None'], 'again'],
    ['a conflict on the event itself proves nothing, even beside a failed condition', ['TransactionConflict', CONDITION], 'again'],
    ['throttling is no duplicate', ['ThrottlingError', 'ThrottlingError'], 'again'],
    ['a duplicate natural key is a duplicate', ['None', CONDITION], 'duplicate@1'],
    ['a request that is not valid is no duplicate', ['ValidationError', 'None'], 'failed'],
    ['a cancellation without any reason decides nothing', ['None', 'None'], 'failed'],
  ])('%s', (_, codes, word) => {
    expect(decided(codes, ['done', 'duplicate'])).toBe(word);
  });

  it('hands on the item that stands in the table, for its fingerprint', () => {
    const answer: TransactionAnswer = {
      kind: 'cancelled',
      reasons: [{ code: CONDITION, item: { pk: 'a', fingerprint: 'f' } }, { code: 'None' }],
    };
    expect(decide(answer, ['done', 'never'])).toEqual({ kind: 'done', item: { pk: 'a', fingerprint: 'f' } });
  });

  it('takes an answer without reasons for a failure', () => {
    expect(decide(cancelledBy(), ['done', 'never'])).toEqual({ kind: 'failed', code: 'NO_REASON', never: true });
  });

  it('takes more reasons than actions for a failure rather than for a meaning', () => {
    expect(decided(['None', 'None', CONDITION], ['done', 'stale'])).toBe('failed');
  });

  it.each([
    ['NOT_SENDABLE', true],
    ['ValidationException', true],
    ['IdempotentParameterMismatchException', true],
    ['SerializationException', true],
    ['ResourceNotFoundException', false],
    ['AccessDeniedException', false],
    ['UnrecognizedClientException', false],
  ])('does not try %s again, and says whether only a bug explains it: %s', (code, never) => {
    expect(decide({ kind: 'failed', code, cause: undefined }, ['done'])).toEqual({ kind: 'failed', code, never });
  });

  it.each([
    'TransactionInProgressException',
    'ThrottlingException',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'InternalServerError',
    'TimeoutError',
    'ECONNRESET',
    'EPIPE',
    'UNKNOWN',
    'SomethingNew',
  ])('sends the same bytes again after %s, since nobody knows whether they were applied', (code) => {
    expect(decide({ kind: 'failed', code, cause: undefined }, ['done'])).toEqual({ kind: 'again', code });
  });

  it('knows a commit', () => {
    expect(decide({ kind: 'committed' }, ['done', 'reject'])).toEqual({ kind: 'committed' });
  });
});
