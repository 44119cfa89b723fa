/** The simulator: a seed is the same each time, and the product holds in it. */
import { describe, expect, it } from '@jest/globals';
import type { Store } from '../../lambdas/core/ports.ts';
import { runSeed, type SeedOptions } from './run-seed.ts';
import { levelOf } from './run-seeds.ts';
import type { Sabotage } from './simulated-stack.ts';
import { neverHappened } from './sometimes.ts';
import { traceText } from './trace.ts';

const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 24 * HOUR_MILLIS;

describe('a seed', () => {
  for (const level of ['ports', 'sdk'] as const) {
    it(`takes the same course each time through the ${level}`, async () => {
      const play = async () => {
        const { trace, startMillis, fingerprint } = await runSeed(7_001, { level, traced: true });
        return { text: traceText(trace, startMillis), fingerprint };
      };
      const first = await play();
      expect(first.text.split('\n').length).toBeGreaterThan(50);
      expect(await play()).toEqual(first);
    });
  }

  it('takes another course than its neighbour', async () => {
    const [one, other] = [await runSeed(7_001, { level: 'ports' }), await runSeed(7_002, { level: 'ports' })];
    expect(one.fingerprint).not.toBe(other.fingerprint);
  });

  it('decides by itself whether it goes through the SDK', () => {
    const levels = Array.from({ length: 1000 }, (_, seed) => levelOf(seed, { sdkShare: 0.06 }));
    expect(levels.filter((level) => level === 'sdk').length).toBeGreaterThan(30);
    expect(levels).toEqual(Array.from({ length: 1000 }, (_, seed) => levelOf(seed, { sdkShare: 0.06 })));
  });
});

describe('the product', () => {
  it('holds in a handful of seeds through the ports', async () => {
    for (let seed = 8_000; seed < 8_025; seed += 1)
      expect([seed, (await runSeed(seed, { level: 'ports' })).violations]).toEqual([seed, []]);
  });

  it('holds in a few seeds through the clients of the SDK', async () => {
    for (let seed = 8_100; seed < 8_103; seed += 1) expect([seed, (await runSeed(seed, { level: 'sdk' })).violations]).toEqual([seed, []]);
  });

  // crash matrix: tables → relay | switched off for 30 h | settlement sends what the stream has dropped
  it('brings every event to its effect after the relay was switched off for 30 hours, none twice', async () => {
    const outcome = await runSeed(8_200, {
      level: 'ports',
      only: {},
      script: ({ streamMapping }, { time }) => {
        const untilMillis = time.nowMillis() + 30 * HOUR_MILLIS;
        streamMapping.pause();
        time.at(untilMillis, streamMapping.resume);
        return untilMillis;
      },
    });
    expect(outcome.violations).toEqual([]);
    expect(outcome.happened.get('SettlementSent')).toBeGreaterThan(0);
  });

  // crash matrix: operator | purges a queue | settlement sends what was in it
  it('brings every event to its effect after each queue was purged, none twice', async () => {
    let purged = 0;
    const outcome = await runSeed(8_201, {
      level: 'ports',
      only: { 'webhook twice at once': 1 },
      script: ({ cloud, stack, queueMappings }, { time, broke }) => {
        // Nobody takes the messages, and then they are gone.
        for (const mapping of Object.values(queueMappings)) mapping.pause();
        const purgeMillis = time.nowMillis() + 0.4 * HOUR_MILLIS;
        time.at(purgeMillis, () => {
          for (const consumer of stack.consumers) {
            const input = { QueueUrl: stack.queueUrl(consumer) };
            cloud.perform('operator', { service: 'sqs', operation: 'PurgeQueue', input }).then(() => {
              purged += 1;
            }, broke);
          }
          for (const mapping of Object.values(queueMappings)) mapping.resume();
        });
        return purgeMillis + 2 * HOUR_MILLIS;
      },
    });
    expect(outcome.violations).toEqual([]);
    expect(purged).toBeGreaterThan(1);
    expect(outcome.happened.get('SettlementSent')).toBeGreaterThan(0);
  });
});

describe('a consumer that is switched off for 40 days', () => {
  /** Its events stay in the outbox for 30 days, its messages in the queue for four. */
  const switchedOff: NonNullable<SeedOptions['script']> = ({ queueMappings, cloud }, { time }) => {
    const untilMillis = time.nowMillis() + 40 * DAY_MILLIS;
    queueMappings['ledger']?.pause();
    time.at(untilMillis, () => queueMappings['ledger']?.resume());
    for (let day = 1; day < 40; day += 1) time.after(day * DAY_MILLIS, () => void cloud.dynamo.expire());
    return untilMillis;
  };

  it('gets every event in the end, because settlement keeps the items it needs', async () => {
    const { violations, happened } = await runSeed(8_203, { level: 'ports', only: {}, script: switchedOff });
    expect(violations).toEqual([]);
    expect(happened.get('OutboxItemsKept')).toBeGreaterThan(0);
  });

  it('would not, if settlement did not keep them', async () => {
    const forgets: Sabotage = (ports, name) => {
      const transact: Store['transact'] = async (transaction) =>
        transaction.actions.some(({ kind, table }) => kind === 'update' && table === 'Outbox')
          ? { kind: 'committed' }
          : ports.store.transact(transaction);
      return name === 'settle' ? { ...ports, store: { ...ports.store, transact } } : ports;
    };
    const { violations } = await runSeed(8_203, { level: 'ports', only: {}, script: switchedOff, sabotage: forgets });
    expect(violations.map(({ invariant }) => invariant)).toContain('I7 everything settles');
  });
});

describe('what must happen now and then', () => {
  it('is asked for once there were seeds enough', () => {
    expect(neverHappened({ seeds: 100, faultsByClass: {}, happened: {} })).toEqual([]);
    const never = neverHappened({ seeds: 500, faultsByClass: { 'store slow': 3 }, happened: { EventsStored: 1 } });
    expect(never).toContain('EventsDuplicate');
    expect(never).not.toContain('EventsStored');
    expect(never).not.toContain('store slow');
    expect(never).not.toContain('webhook days late');
    expect(neverHappened({ seeds: 5_000, faultsByClass: {}, happened: {} })).toContain('webhook days late');
  });
});
