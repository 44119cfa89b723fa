/** The windows of reconciliation: no second is left out, and none is compared while its webhook may still be on the way. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RECONCILE_GRACE_SECONDS, RECONCILE_STEP_SECONDS_MAX } from '../../lambdas/core/limits.ts';
import type { Window } from '../../lambdas/core/provider-api.ts';
import { listedFromSeconds, newestPart, requestFault, runIdOf, windowNameIn, windowOf } from '../../lambdas/core/reconciliation.ts';
import { RECONCILE_RUNS } from '../../lib/sizing.ts';

const START_SECONDS = Date.parse('2026-11-23T22:25:00Z') / 1000;
const DAY_SECONDS = 24 * 3600;

describe('The windows of the hourly runs', () => {
  const [{ hours }] = RECONCILE_RUNS;

  it('cover every second together, however late a run begins and where one or two are left out', () => {
    // Two hours and a half between two runs: the schedule of an hour with a run left out, and late by half of one.
    const delays = fc.array(fc.integer({ min: 0, max: 2.5 * 3600 * 1000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(delays, (millis) => {
        let nowMillis = START_SECONDS * 1000;
        let coveredTo = windowOf({ hours }, nowMillis).toSeconds;
        for (const delay of millis) {
          nowMillis += delay;
          const { fromSeconds, toSeconds } = windowOf({ hours }, nowMillis);
          expect(fromSeconds).toBeLessThanOrEqual(coveredTo);
          coveredTo = toSeconds;
        }
        expect(coveredTo).toBe(Math.floor(nowMillis / 1000) - RECONCILE_GRACE_SECONDS);
      }),
    );
  });

  it('end a quarter of an hour ago, and an exact window does not end later either', () => {
    const nowMillis = START_SECONDS * 1000 + 999;
    expect(windowOf({ hours }, nowMillis)).toEqual({ fromSeconds: START_SECONDS - 900 - hours * 3600, toSeconds: START_SECONDS - 900 });
    expect(windowOf({ fromSeconds: 5, toSeconds: START_SECONDS }, nowMillis)).toEqual({ fromSeconds: 5, toSeconds: START_SECONDS - 900 });
  });
});

describe('The steps of a run', () => {
  const windows = fc.tuple(fc.nat(40 * DAY_SECONDS), fc.integer({ min: 1, max: 40 * DAY_SECONDS }));
  const stepsOf = ({ fromSeconds, toSeconds }: Window, listedFrom: number) => {
    const steps: ReturnType<typeof newestPart>[] = [];
    for (let end = toSeconds; end > fromSeconds; end = (steps.at(-1) as Window).fromSeconds)
      steps.push(newestPart({ fromSeconds, toSeconds: end }, listedFrom));
    return steps;
  };

  it('follow each other without a gap from the end of the window to its beginning, and none is longer than a day', () => {
    fc.assert(
      fc.property(windows, fc.nat(60 * DAY_SECONDS), ([fromSeconds, length], listedFrom) => {
        const steps = stepsOf({ fromSeconds, toSeconds: fromSeconds + length }, listedFrom);
        expect(steps.at(-1)?.fromSeconds).toBe(fromSeconds);
        const lengths = steps.map((step) => step.toSeconds - step.fromSeconds);
        expect(lengths.filter((seconds) => seconds <= 0 || seconds > RECONCILE_STEP_SECONDS_MAX)).toEqual([]);
      }),
    );
  });

  it('are listed by the provider as a whole, or not at all', () => {
    fc.assert(
      fc.property(windows, fc.nat(60 * DAY_SECONDS), ([fromSeconds, length], listedFrom) => {
        const steps = stepsOf({ fromSeconds, toSeconds: fromSeconds + length }, listedFrom);
        const isSplit = (step: (typeof steps)[number]) => (step.isListed ? step.fromSeconds < listedFrom : step.toSeconds > listedFrom);
        expect(steps.filter(isSplit)).toEqual([]);
      }),
    );
  });

  it('end an hour short of what the provider says it keeps, for it does not say to which second', () => {
    expect(listedFromSeconds(30 * DAY_SECONDS, START_SECONDS * 1000)).toBe(START_SECONDS - 30 * DAY_SECONDS + 3600);
    expect(listedFromSeconds(undefined, START_SECONDS * 1000)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('A request', () => {
  const faultOf = (request: unknown) => requestFault(request as never, windowOf(request as never, START_SECONDS * 1000));

  it.each([
    ['no time', {}, 'received neither'],
    ['hours that are a text', { hours: 'three' }, 'received neither'],
    ['parts of seconds', { fromSeconds: 1.5, toSeconds: 9 }, 'received neither'],
    [
      'a window that ends before it begins',
      { fromSeconds: 9, toSeconds: 8 },
      'Nothing is left of the time from 1970-01-01T00:00:09.000Z on',
    ],
    ['the last minutes', { fromSeconds: START_SECONDS - 60, toSeconds: START_SECONDS }, 'since what is younger may still be on its way'],
    ['no hours', { hours: 0 }, 'Nothing is left of 0 hours'],
  ])('that names %s is refused', (_what, request, message) => {
    expect(faultOf(request)).toContain(message);
  });

  it('that names hours or a window is none', () => {
    expect([faultOf({ hours: 3 }), faultOf({ fromSeconds: 5, toSeconds: 6 })]).toEqual([undefined, undefined]);
  });
});

describe('The id of a run', () => {
  const request = { fromSeconds: 0, toSeconds: 60 };

  it('is another for each run of one window, and tells the window', () => {
    const [first, second] = [1, 2].map((millis) => runIdOf(request, request, millis));
    expect(first).not.toBe(second);
    expect(windowNameIn(first as string)).toBe('asked#1970-01-01T00:00:00.000Z#1970-01-01T00:01:00.000Z');
    expect(windowNameIn(first as string)).toBe(windowNameIn(second as string));
  });

  it('ends with the word by which a dry run is known', () => {
    expect(runIdOf({ ...request, dryRun: true }, request, 1)).toMatch(/#dry$/);
  });
});
