/** What `#network` means for a provider whose keys or objects are fetched: the Internet. Synth puts it in the place of `no-network.ts`. */
import { openHttpsNetwork } from '../aws/https-network.ts';
import { createFetchReadings as create } from '../pipeline/fetch-readings.ts';

export const network = openHttpsNetwork();
export const createFetchReadings = create;
