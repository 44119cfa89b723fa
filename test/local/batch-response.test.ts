/** What a function's answer says about its batch, by the tables of the Lambda developer guide. */
import { describe, expect, it } from '@jest/globals';
import { batchOutcome } from '../../local/batch-response.ts';

const batch = ['a', 'b', 'c'];
const answered = (payload: unknown) => batchOutcome({ ok: true, payload }, true, batch);

describe('with ReportBatchItemFailures', () => {
  it.each([[null], [''], [{}], [{ batchItemFailures: null }], [{ batchItemFailures: [] }]])(
    '%j means that everything is done',
    (payload) => {
      expect(answered(payload)).toEqual({ kind: 'done' });
    },
  );

  it.each([
    ['a text', 'done'],
    ['a number', 7],
    ['a list that is none', { batchItemFailures: 'a' }],
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['no identifier', { batchItemFailures: [{ itemIdentifier: null }] }],
    ['a wrong member name', { batchItemFailures: [{ messageId: 'a' }] }],
    ['an entry that is null', { batchItemFailures: [null] }],
    [
      'an identifier that is not in the batch, beside one that is',
      { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'z' }] },
    ],
  ])('%s means that nothing is done', (_what, payload) => {
    expect(answered(payload)).toEqual({ kind: 'failed' });
  });

  it('names exactly what failed', () => {
    expect(answered({ batchItemFailures: [{ itemIdentifier: 'c' }, { itemIdentifier: 'a' }] })).toEqual({
      kind: 'partial',
      identifiers: new Set(['a', 'c']),
    });
  });
});

it('without ReportBatchItemFailures the answer is not looked at, only whether the function failed', () => {
  expect(batchOutcome({ ok: true, payload: { batchItemFailures: [{ itemIdentifier: 'a' }] } }, false, batch)).toEqual({ kind: 'done' });
  expect(batchOutcome({ ok: false, error: { errorType: 'Error', errorMessage: '' } }, false, batch)).toEqual({ kind: 'failed' });
});
