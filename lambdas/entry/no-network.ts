/** What `#network` means for a provider of which nothing is fetched: nothing. Synth puts `network.ts` in its place for one whose keys or objects are. */
import type { Network } from '../core/ports.ts';
import type { CreateFetchReadings } from '../pipeline/fetch-readings.ts';

export const network: Network | undefined = undefined;
export const createFetchReadings: CreateFetchReadings | undefined = undefined;
