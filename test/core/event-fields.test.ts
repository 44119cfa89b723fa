import { describe, expect, it } from '@jest/globals';
import { readEvent } from '../../lambdas/core/event-fields.ts';

describe('reading an event', () => {
  it('lets a fault of the provider file out, so that it is not taken for an odd event', () => {
    const faulty = () => {
      throw new TypeError('a fault of ours');
    };
    expect(() => readEvent(Buffer.from('{}'), faulty)).toThrow('a fault of ours');
  });
});
