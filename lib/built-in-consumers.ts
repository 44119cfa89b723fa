/** The consumers that a provider of payments brings: they have addresses as all others, and no file in lambdas/consumers. */
import type { Route } from '../lambdas/core/routes.ts';
import type { PaymentsProvider } from './payments-settings.ts';

export type BuiltInConsumer = { readonly name: string; readonly address: string };

/** Gets what was asked to be paid, by its address alone, and charges it. */
export function chargeConsumer(provider: string): BuiltInConsumer {
  return builtIn(`charge-${provider}`);
}

/** Gets the provider's events of payments, and records how they ended. */
export function confirmConsumer(provider: string): BuiltInConsumer {
  return builtIn(`confirm-${provider}`);
}

/** Those of each provider, by its name. */
export function builtInConsumers(providers: readonly { readonly name: string }[]): BuiltInConsumer[] {
  return providers.flatMap(({ name }) => [chargeConsumer(name), confirmConsumer(name)]);
}

/** What they subscribe to; a charge is addressed to its consumer. */
export function confirmations(providers: readonly PaymentsProvider[]): Route[] {
  return providers.map(({ name, events }) => ({ address: confirmConsumer(name).address, subscribes: { [name]: events } }));
}

/** They have no state of their own that could be made anew: their epoch stays. */
function builtIn(name: string): BuiltInConsumer {
  return { name, address: `${name}@1` };
}
