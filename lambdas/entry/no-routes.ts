/** What `#routes` means outside a bundle: nobody subscribes. Synth puts the generated module in its place. */
import type { Route } from '../core/routes.ts';

export const routes: readonly Route[] = [];
