/** After the tests on engines: ends what `global-setup.mjs` started, in the same process. */
import { rmSync } from 'node:fs';

export default async function stopSharedEngine() {
  await globalThis.oncehookSharedEngine?.stop();
  const outdir = process.env.ONCEHOOK_TEST_OUTDIR;
  if (outdir !== undefined) rmSync(outdir, { recursive: true, force: true });
}
