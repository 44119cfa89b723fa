/** The providers that stand in on this machine for those a stack charges through, each as long as the stack runs. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { systemRandom } from '../lambdas/aws/system-random.ts';
import { readEntries } from '../lambdas/pipeline/secret-cache.ts';
import type { Environment } from './environment.ts';
import { apiKeyVariable, type StandIns } from './local-payments.ts';
import type { StoredEvent } from './provider-server/object-store.ts';
import type { RequestFates } from './provider-server/request-fate.ts';
import { type StripeServer, startStripeServer } from './provider-server/stripe-server.ts';
import type { BegunStack } from './start-local.ts';

/** What goes wrong at a stand-in; whoever holds it may change it at any time. */
export type Weather = { fates?: RequestFates | undefined; dropped?: ((event: StoredEvent) => boolean) | undefined };

export type StandIn = StripeServer & { readonly weather: Weather };

export type ProviderStandIns = {
  /** To be handed to `startLocal` as `providerUrls`. */
  start(stack: BegunStack): Promise<StandIns>;
  readonly stripe: () => StandIn | undefined;
  stop(): Promise<void>;
};

/** Only Stripe has one. With a key of their own in the environment a person means the provider itself. */
export function createProviderStandIns(environment: Environment): ProviderStandIns {
  let stripe: StandIn | undefined;
  return {
    start: async (stack) => {
      const { PaymentsStripe: payments } = stack.outputs;
      if (payments === undefined || environment[apiKeyVariable('stripe')] !== undefined) return {};
      stripe = await startStripe(stack, JSON.parse(payments) as { readonly source: string });
      return { stripe: stripe.url };
    },
    stripe: () => stripe,
    stop: async () => {
      await stripe?.stop();
    },
  };
}

async function startStripe({ apiUrl, outputs, secretText }: BegunStack, payments: { readonly source: string }): Promise<StandIn> {
  const sources = Object.entries(outputs).filter(([name]) => name.startsWith('Source'));
  const source = sources
    .map(([, value]) => JSON.parse(value) as { source: string; secretId: string })
    .find((one) => one.source === payments.source);
  const secret = source === undefined ? undefined : readEntries(secretText(source.secretId))[0]?.secret;
  const weather: Weather = {};
  const server = await startStripeServer({
    clock: systemClock,
    random: systemRandom,
    fates: (about) => weather.fates?.(about) ?? {},
    ...(secret === undefined
      ? {}
      : { webhooks: { url: `${apiUrl}/webhooks/${payments.source}`, secret, dropped: (event) => weather.dropped?.(event) === true } }),
  });
  return { ...server, weather };
}
