/** What becomes of a request that reaches the provider, as a driver decides it: nothing bad unless it says so. */

export type RequestFate = {
  /**
   * `runs`; or one of the ways in which it does not, or not visibly so:
   * `rate limited` (429), `locked` (429 `lock_timeout`) and `unavailable` (503) come before the idempotency layer: nothing runs, nothing is kept.
   * `fails before` is a 500 of an endpoint that has begun and changed nothing, `fails after` one that has done everything, and `fails halfway`
   * one that has created the payment intent it was to create and confirm, and has not confirmed it (of anything else it does all). All three are
   * kept under the key, and only the provider knows which it was.
   */
  readonly execution: 'runs' | 'rate limited' | 'locked' | 'unavailable' | 'fails before' | 'fails halfway' | 'fails after';
  /** `lost`: everything happens, and the connection ends without an answer. For the driver; the model answers either way. */
  readonly answer: 'arrives' | 'lost';
  /** How long it takes until the work is done, and from then until the answer leaves. For the driver; the key is in use all the while. */
  readonly millisBefore: number;
  readonly millisAfter: number;
};

export type RequestAbout = { readonly method: string; readonly path: string; readonly idempotencyKey: string | undefined };

/** Asked once for each request that is authentic. */
export type RequestFates = (about: RequestAbout) => Partial<RequestFate>;

export const RUNS: RequestFate = { execution: 'runs', answer: 'arrives', millisBefore: 0, millisAfter: 0 };

/** How often, each between 0 and 1; `slow` is any delay up to `slowMillisMax`, in either half. */
export type FateOdds = {
  readonly [fault in Exclude<RequestFate['execution'], 'runs'>]?: number;
} & { readonly lost?: number; readonly slow?: number; readonly slowMillisMax?: number };

/** Fates by chance: a seeded `fraction` gives the same ones again. */
export function fatesByChance(odds: FateOdds, fraction: () => number): RequestFates {
  const faults = ['rate limited', 'locked', 'unavailable', 'fails before', 'fails halfway', 'fails after'] as const;
  return () => {
    const hit = (probability = 0) => fraction() < probability;
    // Each draw is made every time, so that one fault more or less moves no other.
    const hits = faults.map((fault) => (hit(odds[fault]) ? fault : undefined));
    const lost = hit(odds.lost);
    const slow = hit(odds.slow);
    const [before, after] = [fraction(), fraction()];
    const millis = (share: number) => (slow ? Math.floor(share * (odds.slowMillisMax ?? 0)) : 0);
    return {
      execution: hits.find((fault) => fault !== undefined) ?? 'runs',
      answer: lost ? 'lost' : 'arrives',
      millisBefore: millis(before),
      millisAfter: millis(after),
    };
  };
}
