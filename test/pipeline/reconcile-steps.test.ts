/** How a list of events is cut into steps: whatever its pages are, each event of a window belongs to exactly one. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ApiPage, ListedEvent, Window } from '../../lambdas/core/provider-api.ts';
import { eventsPart } from '../../lambdas/pipeline/reconcile-events.ts';
import type { Run } from '../../lambdas/pipeline/reconciliation-run.ts';
import { countedRandom } from './counted-random.ts';
import { createVirtualClock } from './virtual-clock.ts';

const FROM_SECONDS = 1_795_470_000;
const TO_SECONDS = FROM_SECONDS + 300;
const BYTES = new Uint8Array();

type List = { readonly events: readonly ListedEvent[]; readonly pageItems: number };

/** The part of a run that lists; its clock stands shortly after the window. */
function runOver({ events, pageItems }: List): Run {
  const page = async ({ fromSeconds, toSeconds }: Window, after?: string) => {
    const within = events.filter(({ createdSeconds }) => createdSeconds >= fromSeconds && createdSeconds < toSeconds);
    const start = within.findIndex(({ id }) => id === after) + 1;
    const items = within.slice(start, start + pageItems);
    const value: ApiPage<ListedEvent> = { items, after: start + pageItems < within.length ? items.at(-1)?.id : undefined };
    return { kind: 'answered', value };
  };
  const clock = createVirtualClock((TO_SECONDS + 900) * 1000);
  const settings = { api: { events: { keptSeconds: 30 * 24 * 3600 } } };
  return {
    settings,
    ports: { clock, random: countedRandom(), calls: { events: page } },
    deadlineMillis: Number.MAX_SAFE_INTEGER,
  } as unknown as Run;
}

async function stepsOf(list: List): Promise<{ readonly ids: readonly string[]; readonly windows: readonly Window[] }> {
  const run = runOver(list);
  const windows: Window[] = [];
  const ids: string[] = [];
  for (let toSeconds = TO_SECONDS; toSeconds > FROM_SECONDS; toSeconds = (windows.at(-1) as Window).fromSeconds) {
    const part = await eventsPart({ fromSeconds: FROM_SECONDS, toSeconds }, run);
    for (const { createdSeconds } of part.events) {
      expect(createdSeconds).toBeGreaterThanOrEqual(part.window.fromSeconds);
      expect(createdSeconds).toBeLessThan(part.window.toSeconds);
    }
    windows.push(part.window);
    ids.push(...part.events.map(({ id }) => id));
  }
  return { ids, windows };
}

/** Many events fall on few seconds, so that pages end within one. */
const seconds = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 299 }), { maxLength: 60 }), fc.nat(60), fc.integer({ min: 0, max: 299 }))
  .map(([spread, crowd, second]) => [...spread, ...Array.from({ length: crowd }, () => second)]);
const listed = (offsets: readonly number[]): ListedEvent[] =>
  offsets.map((offset, index) => ({ id: `evt_${index}`, createdSeconds: FROM_SECONDS + offset, bytes: BYTES }));
const newestFirst = (offsets: readonly number[]) => [...offsets].sort((one, other) => other - one);

describe('A list of events', () => {
  it('that gives the newest first is cut where a second ends, and no event is in no step or in two', async () => {
    await fc.assert(
      fc.asyncProperty(seconds, fc.integer({ min: 1, max: 5 }), async (offsets, pageItems) => {
        const events = listed(newestFirst(offsets));
        const { ids, windows } = await stepsOf({ events, pageItems });
        expect([...ids].sort()).toEqual(events.map(({ id }) => id).sort());
        expect(windows.at(-1)?.fromSeconds).toBe(FROM_SECONDS);
      }),
    );
  });

  it('that gives them in any other order is read to its end, and cut nowhere', async () => {
    await fc.assert(
      fc.asyncProperty(seconds, fc.integer({ min: 1, max: 5 }), async (offsets, pageItems) => {
        const events = listed(newestFirst(offsets).reverse());
        const { ids } = await stepsOf({ events, pageItems });
        expect([...ids].sort()).toEqual(events.map(({ id }) => id).sort());
      }),
    );
  });

  it('is more than one step where it has many pages', async () => {
    const events = listed(Array.from({ length: 100 }, (_, index) => 299 - index));
    expect((await stepsOf({ events, pageItems: 1 })).windows.length).toBeGreaterThan(5);
  });
});
