/** What `#dictionary` means for a provider without one: its payloads are deflated plainly. Synth puts the provider's in its place. */
import type { StoredDictionary } from '../core/dictionary.ts';

export const dictionary: StoredDictionary | undefined = undefined;
