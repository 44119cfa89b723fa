/** What happens to the stack itself while the load runs: workers killed, the engine restarted, secrets out, streams rewound, messages copied. */
import { setTimeout as wait } from 'node:timers/promises';
import { RELAY_DEADLINE_MILLIS } from '../../lambdas/core/limits.ts';
import type { LocalStack } from '../../local/start-local.ts';
import type { Operator } from './operator.ts';
import type { RestartingEngine } from './restarting-engine.ts';
import type { Tally } from './tally.ts';
import type { Weather } from './weather.ts';
import type { WireFaults } from './wire-faults.ts';

export type Disasters = {
  readonly stack: LocalStack;
  readonly engine: RestartingEngine;
  readonly operator: Operator;
  readonly faults: WireFaults;
  readonly weather: Weather;
  readonly tally: Tally;
};

const FUNCTIONS = [
  'ingest-stripe',
  'ingest-shop',
  'relay',
  'consume-ledger',
  'consume-receipts',
  'pay',
  'charge-stripe',
  'confirm-stripe',
  'payments-clock-stripe',
];
const KILLS_OF_PAYMENTS = new Set(['ingest-shop', 'pay', 'charge-stripe', 'confirm-stripe', 'payments-clock-stripe']);
const KILL_PAUSE_MILLIS = [200, 1_200] as const;
const COPY_PAUSE_MILLIS = [200, 1_000] as const;
const OUTAGE_PAUSE_MILLIS = [4_000, 9_000] as const;
const OUTAGE_MILLIS = [800, 2_000] as const;
/** One restart for so many seconds of the run; each takes the store away for about two. */
const SECONDS_PER_RESTART = 20;
/** Early in the run: a rewind brings back whatever was lost before it, and so hides it. */
const REWIND_SHARE = 0.25;
const SECONDS_PER_QUEUE_OUTAGE = 30;
/** Longer than the relay tries before it hands a batch back to its mapping. */
const QUEUE_OUTAGE_MILLIS = RELAY_DEADLINE_MILLIS + 1_500;

/** Resolves when everything is over and works again. */
export async function strike(what: Disasters, seconds: number, signal: AbortSignal): Promise<void> {
  const { stack, engine, operator, faults, weather, tally } = what;
  let queuesOut = false;
  const setQueueOutage = (on: boolean) => {
    queuesOut = on;
    faults.setQueueOutage(on);
  };
  const evenly = (times: number) => (seconds * 1_000) / (times + 1);
  await Promise.all([
    repeat(KILL_PAUSE_MILLIS, async () => {
      const name = FUNCTIONS[weather.whole(0, FUNCTIONS.length - 1)] ?? '';
      // A relay that is killed never comes to its own deadline, and what it does then is what a queue outage is for.
      if (name === 'relay' && queuesOut) return;
      tally.count(KILLS_OF_PAYMENTS.has(name) ? 'kills on the way of a payment' : 'kills', await stack.functions.find(name).kill());
    }),
    repeat(COPY_PAUSE_MILLIS, async () => {
      const batch = faults.someBatch();
      if (batch !== undefined) tally.count('messages copied', await operator.send(batch));
    }),
    repeat(OUTAGE_PAUSE_MILLIS, async () => {
      stack.secrets.setOutage(true);
      tally.count('secrets outages');
      await pause(weather.whole(...OUTAGE_MILLIS));
      stack.secrets.setOutage(false);
    }),
    timed(Math.max(1, Math.floor(seconds / SECONDS_PER_RESTART)), async () => {
      await engine.restart();
      tally.count('engine restarts');
    }),
    timed(Math.floor(seconds / SECONDS_PER_QUEUE_OUTAGE), async () => {
      tally.count('queue outages');
      setQueueOutage(true);
      await pause(QUEUE_OUTAGE_MILLIS);
      setQueueOutage(false);
    }),
    pause(seconds * 1_000 * REWIND_SHARE).then(() => {
      stack.functions.rewindStreams();
      tally.count('streams rewound');
    }),
  ]);

  async function repeat([from, to]: readonly [number, number], act: () => Promise<void>): Promise<void> {
    await pause(weather.whole(from, to));
    while (!signal.aborted) {
      await act();
      await pause(weather.whole(from, to));
    }
  }

  async function timed(times: number, act: () => Promise<void>): Promise<void> {
    for (let done = 0; done < times; done += 1) {
      await pause(evenly(times));
      if (signal.aborted) return;
      await act();
    }
  }

  async function pause(millis: number): Promise<void> {
    await wait(millis, undefined, { signal }).catch(() => undefined);
  }
}
