/** Slots and shards: where an outbox item stands. */
import { describe, expect, it } from '@jest/globals';
import { OUTBOX_SHARDS, SLOT_SECONDS } from '../../lambdas/core/limits.ts';
import { isoTime, millisOf, outboxPartition, slotOf } from '../../lambdas/core/time.ts';

const at = (text: string) => Date.parse(text);

describe('slotOf', () => {
  it.each([
    ['2026-11-23T22:25:00.000Z', '2026-11-23T22:25Z'],
    ['2026-11-23T22:29:59.999Z', '2026-11-23T22:25Z'],
    ['2026-11-23T22:30:00.000Z', '2026-11-23T22:30Z'],
    ['2026-12-31T23:59:59.999Z', '2026-12-31T23:55Z'],
    ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00Z'],
  ])('puts %s into %s', (text, slot) => {
    expect(slotOf(at(text))).toBe(slot);
  });

  it('gives slots that sort as their times do', () => {
    const slots = Array.from({ length: 600 }, (_, index) => slotOf(at('2026-12-30T00:00:00.000Z') + index * SLOT_SECONDS * 1000));
    expect([...slots].sort()).toEqual(slots);
    expect(new Set(slots).size).toBe(600);
  });
});

describe('outboxPartition', () => {
  const millis = at('2026-11-23T22:25:00.000Z');

  it('names the slot and a shard of two digits, the same for each try of one event', () => {
    const partition = outboxPartition(millis, 'stripe#-#live#evt_1');
    expect(partition).toMatch(/^2026-11-23T22:25Z#(?:0\d|1[0-5])$/);
    expect(outboxPartition(millis + 299_999, 'stripe#-#live#evt_1')).toBe(partition);
  });

  it('spreads events of one slot evenly over all shards', () => {
    const counts = new Map<string, number>();
    for (let event = 0; event < 16_000; event += 1) {
      const partition = outboxPartition(millis, `stripe#-#live#evt_${event}`);
      counts.set(partition, (counts.get(partition) ?? 0) + 1);
    }
    expect(counts.size).toBe(OUTBOX_SHARDS);
    expect(Math.max(...counts.values())).toBeLessThan(1150);
    expect(Math.min(...counts.values())).toBeGreaterThan(850);
  });
});

describe('times as text', () => {
  it('writes UTC with milliseconds and reads it back', () => {
    expect(isoTime(1)).toBe('1970-01-01T00:00:00.001Z');
    expect(millisOf(isoTime(1_795_472_700_123))).toBe(1_795_472_700_123);
  });

  it('knows what is no time', () => {
    expect(millisOf('soon')).toBeUndefined();
    expect(millisOf('')).toBeUndefined();
  });
});
