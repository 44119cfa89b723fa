/** A process of its own that synthesizes the stack into the folder it is given, with the options it is given; `synthesize-apart.ts` starts it, nothing imports it. */
import { synthesize } from '../lib/app.ts';

const [, , outdir = '', options = '{}'] = process.argv;
try {
  await synthesize({ ...JSON.parse(options), outdir });
  process.send?.({ kind: 'done' });
} catch (error) {
  process.send?.({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
process.disconnect?.();
