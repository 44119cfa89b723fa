/** What can go wrong, how often, and in which seed: each class has an intensity of its own, so that some runs are calm and some are hell. */
import { PAYMENT_FAULT_CLASSES, PAYMENT_RATES, type PaymentFaultClass } from './payments/payment-faults.ts';
import type { SeededRandom } from './seeded-random.ts';

/** The chance of each class at each opportunity, at intensity 1. */
const BASE_RATES = {
  // Between a function and DynamoDB
  'store request lost': 0.008,
  'store reply lost': 0.008,
  'store commits after the timeout': 0.004,
  'store outage': 0.0008,
  'store slow': 0.01,
  'store conflict': 0.01,
  'store conflict beside other reasons': 0.04,
  'store throttling': 0.006,
  'store throttling as a reason': 0.006,
  'store in progress': 0.004,
  'store internal error': 0.006,
  'store page cut short': 0.1,
  'store leaves keys open': 0.03,
  'store reads the past': 0.03,
  'transactions overlap': 0.04,
  // Between a function and SQS
  'queue request lost': 0.008,
  'queue reply lost': 0.008,
  'queue outage': 0.0005,
  'queue slow': 0.008,
  'queue throttling': 0.006,
  'queue internal error': 0.006,
  'queue takes a part': 0.02,
  'queue names nothing': 0.008,
  'queue denies what it took': 0.006,
  'queue refuses for good': 0.002,
  'one queue fails for minutes': 0.002,
  'metric late or silent': 0.03,
  'queue looks busy': 0.05,
  'queue keeps refusing some': 0.003,
  // Secrets Manager
  'secrets outage': 0.01,
  // Functions
  'killed before a call': 0.003,
  'killed after a call': 0.004,
  'killed at any time': 0.004,
  'instance stalls': 0.003,
  'instance is recycled': 0.02,
  'instance clock is wrong': 0.04,
  // The provider
  'webhook lost': 0.02,
  'webhook answer lost': 0.03,
  'webhook twice at once': 0.04,
  'webhook again after the answer': 0.05,
  'webhook days late': 0.03,
  'webhook bytes differ': 0.1,
  'webhook content differs': 0.01,
  'provider clock is wrong': 0.15,
  'webhook forged': 0.01,
  'webhook replayed': 0.02,
  'webhook tampered': 0.02,
  // The stream and its mapping
  'stream batch repeated': 0.03,
  'stream batch cut short': 0.05,
  'stream record late': 0.03,
  'stream splits': 0.02,
  'stream poller restarts': 0.02,
  'mapping paused': 0.01,
  'mapping paused for hours': 0.01,
  // Queues and their mappings
  'message twice': 0.012,
  'message not deleted': 0.03,
  'visibility lapses': 0.02,
  'batch received and dropped': 0.01,
  // People
  'outbox item sent again': 0.008,
  'dead letters redriven': 0.008,
  'settlement twice at once': 0.05,
  'settlement switched off': 0.05,
  'queue purged': 0.004,
  'secret rotated': 0.01,
  'deploy in the middle': 0.06,
  'deploy rolled back': 0.06,
  'older relay': 0.01,
} as const;

export type FaultClass = keyof typeof BASE_RATES | PaymentFaultClass;

const RATES = { ...BASE_RATES, ...PAYMENT_RATES };

/** Those of a world in which nobody is charged. */
export const FAULT_CLASSES = Object.keys(BASE_RATES) as readonly FaultClass[];

/** No fault but the right of a service: it goes on when nothing goes wrong any more. */
const ALWAYS: ReadonlySet<string> = new Set(['store page cut short', 'store leaves keys open', 'store reads the past']);

/** These make a run days long, so only some seeds have them. */
const TAKES_DAYS: ReadonlySet<FaultClass> = new Set(['webhook days late', 'mapping paused for hours', 'provider away for a day']);

export type Faults = {
  /** Draws, and counts what was drawn. */
  hit(name: FaultClass): boolean;
  /** 0, 1, 5 or 25. */
  intensity(name: FaultClass): number;
  counts(): ReadonlyMap<FaultClass, number>;
  /** From now on nothing goes wrong. */
  stop(): void;
  stopped(): boolean;
};

export type FaultOptions = {
  /** Whether this run may take days. */
  readonly long: boolean;
  /** For tests: these classes at this intensity and no others. */
  readonly only?: { readonly [name in FaultClass]?: number };
  /** Whether somebody is charged in this world. @default false */
  readonly payments?: boolean;
};

export function createFaults(random: SeededRandom, { long, only, payments = false }: FaultOptions): Faults {
  const counts = new Map<FaultClass, number>();
  const intensities = new Map<FaultClass, number>();
  for (const name of payments ? [...FAULT_CLASSES, ...PAYMENT_FAULT_CLASSES] : FAULT_CLASSES) {
    const drawn = drawIntensity(random);
    const possible = long || !TAKES_DAYS.has(name);
    intensities.set(name, only === undefined ? (possible ? drawn : 0) : (only[name] ?? 0));
  }
  let stopped = false;
  return {
    hit: (name) => {
      const intensity = intensities.get(name) ?? 0;
      if ((stopped && !ALWAYS.has(name)) || intensity === 0 || !random.chance(Math.min(0.7, RATES[name] * intensity))) return false;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return true;
    },
    intensity: (name) => (stopped ? 0 : (intensities.get(name) ?? 0)),
    counts: () => counts,
    stop: () => {
      stopped = true;
    },
    stopped: () => stopped,
  };
}

function drawIntensity(random: SeededRandom): number {
  const drawn = random.fraction();
  if (drawn < 0.45) return 0;
  if (drawn < 0.72) return 1;
  return drawn < 0.9 ? 5 : 25;
}
