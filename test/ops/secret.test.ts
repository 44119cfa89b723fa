/** `oncehook secret set`: what is stored afterwards, what is said of it, and that no secret is ever shown. */
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FakeStack, startFakeStack } from './fake-stack.ts';
import { type Ran, runCommand } from './run-command.ts';
import { type Entry, mockStoredSecrets } from './stored-secrets.ts';
import { withInput } from './typed-input.ts';

const secrets = mockStoredSecrets();
let stack: FakeStack;

beforeEach(async () => {
  secrets.reset();
  stack = await startFakeStack();
});

afterEach(() => stack.close());

const NEW = 'whsec_the_new_secret_0123456789';
const OLD = 'whsec_the_old_secret_0123456789';
const HOUR = 3_600_000;

async function set(secret: string, argv: readonly string[] = [], source = 'stripe'): Promise<Ran> {
  const ran = await withInput(secret, () => runCommand(['secret', 'set', source, '--url', stack.url, ...argv]));
  for (const text of [secret.trim(), OLD, NEW].filter((one) => one.length > 8)) expect(ran.out + ran.err).not.toContain(text);
  return ran;
}

/** Hours from now until an entry ends. */
function hoursLeft({ notAfter }: Entry): number {
  return Math.round((Date.parse(notAfter ?? '') - Date.now()) / HOUR);
}

describe('oncehook secret set', () => {
  it('makes the first secret of a source count, without the line break that ended it', async () => {
    const { code, out } = await set(`${NEW}\n`);
    expect(code).toBe(0);
    expect(secrets.entries('stripe')).toEqual([{ id: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d-\d\d-\d\dZ$/), secret: NEW }]);
    expect(out).toContain('The source stripe has one secret that counts');
    expect(out).toContain(`${secrets.entries('stripe')[0]?.id}  no end`);
    expect(out).toContain('within 5 minutes');
    expect(out).toContain('let Stripe send a test event');
  });

  it('puts the new one first and lets the old one count for 72 hours', async () => {
    secrets.store('stripe', { id: 'old', secret: OLD });
    const { out } = await set(NEW, ['--id', 'new']);
    expect(secrets.entries('stripe')).toEqual([
      { id: 'new', secret: NEW },
      { id: 'old', secret: OLD, notAfter: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) },
    ]);
    expect(secrets.entries('stripe').map(hoursLeft)[1]).toBe(72);
    expect(out).toContain(`old  ${secrets.entries('stripe')[1]?.notAfter}`);
    expect(out).toContain('Next: make Stripe sign with the new secret');
  });

  it.each([
    ['2h', 2],
    ['60m', 1],
    ['7200s', 2],
    ['30d', 720],
  ])('lets it count for as long as it is told: %s', async (duration, hours) => {
    secrets.store('stripe', { id: 'old', secret: OLD });
    await set(NEW, ['--keep-old', duration]);
    expect(secrets.entries('stripe').map(hoursLeft)[1]).toBe(hours);
  });

  it('keeps an earlier end, shortens a later one, and leaves out what has expired', async () => {
    const inHours = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();
    const earlier = inHours(1);
    secrets.store(
      'stripe',
      { id: 'later', secret: 'whsec_later', notAfter: inHours(100) },
      { id: 'earlier', secret: 'whsec_earlier', notAfter: earlier },
      { id: 'expired', secret: 'whsec_expired', notAfter: '2026-01-01T00:00:00Z' },
    );
    await set(NEW);
    expect(
      secrets
        .entries('stripe')
        .map(({ id }) => id)
        .slice(1),
    ).toEqual(['later', 'earlier']);
    expect(secrets.entries('stripe')[1]).toMatchObject({ id: 'later' });
    expect(secrets.entries('stripe').slice(1).map(hoursLeft)).toEqual([72, 1]);
    expect(secrets.entries('stripe')[2]?.notAfter).toBe(earlier);
  });

  it('drops all others at once with --keep-old 0', async () => {
    secrets.store('stripe', { id: 'old', secret: OLD });
    await set(NEW, ['--keep-old', '0']);
    expect(secrets.entries('stripe')).toEqual([{ id: expect.any(String), secret: NEW }]);
  });

  it('makes a secret that is there current again, under its name and without a second entry', async () => {
    secrets.store('stripe', { id: 'new', secret: NEW }, { id: 'old', secret: OLD, notAfter: '2099-01-01T00:00:00Z' });
    await set(OLD);
    expect(secrets.entries('stripe')).toEqual([
      { id: 'old', secret: OLD },
      { id: 'new', secret: NEW, notAfter: expect.any(String) },
    ]);
  });

  it('writes nothing where nothing changes', async () => {
    secrets.store('stripe', { id: 'new', secret: NEW });
    expect(await set(NEW)).toMatchObject({ code: 0 });
    expect(secrets.client.commandCalls(PutSecretValueCommand)).toHaveLength(0);
  });

  it('gives a name that is taken a number', async () => {
    secrets.store('stripe', { id: 'new', secret: OLD }, { id: 'new-2', secret: 'whsec_older' });
    await set(NEW, ['--id', 'new']);
    expect(secrets.entries('stripe').map(({ id }) => id)).toEqual(['new-3', 'new', 'new-2']);
    secrets.store('stripe', { id: 'x'.repeat(64), secret: OLD });
    await set(NEW, ['--id', 'x'.repeat(64)]);
    expect(secrets.entries('stripe')[0]?.id).toBe(`${'x'.repeat(62)}-2`);
  });

  it('holds eight entries at most, and says which ends first', async () => {
    const old = Array.from({ length: 8 }, (_, index) => ({ id: `e${index}`, secret: `whsec_${index}` }));
    secrets.store('stripe', ...old.map((entry, index) => (index === 5 ? { ...entry, notAfter: '2098-01-01T00:00:00Z' } : entry)));
    const { code, err } = await set(NEW);
    expect(code).toBe(1);
    expect(err).toContain('has 8 other secrets that still count, and with the new one there may be 8');
    expect(err).toContain('Wait until the entry e5 expires, at 2098-01-01T00:00:00Z, or drop all that are there with --keep-old 0.');
    expect(secrets.entries('stripe')).toHaveLength(8);
    secrets.store('stripe', ...old);
    expect((await set(NEW)).err).toContain('Drop all that are there with --keep-old 0.');
    expect(await set(NEW, ['--keep-old', '0'])).toMatchObject({ code: 0 });
  });

  it.each(['pasted whsec_pasted_as_it_is', '{"active":[{"id":"a b"}]}', '[]', '{"active":{}}'])(
    'does not write over another form that is stored, unless it is told to: %s',
    async (text) => {
      secrets.texts.set('secret/stripe', text);
      const { code, err } = await set(NEW);
      expect(code).toBe(1);
      expect(err).toContain('would be lost. The secret is not {"active"');
      expect(err).toContain('--replace-malformed');
      expect(err).not.toContain('whsec_pasted');
      expect(secrets.texts.get('secret/stripe')).toBe(text);
      expect(await set(NEW, ['--replace-malformed'])).toMatchObject({ code: 0 });
      expect(secrets.entries('stripe')).toEqual([{ id: expect.any(String), secret: NEW }]);
    },
  );
});

describe('Secrets Manager that does not take a secret', () => {
  it.each([
    ['AccessDeniedException', 'need secretsmanager:PutSecretValue'],
    ['ResourceNotFoundException', 'deploy it again'],
    ['TimeoutError', 'look with `oncehook secret list`'],
  ])('%s is told without what the service says, which may quote the secret', async (name, says) => {
    secrets.client.on(PutSecretValueCommand).rejects(Object.assign(new Error(`Value '${NEW}' failed`), { name }));
    const { code, err } = await set(NEW);
    expect(code).toBe(1);
    expect(err).toContain(`${name}. `);
    expect(err).toContain(says);
  });
});
