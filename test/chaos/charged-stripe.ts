/** The Stripe that a run charges through: the stand-in behind HTTP, with answers that are lost, late or errors, and webhooks that go astray. */
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import type { StandIns } from '../../local/local-payments.ts';
import { REFERENCE } from '../../local/provider-server/executions.ts';
import { fatesByChance } from '../../local/provider-server/request-fate.ts';
import { type StripeServer, startStripeServer } from '../../local/provider-server/stripe-server.ts';
import type { BegunStack } from '../../local/start-local.ts';
import type { ProviderRecords } from './provider-records.ts';
import type { Tally } from './tally.ts';

export type ChargedStripe = {
  /** To be handed to `startLocal` as `providerUrls`. */
  start(stack: BegunStack): Promise<StandIns>;
  begin(): void;
  end(): void;
  /** Each payer who is waited for acts now, with this probability. */
  payersAct(probability: number): void;
  /** Nothing is on its way any more, and nothing becomes due. */
  isQuiet(): boolean;
  /** What was really done. */
  records(): ProviderRecords;
  stop(): Promise<void>;
};

export type ChargedStripeOptions = {
  /** Of the webhooks, and the source that they are for. */
  readonly secret: string;
  readonly source: string;
  readonly fraction: () => number;
  readonly tally: Tally;
};

/** Of all requests. What is slow is so for less than `LEASE_MILLIS` of hurried payments. */
const ODDS = {
  'rate limited': 0.06,
  locked: 0.04,
  unavailable: 0.06,
  'fails before': 0.03,
  'fails after': 0.05,
  lost: 0.12,
  slow: 0.2,
  slowMillisMax: 1_500,
} as const;
/** What the endpoint is subscribed to at Stripe. */
const TYPES = ['succeeded', 'payment_failed', 'processing', 'requires_action', 'canceled'].map((name) => `payment_intent.${name}`);
const DROPPED_SHARE = 0.15;
const DOUBLED_SHARE = 0.15;
const LATE_SHARE = 0.3;
const LATE_MILLIS_MAX = 6_000;
/** Stripe's own waits begin at ten seconds and go on for days. */
const RETRY = { baseMillis: 500, capMillis: 2_000, attemptsMax: 12 };
const AUTHENTICATES_SHARE = 0.7;

export function createChargedStripe({ secret, source, fraction, tally }: ChargedStripeOptions): ChargedStripe {
  let server: StripeServer | undefined;
  let isBad = false;
  const chance = fatesByChance(ODDS, fraction);
  const model = () => {
    if (server === undefined) throw new Error('The stand-in of Stripe has not started.');
    return server.model;
  };
  const delays = (): readonly number[] => {
    if (isBad && fraction() < DROPPED_SHARE) {
      tally.count('payment webhooks dropped');
      return [];
    }
    const once = () => (isBad && fraction() < LATE_SHARE ? Math.floor(fraction() * LATE_MILLIS_MAX) : 0);
    return isBad && fraction() < DOUBLED_SHARE ? [once(), once()] : [once()];
  };
  return {
    start: async ({ apiUrl }) => {
      const webhooks = { secret, url: `${apiUrl}/webhooks/${source}`, types: TYPES, delays, retry: RETRY };
      server = await startStripeServer({
        clock: systemClock,
        random: { fraction },
        fates: (about) => {
          if (!isBad) return {};
          const fate = chance(about);
          if (fate.execution !== 'runs') tally.count(`provider ${fate.execution}`);
          if (fate.answer === 'lost') tally.count('provider answers lost');
          return fate;
        },
        webhooks,
      });
      return { stripe: server.url };
    },
    begin: () => {
      isBad = true;
    },
    end: () => {
      isBad = false;
    },
    payersAct: (probability) => {
      for (const { id, status } of model().inspection.all('payment_intent'))
        if (status === 'requires_action' && fraction() < probability)
          model().customerActs(id, fraction() < AUTHENTICATES_SHARE ? 'authenticates' : 'fails to authenticate');
    },
    isQuiet: () => model().nextAtMillis() === undefined,
    records: () => recordsOf(model()),
    stop: async () => {
      await server?.stop();
    },
  };
}

function recordsOf({ inspection }: StripeServer['model']): ProviderRecords {
  const creations = inspection.executions().filter(({ operation }) => operation === 'create' || operation === 'create and confirm');
  const succeeded = inspection.all('charge').filter(({ status }) => status === 'succeeded');
  return {
    executions: creations.map(({ reference = '' }) => reference),
    objects: inspection.all('payment_intent').map(({ metadata }) => metadata[REFERENCE] ?? ''),
    charges: succeeded.map(({ metadata, amount }) => ({ payment: metadata[REFERENCE] ?? '', amount })),
    events: inspection
      .all('event')
      .filter(({ type }) => TYPES.includes(type))
      .map(({ id, type, data }) => ({ id, type, intent: data.object as { readonly id: string; readonly amount: number } })),
  };
}
