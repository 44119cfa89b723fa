/** What `#payments` means outside a bundle: nothing is charged. Synth puts the generated module in its place. */
import type { ChargedProviders } from '../pipeline/keep-payment.ts';

export const payments: ChargedProviders = {};
