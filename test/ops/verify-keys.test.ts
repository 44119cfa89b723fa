/** A provider whose public keys are fetched is verified with keys from a file; the command itself asks nobody. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Provider } from '../../lambdas/core/provider.ts';
import stripe from '../../lambdas/providers/stripe.ts';
import { readCheck } from '../../ops/verify-check.ts';
import { judge } from '../../ops/verify-request.ts';

/** Valid for whoever has the key `key-1`. */
const keyed: Provider = {
  ...stripe,
  name: 'keyed',
  verify: async (_, secrets, { keyOf }) =>
    (await keyOf?.('key-1')) === 'PEM' ? { valid: true, secretId: secrets[0]?.id ?? '' } : { valid: false, reason: 'unknown-key' },
};

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oncehook-keys-'));
  writeFileSync(join(directory, 'body'), '{}');
});

afterEach(() => rmSync(directory, { recursive: true }));

async function judged(keys: object | undefined) {
  if (keys !== undefined) writeFileSync(join(directory, 'keys'), JSON.stringify(keys));
  const files = { secretFile: '-', body: 'body', keys: keys === undefined ? undefined : 'keys' };
  const { check } = await readCheck(keyed, {
    ...files,
    directory,
    nowSeconds: 0,
    readInput: async () => 'one\n-----BEGIN A-----\nb\n-----END A-----\n',
  });
  return { ...(await judge(check)), secrets: check.secrets.map(({ secret }) => secret) };
}

describe('a key that a request names', () => {
  it('is taken from the file of --keys', async () => {
    expect(await judged({ 'key-1': 'PEM' })).toMatchObject({ valid: true });
  });

  it.each([[{}], [{ 'key-2': 'PEM' }], [JSON.parse('{"__proto__":"PEM"}')]])(
    'is unknown where the file has none of its name: %j',
    async (keys) => {
      expect(await judged(keys)).toMatchObject({ valid: false, reason: 'unknown-key' });
    },
  );

  it('is asked for with its name where there is no file', async () => {
    const asked = judged(undefined);
    await expect(asked).rejects.toMatchObject({ code: 'NO_KEYS', exitCode: 2 });
    await expect(asked).rejects.toThrow('signed with the key "key-1", and this command fetches nothing');
    await expect(asked).rejects.toThrow('give it as --keys FILE, which holds {"key-1":"-----BEGIN …"}');
  });

  it('may itself be a secret, in PEM, beside others', async () => {
    expect((await judged({})).secrets).toEqual(['-----BEGIN A-----\nb\n-----END A-----', 'one']);
  });
});
