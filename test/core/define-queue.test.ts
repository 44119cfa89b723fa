/** A queue that somebody else reads is declared as shortly as it can be, and checked like any consumer. */
import { describe, expect, it } from '@jest/globals';
import { defineQueue } from '../../lambdas/core/define-queue.ts';

const search = { name: 'search', subscribes: { stripe: ['*'] } };

describe('defineQueue', () => {
  it('gives a consumer of the first epoch that nothing waits for', () => {
    expect(defineQueue(search)).toEqual({ ...search, epoch: 1, settled: false });
    expect(defineQueue({ ...search, epoch: 3 })).toMatchObject({ epoch: 3 });
  });

  it.each([
    ['a name with capitals', { name: 'Search' }, 'Queue "Search": a name is'],
    ['the name of the quarantine', { name: 'quarantine' }, 'is taken'],
    ['epoch 0', { epoch: 0 }, 'the epoch is a whole number from 1; received 0'],
    ['no subscription', { subscribes: {} }, 'subscribes to nothing'],
  ])('refuses %s', (_, given, says) => {
    expect(() => defineQueue({ ...search, ...given })).toThrow(says);
  });
});
