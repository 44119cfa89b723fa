/** What happens to a call to Secrets Manager: an outage lasts for a while and takes every call with it. */
import { errorAnswer, type Fate } from './service-call.ts';
import type { SimContext } from './sim-context.ts';

const OUTAGE_MILLIS = [500, 60_000] as const;

export function createSecretFates(context: SimContext): () => Fate {
  const { faults, time } = context;
  const random = context.random.fork('secret fates');
  let downUntil = 0;
  return () => {
    const fate = { outMillis: random.between(2, 8), backMillis: random.between(2, 8) };
    if (faults.hit('secrets outage')) downUntil = time.nowMillis() + random.between(...OUTAGE_MILLIS);
    if (faults.stopped() || downUntil <= time.nowMillis()) return fate;
    if (random.chance(0.3)) return { ...fate, lost: 'request' };
    return { ...fate, act: async () => errorAnswer(random.pick(['InternalServiceError', 'ThrottlingException']), 500) };
  };
}
