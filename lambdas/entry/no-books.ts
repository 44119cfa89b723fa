/** What `#books` means outside a bundle: nobody keeps books. Synth puts the generated module in its place. */
import type { BookedBy } from '../pipeline/reconciliation-run.ts';

export const books: readonly BookedBy[] = [];
