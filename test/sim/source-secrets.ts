/** The signing secrets of the simulated sources: who knows which, and from when on. */
import stripe from '../../lambdas/providers/stripe.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimContext } from './sim-context.ts';
import type { SimulatedCloud } from './simulated-cloud.ts';

type Known = { readonly id: string; readonly secret: string; readonly putAtMillis: number; notAfterMillis?: number };

export type SourceSecrets = {
  readonly secretId: string;
  /** What the provider signs with now; two of them while it rotates. */
  signing(): readonly string[];
  /** Whether an instance may have read the secrets before any of these was put there. */
  inDoubt(signedWith: readonly string[]): boolean;
  /** Puts a new one beside the old one, which ends after a while. */
  rotate(): void;
  /** One that has ended some time ago; undefined where none has. */
  ended(): string | undefined;
  /** Every text that must never be seen in a log. */
  all(): readonly string[];
};

/** How long the old secret counts after a rotation. */
const OVERLAP_MILLIS = 1_500_000;
/** Clocks are wrong by less than this, and the provider stops using a secret so long before its end. */
const CAUTION_MILLIS = 600_000;
/** One that has ended is refused even by a clock that is this much behind. */
const ENDED_MILLIS = 180_000;
/** An instance reads a secret again after a mismatch at most this often, and a read takes some time. */
const DOUBT_MILLIS = 36_000;

export function createSourceSecrets(context: SimContext, cloud: SimulatedCloud, source: string): SourceSecrets {
  const random = context.random.fork(`secrets ${source}`);
  const { time } = context;
  const secretId = `arn:aws:secretsmanager:us-east-1:000000000000:secret:${source}`;
  const known: Known[] = [fresh(random, 0, Number.NEGATIVE_INFINITY)];
  let providerKnowsAll = true;
  const put = () => {
    const active = known.map(({ id, secret, notAfterMillis }) => ({
      id,
      secret,
      ...(notAfterMillis === undefined ? {} : { notAfter: new Date(notAfterMillis).toISOString() }),
    }));
    cloud.putSecret(secretId, JSON.stringify({ active: active.slice(-3) }));
  };
  put();
  return {
    secretId,
    signing: () => {
      const usable = known.filter(({ notAfterMillis = Number.POSITIVE_INFINITY }) => notAfterMillis - CAUTION_MILLIS > time.nowMillis());
      const told = providerKnowsAll ? usable : usable.slice(0, -1);
      // While it rotates, Stripe signs with both or with one of them.
      return told.length > 1 && random.chance(0.4) ? told.map(({ secret }) => secret) : [random.pick(told).secret];
    },
    inDoubt: (signedWith) =>
      signedWith.every((secret) => {
        const one = known.find((other) => other.secret === secret);
        return one !== undefined && time.nowMillis() - one.putAtMillis < DOUBT_MILLIS;
      }),
    rotate: () => {
      const now = time.nowMillis();
      const last = known.at(-1) as Known;
      if (last.notAfterMillis !== undefined || now - last.putAtMillis < OVERLAP_MILLIS) return;
      last.notAfterMillis = now + OVERLAP_MILLIS;
      known.push(fresh(random, known.length, now));
      put();
      context.trace.note('operator', `rotates the secret of ${source}`);
      providerKnowsAll = false;
      time.after(random.between(0, 120_000), () => {
        providerKnowsAll = true;
      });
    },
    ended: () => known.find(({ notAfterMillis = Number.POSITIVE_INFINITY }) => notAfterMillis + ENDED_MILLIS < time.nowMillis())?.secret,
    all: () => known.map(({ secret }) => secret),
  };
}

function fresh(random: SeededRandom, number: number, putAtMillis: number): Known {
  const bytes = Uint8Array.from({ length: 32 }, () => random.between(0, 255));
  return { id: `key-${number}`, secret: stripe.makeSecret(bytes), putAtMillis };
}
