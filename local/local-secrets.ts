/**
 * Which secret each source and each consumer has on this machine: the one from the environment; without it a source gets a fresh one in the
 * provider's own form, and a consumer none, since nobody else would know it.
 */
import { randomBytes } from 'node:crypto';
import type { Provider } from '../lambdas/core/provider.ts';
import type { Environment } from './environment.ts';
import { LocalError } from './local-error.ts';

/** A secret's ARN and the text it holds. */
export type LocalSecret = { readonly secretId: string; readonly text: string };

type ConsumerOutput = { readonly name: string; readonly secretId?: string };
type SourceOutput = { readonly source: string; readonly provider: string; readonly secretId: string };

/** One for each source in the stack's outputs, and for each consumer that has one in the environment. Throws `EMPTY_SECRET`. */
export async function localSecrets(
  outputs: { readonly [name: string]: string },
  environment: Environment,
): Promise<readonly LocalSecret[]> {
  const parsed = <T>(prefix: string) =>
    Object.entries(outputs)
      .filter(([name]) => name.startsWith(prefix))
      .map(([, value]) => JSON.parse(value) as T);
  const ofSources = parsed<SourceOutput>('Source').map(async ({ source, provider, secretId }) =>
    localSecret(secretId, fromEnvironment(source, environment) ?? (await makeSecret(provider))),
  );
  const ofConsumers = parsed<ConsumerOutput>('Consumer').flatMap(({ name, secretId }) => {
    const secret = secretId === undefined ? undefined : fromEnvironment(name, environment);
    return secretId === undefined || secret === undefined ? [] : [localSecret(secretId, secret)];
  });
  return [...(await Promise.all(ofSources)), ...ofConsumers];
}

/** In the form that the functions read. */
export function localSecret(secretId: string, secret: string): LocalSecret {
  return { secretId, text: JSON.stringify({ active: [{ id: 'local', secret }] }) };
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
    `${name} is set but empty; every signature would be refused. Give it the secret of ${source}, or unset it.`,
  );
}

async function makeSecret(name: string): Promise<string> {
  const { default: provider } = (await import(`../lambdas/providers/${name}.ts`)) as { default: Provider };
  return provider.makeSecret(randomBytes(32));
}
