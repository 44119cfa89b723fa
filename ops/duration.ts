/** Durations as an operator types them. */

const UNIT_SECONDS: { readonly [unit: string]: number } = { s: 1, m: 60, h: 3_600, d: 86_400 };
/** An overlap longer than any provider retries is a second secret for ever. */
export const DURATION_SECONDS_MAX = 30 * 86_400;

/** Seconds of `90s`, `30m`, `72h`, `3d` or `0`; undefined for anything else and for more than 30 days. */
export function durationSeconds(text: string): number | undefined {
  const [, count, unit = 's'] = /^(\d{1,9})([smhd])$/.exec(text) ?? (text === '0' ? ['', '0'] : []);
  if (count === undefined) return undefined;
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? 1);
  return seconds <= DURATION_SECONDS_MAX ? seconds : undefined;
}
