/** The embedded SQS beside `fauxqs`: alike wherever AWS's documents do not say that fauxqs is wrong, and there as the documents have it. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { CASES } from './sqs-cases.ts';
import { DIFFERENCES } from './sqs-differences.ts';
import { randomScripts } from './sqs-random-scripts.ts';
import { onEmbedded, onFauxqs } from './sqs-subjects.ts';

const REAL_TIMERS = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

beforeAll(() => {
  jest.useFakeTimers({ doNotFake: [...REAL_TIMERS] });
});
afterAll(() => {
  jest.useRealTimers();
});

describe('the embedded SQS and fauxqs answer alike', () => {
  it.each(CASES)('%s', async (_title, ...steps) => {
    expect(await onEmbedded(steps)).toEqual(await onFauxqs(steps));
  });

  it('to any sequence of requests about a handful of messages', async () => {
    const property = fc.asyncProperty(randomScripts, async (steps) => {
      expect(await onEmbedded(steps)).toEqual(await onFauxqs(steps));
    });
    await fc.assert(property, { seed: 20_261_125, numRuns: 200 });
  });
});

describe('the embedded SQS and fauxqs differ, as listed', () => {
  it.each(DIFFERENCES)('$title', async ({ steps, embedded, fauxqs }) => {
    expect(embedded).not.toEqual(fauxqs);
    expect({ embedded: (await onEmbedded(steps)).at(-1), fauxqs: (await onFauxqs(steps)).at(-1) }).toEqual({ embedded, fauxqs });
  });

  it('and each difference names the document that decides', () => {
    expect(DIFFERENCES.filter(({ document }) => !/^(?:Amazon SQS|Amazon CloudWatch)/.test(document))).toEqual([]);
  });
});
