/** The module behind `#payments` in a bundle: what payments are charged through, decided at synth. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chargeConsumer } from './built-in-consumers.ts';
import type { PaymentsProvider } from './payments-settings.ts';

/** Writes the module below the cloud assembly and returns its path. Its imports name files of this machine; what is bundled from it does not. */
export function writePaymentsModule(outdir: string, providers: readonly PaymentsProvider[]): string {
  const folder = join(outdir, 'generated');
  const file = join(folder, 'payments.mjs');
  mkdirSync(folder, { recursive: true });
  const imports = providers.map((provider, index) => `import api${index} from ${JSON.stringify(provider.file)};\n`);
  const entries = providers.map(
    ({ name, mode }, index) =>
      `  ${JSON.stringify(name)}: { api: api${index}, mode: ${JSON.stringify(mode)}, address: ${JSON.stringify(chargeConsumer(name).address)} },\n`,
  );
  writeFileSync(file, `/* Written at synth. */\n${imports.join('')}export const payments = {\n${entries.join('')}};\n`);
  return file;
}
