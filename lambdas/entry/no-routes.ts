/** What `#routes` means outside a bundle: nobody subscribes, nobody is only delivered to, and nobody is retired. Synth puts the generated module in its place. */
import type { Route } from '../core/routes.ts';

export const routes: readonly Route[] = [];

/** Consumers that are gone for good, by name or by address. */
export const retired: readonly string[] = [];

/** Queues that somebody else reads, by name: nothing waits for their markers. */
export const delivered: readonly string[] = [];
