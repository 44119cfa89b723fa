/** Secrets Manager as a test of `oncehook secret` sees it: what is stored for each source, and nothing else. */
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { failure } from '../pipeline/dynamo-answers.ts';

export type Entry = { readonly id: string; readonly secret: string; readonly notAfter?: string };

export type StoredSecrets = {
  readonly client: ReturnType<typeof mockClient>;
  /** By the ids of the secrets; a secret without a value has no text. */
  readonly texts: Map<string, string>;
  /** Makes these the entries of a source. */
  store(source: string, ...active: readonly Entry[]): void;
  entries(source: string): readonly Entry[];
};

/** Its secrets are named as those of the fake stack are. Call `reset` before each test. */
export function mockStoredSecrets(): StoredSecrets & { reset(): void } {
  const client = mockClient(SecretsManagerClient);
  const texts = new Map<string, string>();
  return {
    client,
    texts,
    store: (source, ...active) => void texts.set(`secret/${source}`, JSON.stringify({ active })),
    entries: (source) => JSON.parse(texts.get(`secret/${source}`) ?? '').active,
    reset: () => {
      texts.clear();
      client.reset();
      client.on(GetSecretValueCommand).callsFake(({ SecretId }) => {
        const text = texts.get(SecretId);
        if (text === undefined) throw failure('ResourceNotFoundException');
        return { SecretString: text };
      });
      client.on(PutSecretValueCommand).callsFake(({ SecretId, SecretString }) => {
        texts.set(SecretId, SecretString);
        return {};
      });
    },
  };
}
