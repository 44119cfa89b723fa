/** Where things lie in this repository. At synth the folder is the registry: a provider or consumer exists because its file does. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = fileURLToPath(new URL('..', import.meta.url));

export const providersFolder = join(projectRoot, 'lambdas', 'providers');
export const providerApisFolder = join(projectRoot, 'lambdas', 'provider-apis');
export const consumersFolder = join(projectRoot, 'lambdas', 'consumers');

/** The names of a folder's TypeScript files without their ending, in an order that does not depend on the machine. */
export function moduleNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.endsWith('.test.ts'))
    .map((file) => basename(file, '.ts'))
    .sort();
}
