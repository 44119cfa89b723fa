/** Batches are as few and as full as SQS allows. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BATCH_BYTES_MAX, BATCH_ENTRIES_MAX } from '../../lambdas/core/limits.ts';
import { packBatches } from '../../lambdas/pipeline/pack-batches.ts';

const bytesOf = (batch: readonly { readonly bytes: number }[]) => batch.reduce((sum, { bytes }) => sum + bytes, 0);

describe('packBatches', () => {
  it('keeps every message once and in order, ten a batch at most and 900 KB at most', () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: BATCH_BYTES_MAX })), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, (bytes) => {
        const messages = bytes.map((size, index) => ({ bytes: size, index }));
        const batches = packBatches(messages);
        expect(batches.flat()).toEqual(messages);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(BATCH_ENTRIES_MAX);
          expect(bytesOf(batch)).toBeLessThanOrEqual(BATCH_BYTES_MAX);
        }
      }),
      { seed: 20_261_123, numRuns: 500 },
    );
  });

  it('starts a batch only where the next message does not fit', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: BATCH_BYTES_MAX }), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, (bytes) => {
        const batches = packBatches(bytes.map((size) => ({ bytes: size })));
        for (const [index, batch] of batches.entries()) {
          const next = batches[index + 1]?.[0];
          if (next !== undefined) expect(batch.length === BATCH_ENTRIES_MAX || bytesOf(batch) + next.bytes > BATCH_BYTES_MAX).toBe(true);
        }
      }),
      { seed: 20_261_123, numRuns: 500 },
    );
  });

  it('fills a batch to the last byte', () => {
    const half = { bytes: BATCH_BYTES_MAX / 2 };
    expect(packBatches([half, half, half])).toHaveLength(2);
    expect(packBatches([half, { bytes: BATCH_BYTES_MAX / 2 + 1 }])).toHaveLength(2);
  });

  it('lets a message that is too large for any batch stand alone', () => {
    const large = { bytes: BATCH_BYTES_MAX + 1 };
    expect(packBatches([{ bytes: 1 }, large, { bytes: 1 }])).toEqual([[{ bytes: 1 }], [large], [{ bytes: 1 }]]);
  });

  it('makes no batch of nothing', () => {
    expect(packBatches([])).toEqual([]);
  });
});
