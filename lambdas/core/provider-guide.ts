/** What a person must know of a provider: each provider's file has it as `guide`, and `docs/providers.md` is written from it. No function bundles it. */

export type ProviderGuide = {
  /** As the provider writes its own name. */
  readonly title: string;
  /** The header or the place that holds the signature, and its form. */
  readonly header: string;
  readonly signs: string;
  /** Whether the time is signed, so that a signature has an age. */
  readonly signsTime: boolean;
  /** How much of an event is signed, as `events` says it of each; with `partial` these fields, and nothing else. `fetched` where the source has it fetched. */
  readonly authenticity: 'signed' | 'partial' | 'fetched';
  readonly signedFields?: readonly string[];
  /** What the secret of the source is, where to find it, and how it becomes a key. */
  readonly secret: string;
  /** What one event is deduplicated by, and why that is authentic. */
  readonly identity: string;
  /** How often and how long the provider sends again, and whether it keeps an order. */
  readonly retries: string;
  /** Steps in the provider's dashboard, as whole sentences. */
  readonly setup: readonly string[];
  /** What goes wrong, as whole sentences. */
  readonly pitfalls: readonly string[];
  /** Where the rules come from: the provider's documentation or its library. */
  readonly sources: readonly string[];
};
