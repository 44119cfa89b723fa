/** What `#network` means for a provider whose keys are not fetched: nothing. Synth puts `network.ts` in its place for one whose keys are. */
import type { Network } from '../core/ports.ts';

export const network: Network | undefined = undefined;
