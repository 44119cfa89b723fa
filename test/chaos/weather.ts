/** How bad it is at the moment: each kind of fault has an intensity of its own, drawn anew every few seconds. */

/** What happens to a call on its way to an engine and back. */
export const CALL_FAULTS = [
  'cut-before',
  'cut-after',
  'throttle',
  'conflict',
  'in-progress',
  'broken',
  'slow',
  'partial-batch',
  'denied',
] as const;
export type CallFault = (typeof CALL_FAULTS)[number];

export type Weather = {
  /** The fault that a call meets now, if any. */
  callFault(): CallFault | undefined;
  /** Whether a thing that happens this often in fair weather happens now. */
  strikes(probability: number): boolean;
  /** A whole number, both ends included. */
  whole(from: number, to: number): number;
};

const SPELL_MILLIS = 4_000;
/** None at all, a little, and so much that retries meet each other: uniform rates would hide what only storms show. */
const INTENSITIES = [0, 1, 1, 5, 25];
const BASE_PROBABILITY = 0.004;
/** Below what makes progress impossible, even where every kind storms at once. */
const PROBABILITY_MAX = 0.6;

/** `fraction` decides everything, so that a seed gives the same weather; what it strikes depends on the machine's timing. */
export function createWeather(fraction: () => number, nowMillis: () => number): Weather {
  let spellEndsMillis = Number.NEGATIVE_INFINITY;
  let rates: readonly number[] = [];
  const whole = (from: number, to: number) => from + Math.floor(fraction() * (to - from + 1));
  const draw = () => {
    if (nowMillis() < spellEndsMillis) return;
    spellEndsMillis = nowMillis() + SPELL_MILLIS;
    const drawn = CALL_FAULTS.map(() => BASE_PROBABILITY * (INTENSITIES[whole(0, INTENSITIES.length - 1)] ?? 0));
    const total = drawn.reduce((sum, rate) => sum + rate, 0);
    rates = total > PROBABILITY_MAX ? drawn.map((rate) => (rate * PROBABILITY_MAX) / total) : drawn;
  };
  return {
    whole,
    strikes: (probability) => fraction() < probability,
    callFault: () => {
      draw();
      let at = fraction();
      for (const [index, rate] of rates.entries()) {
        at -= rate;
        if (at < 0) return CALL_FAULTS[index];
      }
      return undefined;
    },
  };
}
