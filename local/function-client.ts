/** How AWS acts in the name of a function: an SDK client's settings that carry the function's access key. */
import { REGION } from './physical-names.ts';

/** `caller` is the function's logical id; the fronts record every call under it. */
export function clientSettings(endpoint: string, caller: string) {
  return { endpoint, region: REGION, credentials: { accessKeyId: caller, secretAccessKey: 'local' }, maxAttempts: 1 } as const;
}
