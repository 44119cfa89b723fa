/** The real randomness and the real clock keep what their ports promise. */
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';

describe('systemRandom', () => {
  it('gives a fresh version 4 UUID each time', () => {
    const uuids = Array.from({ length: 100 }, () => systemRandom.uuid());
    expect(new Set(uuids).size).toBe(100);
    for (const uuid of uuids) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('gives fractions from 0 to less than 1, all over', () => {
    const fractions = Array.from({ length: 1000 }, () => systemRandom.fraction());
    expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...fractions)).toBeLessThan(1);
    expect(new Set(fractions.map((fraction) => Math.floor(fraction * 4))).size).toBe(4);
  });
});

describe('systemClock', () => {
  it('moves on by what it sleeps', async () => {
    const before = systemClock.nowMillis();
    await systemClock.sleep(20);
    expect(systemClock.nowMillis() - before).toBeGreaterThanOrEqual(19);
  });

  it('wakes early and without an error where it is told to', async () => {
    const before = systemClock.nowMillis();
    const waking = new AbortController();
    const asleep = systemClock.sleep(60_000, waking.signal);
    waking.abort();
    await asleep;
    expect(systemClock.nowMillis() - before).toBeLessThan(5_000);
  });
});
