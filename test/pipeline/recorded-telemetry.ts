/** Telemetry that remembers what it was told. */
import type { LogFields, Telemetry } from '../../lambdas/core/ports.ts';

export type LogLine = { readonly level: string; readonly message: string; readonly fields: LogFields };

export type RecordedTelemetry = Telemetry & {
  /** The sum of a counter; its dimensions as they stand in the name: `Unauthorized{reason=no-match}`. */
  counted(name: string): number;
  /** All counters by name, those that came to nothing left out. */
  counts(): { readonly [name: string]: number };
  readonly lines: readonly LogLine[];
  flushes(): number;
};

export function recordedTelemetry(): RecordedTelemetry {
  const sums = new Map<string, number>();
  const lines: LogLine[] = [];
  let flushes = 0;
  return {
    count: (metric, amount = 1, dimensions = {}) => {
      const pairs = Object.entries(dimensions).map(([name, value]) => `${name}=${value}`);
      const name = pairs.length === 0 ? metric : `${metric}{${pairs.join(',')}}`;
      if (amount !== 0) sums.set(name, (sums.get(name) ?? 0) + amount);
    },
    log: (level, message, fields = {}) => lines.push({ level, message, fields }),
    flush: () => {
      flushes += 1;
    },
    counted: (name) => sums.get(name) ?? 0,
    counts: () => Object.fromEntries(sums),
    lines,
    flushes: () => flushes,
  };
}
