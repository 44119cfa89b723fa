/** Before the tests on engines: one synthesized stack for all of them and, where Java is found, one DynamoDB Local. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { consumersFolder } from '../../lib/project.ts';
import { startDynamoDbLocal } from '../../local/engines/dynamodb-local.ts';
import { findJava } from '../../local/engines/find-java.ts';
import { synthesizeApart } from '../../local/synthesize-apart.ts';

/** Two sources, so that each provider that ships goes through the whole path; the stack that charges is `payments-stack.ts`. */
const SOURCES = { stripe: { provider: 'stripe' }, standard: { provider: 'standardwebhooks' } };

export default async function startSharedEngine() {
  const java = await findJava(process.env);
  const outdir = mkdtempSync(join(tmpdir(), 'oncehook-test-'));
  const [engine] = await Promise.all([
    java.kind === 'found' ? startDynamoDbLocal(java.command, systemClock) : undefined,
    synthesizeApart(outdir, { context: { sources: SOURCES, payments: {} }, consumersFolder: sampleConsumers(outdir) }),
  ]);
  // Test processes are started after this and inherit the environment.
  process.env.ONCEHOOK_TEST_OUTDIR = outdir;
  if (engine !== undefined) process.env.ONCEHOOK_TEST_DYNAMODB_URL = engine.url;
  globalThis.oncehookSharedEngine = engine;
}

/** Only the two samples, so that a consumer that a user adds to the repository changes no test. */
function sampleConsumers(outdir) {
  const folder = join(outdir, 'consumers');
  mkdirSync(folder);
  for (const name of ['ledger', 'receipts']) {
    writeFileSync(join(folder, `${name}.ts`), `export { default } from ${JSON.stringify(join(consumersFolder, `${name}.ts`))};\n`);
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  return folder;
}
