/** Which errors are final, and by what code each is known. */
import { describe, expect, it } from '@jest/globals';
import { errorCode, isRejected, RejectedError, RetryableError } from '../../lambdas/core/errors.ts';

describe('isRejected', () => {
  it('knows a rejection, also one of another copy of this module', () => {
    const foreign = Object.assign(new Error('final'), { name: 'RejectedError', code: 'NO_OBJECT' });
    expect([new RejectedError('NO_OBJECT', 'final'), foreign].map(isRejected)).toEqual([true, true]);
  });

  it.each([
    ['a retryable error', new RetryableError('BUSY', 'later')],
    ['a bug', new TypeError('undefined is not a function')],
    ['a text', 'RejectedError'],
    ['an object that is no error', { name: 'RejectedError', code: 'X' }],
    ['nothing', undefined],
  ])('takes %s for passing', (_, error) => {
    expect(isRejected(error)).toBe(false);
  });
});

describe('errorCode', () => {
  it.each([
    ['ours', new RetryableError('BUSY', 'later'), 'BUSY'],
    ['the network’s', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'ECONNRESET'],
    ['the SDK’s', Object.assign(new Error('slow down'), { name: 'ThrottlingException' }), 'ThrottlingException'],
    ['a bug’s', new TypeError('no'), 'TypeError'],
    ['a bare one', new Error('no'), 'UNKNOWN'],
    ['no error at all', 'no', 'UNKNOWN'],
  ])('of %s is a word for a metric', (_, error, code) => {
    expect(errorCode(error)).toBe(code);
  });

  it('keeps the cause, for whoever debugs', () => {
    const cause = new Error('reset');
    expect(new RetryableError('BUSY', 'later', { cause }).cause).toBe(cause);
    expect(new RejectedError('BAD', 'never', { cause }).cause).toBe(cause);
  });
});
