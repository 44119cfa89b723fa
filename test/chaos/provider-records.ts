/** What the provider did, past its API: only a checker sees it so. */

export type ProviderRecords = {
  /** The payment of ours for each creation of a charge that took effect, declined ones included. */
  readonly executions: readonly string[];
  /** The payment of ours for each of its objects. */
  readonly objects: readonly string[];
  /** What moved money, in US cents. */
  readonly charges: readonly { readonly payment: string; readonly amount: number }[];
  /** Those that it tells by webhook. */
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly intent: { readonly id: string; readonly amount: number };
  }[];
};
