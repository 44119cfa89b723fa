/** Who gets an event: decided when it is stored, by the consumers known at synth. */

export type Route = {
  readonly address: string;
  readonly subscribes: { readonly [provider: string]: readonly string[] };
};

/** The provider name of events that consumers publish. */
export const PUBLISHED = 'oncehook';

/** The address of authentic but odd events; it has no queue. */
export const QUARANTINE = 'quarantine';

/** The addresses subscribed to this type of this provider; `*` subscribes to all its types. */
export function addressesFor(routes: readonly Route[], provider: string, type: string): string[] {
  const wants = (types: readonly string[] | undefined) => types?.some((wanted) => wanted === type || wanted === '*') ?? false;
  return routes
    .filter((route) => Object.hasOwn(route.subscribes, provider) && wants(route.subscribes[provider]))
    .map((route) => route.address);
}

/** `ledger@1` → its consumer's name; undefined where the text is no address. */
export function consumerOf(address: string): string | undefined {
  return /^([a-z][a-z0-9-]{0,39})@[1-9]\d{0,5}$/.exec(address)?.[1];
}
