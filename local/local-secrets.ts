/** Which secret each source has on this machine: the one from the environment, otherwise a fresh one in the provider's own form. */
import { randomBytes } from 'node:crypto';
import type { Provider } from '../lambdas/core/provider.ts';
import type { Environment } from './environment.ts';
import { LocalError } from './local-error.ts';

/** A secret's ARN and the text it holds. */
export type LocalSecret = { readonly secretId: string; readonly text: string };

type SourceOutput = { readonly source: string; readonly provider: string; readonly secretId: string };

/** One for each source in the stack's outputs. Throws `EMPTY_SECRET`. */
export async function localSecrets(
  outputs: { readonly [name: string]: string },
  environment: Environment,
): Promise<readonly LocalSecret[]> {
  const sources = Object.entries(outputs).filter(([name]) => name.startsWith('Source'));
  return await Promise.all(
    sources.map(async ([, value]) => {
      const { source, provider, secretId } = JSON.parse(value) as SourceOutput;
      const secret = fromEnvironment(source, environment) ?? (await makeSecret(provider));
      return { secretId, text: JSON.stringify({ active: [{ id: 'local', secret }] }) };
    }),
  );
}

/** `stripe-eu` → `ONCEHOOK_SECRET_STRIPE_EU`. */
export function secretVariable(source: string): string {
  return `ONCEHOOK_SECRET_${source.toUpperCase().replaceAll('-', '_')}`;
}

function fromEnvironment(source: string, environment: Environment): string | undefined {
  const name = secretVariable(source);
  const secret = environment[name];
  if (secret !== '') return secret;
  throw new LocalError(
    'EMPTY_SECRET',
    `${name} is set but empty; every signature would be refused. Give it the secret of the source ${source}, or unset it to have one made.`,
  );
}

async function makeSecret(name: string): Promise<string> {
  const { default: provider } = (await import(`../lambdas/providers/${name}.ts`)) as { default: Provider };
  return provider.makeSecret(randomBytes(32));
}
