/** `oncehook secret set`: how it takes a secret, and what it does not take for one; it never shows what it was given. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FakeStack, startFakeStack } from './fake-stack.ts';
import { type Ran, runCommand } from './run-command.ts';
import { mockStoredSecrets } from './stored-secrets.ts';
import { withInput, withTyping } from './typed-input.ts';

const secrets = mockStoredSecrets();
let stack: FakeStack;

beforeEach(async () => {
  secrets.reset();
  stack = await startFakeStack();
});

afterEach(() => stack.close());

const NEW = 'whsec_the_new_secret_0123456789';
const OLD = 'whsec_the_old_secret_0123456789';

async function set(secret: string, argv: readonly string[] = [], source = 'stripe'): Promise<Ran> {
  const ran = await withInput(secret, () => runCommand(['secret', 'set', source, '--url', stack.url, ...argv]));
  for (const text of [secret.trim(), OLD, NEW].filter((one) => one.length > 8)) expect(ran.out + ran.err).not.toContain(text);
  return ran;
}

describe('oncehook secret set at a terminal', () => {
  const typing = (keys: string) => withTyping(keys, () => runCommand(['secret', 'set', 'stripe', '--url', stack.url]));

  it('asks for the secret and shows nothing of it', async () => {
    const { result, echoing } = await typing(`${NEW}\r`);
    expect(result.code).toBe(0);
    expect(echoing).toBe(false);
    expect(result.err).toContain('Secret of stripe (Stripe), not shown: ');
    expect(result.out + result.err).not.toContain(NEW);
    expect(secrets.entries('stripe')[0]?.secret).toBe(NEW);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('changes nothing after %s', async (_, keys) => {
    const { result } = await typing(keys);
    expect(result.code).toBe(1);
    expect(result.err).toContain('No secret was typed; nothing was changed.');
    expect(secrets.texts.size).toBe(0);
  });

  it('takes no key in PEM, which has several lines', async () => {
    const { result } = await typing('-----BEGIN PUBLIC KEY-----\r');
    expect(result.code).toBe(2);
    expect(result.err).toContain('pipe it in from a file');
  });
});

describe('oncehook secret set refuses', () => {
  it.each([
    ['nothing', '', 'is blank'],
    ['white space', ' \n', 'is blank'],
    ['white space around it', ` ${NEW}`, 'begins or ends with white space'],
    ['a second line break', `${NEW}\n\n`, 'begins or ends with white space'],
    ['two lines', `${NEW}\n${NEW}\n`, 'holds a line break'],
    ['a control character', `${NEW}\u0000`, 'a control or an invisible character'],
    ['an invisible character', `${NEW}\u200bx`, 'a control or an invisible character'],
    ['what is stored', JSON.stringify({ active: [{ id: 'a', secret: NEW }] }), 'is the JSON that is stored; give the secret alone'],
    ['a long text', 'x'.repeat(5_000), 'has 5000 characters; allowed are 4096'],
    ['a file', 'x'.repeat(70_000), 'Standard input holds more than 65536 bytes'],
  ])('%s, without showing it', async (_, text, says) => {
    const { code, err } = await set(text);
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(secrets.texts.size).toBe(0);
  });

  it('what is no secret of the provider, without showing it', async () => {
    const { code, err } = await set('too-short-to-be-one', [], 'polar');
    expect(code).toBe(2);
    expect(err).toContain('What was given is no secret of Standard Webhooks: A secret of this provider is at least 24 bytes');
    expect(secrets.texts.size).toBe(0);
  });

  it.each([
    ['a duration without a unit', ['--keep-old', '72'], "'72'", '90s, 30m, 72h, 3d'],
    ['a duration that is too long', ['--keep-old', '31d'], "'31d'", 'up to 30d'],
    ['a name with a space', ['--id', 'a b'], "'a b'", '1 to 64 letters'],
    ['a secret as an argument', [NEW], 'takes one source and nothing else', 'never an argument'],
    ['a secret as an option', [`--secret=${NEW}`], 'takes one source and nothing else', 'never an argument'],
  ])('%s', async (_, argv, received, allowed) => {
    const { code, err } = await withInput(OLD, () => runCommand(['secret', 'set', 'stripe', ...argv, '--url', stack.url]));
    expect(code).toBe(2);
    expect(err).toContain(received);
    expect(err).toContain(allowed);
    expect(err).not.toContain(NEW);
  });

  it('a source that the stack does not have', async () => {
    expect((await set(NEW, [], 'adyen')).err).toContain('There is no source "adyen"; the stack has: polar, stripe.');
  });
});
