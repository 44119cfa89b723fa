/** `npm run docs` writes `docs/providers.md` from the providers; a test fails while the two differ. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProviderModule, providerPage } from '../ops/provider-page.ts';
import { print } from '../ops/terminal.ts';

const root = join(import.meta.dirname, '..');
const files = readdirSync(join(root, 'lambdas', 'providers')).sort();
const modules = await Promise.all(files.map((file) => import(`../lambdas/providers/${file}`) as Promise<ProviderModule>));
writeFileSync(join(root, 'docs', 'providers.md'), providerPage(modules));
print(`wrote docs/providers.md: ${modules.length} providers`);
