/** Plays many seeds one after the other in this process, and adds up what happened. */
import { runPaymentsSeed } from './payments/run-payments-seed.ts';
import { runSeed, type SeedOptions, type SeedOutcome } from './run-seed.ts';
import { createSeededRandom } from './seeded-random.ts';
import type { Level, Play } from './sim-context.ts';

export type RunOptions = {
  readonly from: number;
  readonly count: number;
  /** One for all, or the share of the seeds that goes through the SDK; which ones those are depends on the seed alone. */
  readonly level: Play | { readonly sdkShare: number };
  /** Stops after the first seed for which this is true. @default - plays all */
  readonly until?: (outcome: SeedOutcome) => boolean;
  readonly only?: SeedOptions['only'];
};

/** Plain data, so that it can be sent between processes. */
export type RunTotals = {
  seeds: number;
  faults: number;
  wakes: number;
  cpuSeconds: number;
  readonly faultsByClass: { [name: string]: number };
  readonly happened: { [what: string]: number };
  /** At most a few in full; `failed` counts them all. */
  readonly failures: SeedFailure[];
  failed: number;
};

export type SeedFailure = Pick<SeedOutcome, 'seed' | 'level' | 'violations' | 'fingerprint'>;

const FAILURES_KEPT_MAX = 20;

export async function runSeeds(options: RunOptions): Promise<RunTotals> {
  const totals = noTotals();
  const cpu = process.cpuUsage();
  for (let seed = options.from; seed < options.from + options.count; seed += 1) {
    const outcome = await playSeed(seed, levelOf(seed, options.level), options.only === undefined ? {} : { only: options.only });
    addOutcome(totals, outcome);
    if (options.until?.(outcome) === true) break;
  }
  const { user, system } = process.cpuUsage(cpu);
  totals.cpuSeconds = (user + system) / 1e6;
  return totals;
}

/** Which level the world of payments is played at depends on the seed alone. */
export function playSeed(seed: number, play: Play, options: Pick<SeedOptions, 'only' | 'traced'> = {}): Promise<SeedOutcome> {
  if (play !== 'payments') return runSeed(seed, { ...options, level: play });
  return runPaymentsSeed(seed, { ...options, level: sdkOrPorts(seed, PAYMENTS_SDK_SHARE) });
}

const PAYMENTS_SDK_SHARE = 0.06;

export function noTotals(): RunTotals {
  return { seeds: 0, faults: 0, wakes: 0, cpuSeconds: 0, faultsByClass: {}, happened: {}, failures: [], failed: 0 };
}

export function levelOf(seed: number, level: RunOptions['level']): Play {
  return typeof level === 'string' ? level : sdkOrPorts(seed, level.sdkShare);
}

function sdkOrPorts(seed: number, sdkShare: number): Level {
  return createSeededRandom(seed, 'level').chance(sdkShare) ? 'sdk' : 'ports';
}

function addOutcome(totals: RunTotals, { seed, level, violations, fingerprint, wakes, faults, happened }: SeedOutcome): void {
  addTotals(totals, {
    seeds: 1,
    faults: [...faults.values()].reduce((sum, count) => sum + count, 0),
    wakes,
    cpuSeconds: 0,
    faultsByClass: Object.fromEntries(faults),
    happened: { ...Object.fromEntries(happened), [`level ${level}`]: 1 },
    failures: violations.length === 0 ? [] : [{ seed, level, violations, fingerprint }],
    failed: violations.length === 0 ? 0 : 1,
  });
}

export function addTotals(totals: RunTotals, more: RunTotals): void {
  totals.seeds += more.seeds;
  totals.faults += more.faults;
  totals.wakes += more.wakes;
  totals.cpuSeconds += more.cpuSeconds;
  totals.failed += more.failed;
  for (const [name, count] of Object.entries(more.faultsByClass)) totals.faultsByClass[name] = (totals.faultsByClass[name] ?? 0) + count;
  for (const [what, count] of Object.entries(more.happened)) totals.happened[what] = (totals.happened[what] ?? 0) + count;
  totals.failures.push(...more.failures.slice(0, FAILURES_KEPT_MAX - totals.failures.length));
}
