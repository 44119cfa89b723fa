/** A failing message comes back twelve times over more than an hour, and never waits without end. */
import { describe, expect, it } from '@jest/globals';
import { RECEIVES_MAX, REDELIVERY_CAP_SECONDS } from '../../lambdas/core/limits.ts';
import { redeliverySeconds } from '../../lambdas/core/redelivery.ts';

const waits = (fraction: number) => Array.from({ length: RECEIVES_MAX - 1 }, (_, index) => redeliverySeconds(index + 1, fraction));
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe('redeliverySeconds', () => {
  it('spreads twelve receives over more than an hour, at the lowest jitter too', () => {
    expect(sum(waits(0))).toBeGreaterThan(3600);
  });

  it('starts within seconds and never waits less than the time before', () => {
    expect(waits(0)[0]).toBe(5);
    expect(waits(0)).toEqual([...waits(0)].sort((left, right) => left - right));
  });

  it.each([0, 0.5, 0.999_999])('stays within its cap with the fraction %d, for any receive count', (fraction) => {
    const all = [-1, 0, 1, 2, 8, 12, 13, 100, 1000, Number.MAX_SAFE_INTEGER].map((receives) => redeliverySeconds(receives, fraction));
    expect(Math.max(...all)).toBeLessThanOrEqual(REDELIVERY_CAP_SECONDS);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(5);
    expect(all.every(Number.isSafeInteger)).toBe(true);
  });

  it('lets messages that failed together come back apart', () => {
    expect(new Set([0, 0.25, 0.5, 0.75, 0.999].map((fraction) => redeliverySeconds(6, fraction))).size).toBe(5);
  });
});
