/** Makes the dictionary of a provider from its fixtures: what DEFLATE may refer back to as if it had stood before the event. */
import { deflateRawSync } from 'node:zlib';
import type { StoredDictionary } from '../lambdas/core/dictionary.ts';
import { DICTIONARY_BYTES_MAX } from '../lambdas/core/limits.ts';
import type { Provider } from '../lambdas/core/provider.ts';
import type { Fixture, Made } from './fixtures/fixture.ts';
import { freshFrom } from './fixtures/fresh.ts';

/** Any instant will do, as times differ in every event. */
const NOW_SECONDS = 1_790_000_000;
/**
 * The same bytes from the same fixtures. One event of each kind comes first, then those of earlier API versions, then a second of each kind as
 * far as there is room; what comes first stands last, where DEFLATE reaches it with the fewest bits.
 */
export function makeDictionary(provider: Provider, version: number, fixture: Fixture): StoredDictionary {
  const fresh = freshFrom(NOW_SECONDS, seeded());
  const oneOfEach = () => fixture.types.map((type) => fixture.make(type, fresh));
  const samples = [...oneOfEach(), ...(fixture.earlier?.(fresh) ?? []), ...oneOfEach()].map((made) => bodyAsSent(provider, made));
  const bytes = Buffer.concat(samples.reverse()).subarray(-DICTIONARY_BYTES_MAX);
  return { provider: provider.name, version, deflated: deflateRawSync(bytes, { level: 9 }).toString('base64') };
}

/** The same by the name of the provider's file. */
export async function makeNamedDictionary(name: string, version: number, fixture: Fixture): Promise<StoredDictionary> {
  const { default: provider } = (await import(`../lambdas/providers/${name}.ts`)) as { readonly default: Provider };
  return makeDictionary(provider, version, fixture);
}

/** What is stored is what arrives: some providers sign inside the body, or wrap it. */
export function bodyAsSent({ sign, makeSecret }: Provider, { id, body }: Made): Uint8Array {
  const secret = makeSecret(new Uint8Array(32).fill(1));
  return sign?.({ body, secret, nowSeconds: NOW_SECONDS, id, url: 'https://pay.example.com/webhooks/here' }).body ?? body;
}

/** The text of its file in `lambdas/dictionaries/`. */
export function dictionaryFile({ provider, version, deflated }: StoredDictionary): string {
  return (
    `/** Dictionary ${version} of ${provider}, written by \`npm run dictionary\`. Stored payloads need it as it is: it is never changed and never deleted. */\n` +
    "import type { StoredDictionary } from '../core/dictionary.ts';\n\n" +
    `export const dictionary: StoredDictionary = {\n  provider: '${provider}',\n  version: ${version},\n  deflated:\n    '${deflated}',\n};\n`
  );
}

/** The text of the file that names them all, by their file names without the ending. */
export function allDictionariesFile(names: readonly string[]): string {
  const variable = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const imports = names.map((name) => `import { dictionary as ${variable(name)} } from './${name}.ts';\n`).join('');
  return (
    '/** Every dictionary that a stored payload may need, written by `npm run dictionary`. */\n' +
    `import { dictionariesOf } from '../core/dictionary.ts';\n${imports}\n` +
    `export const dictionaryOf = dictionariesOf([\n${names.map((name) => `  ${variable(name)},\n`).join('')}]);\n`
  );
}

/** A fixed run of fractions: a dictionary is made once and must not depend on luck. */
function seeded(): () => number {
  let state = 20_261_124;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
