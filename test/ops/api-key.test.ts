/** `oncehook secret` for the API key that payments are charged with: `payments/stripe` beside the source `stripe`. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FakeStack, startFakeStack } from './fake-stack.ts';
import { type Ran, runCommand } from './run-command.ts';
import { mockStoredSecrets } from './stored-secrets.ts';
import { withInput, withTyping } from './typed-input.ts';

const secrets = mockStoredSecrets();
let stack: FakeStack;

const KEY = `sk_test_${'n'.repeat(24)}`;
const OLD = `rk_test_${'o'.repeat(24)}`;
const LIVE = `sk_live_${'l'.repeat(24)}`;
const OWNER = 'payments/stripe';

const STRIPE = {
  provider: 'stripe',
  mode: 'test',
  source: 'stripe',
  secretId: `secret/${OWNER}`,
  reconcileFunction: 'reconcile-1',
  chargeQueueUrl: 'q/charge-stripe',
  chargeDeadLetterUrl: 'q/charge-stripe-dead',
  confirmQueueUrl: 'q/confirm-stripe',
  confirmDeadLetterUrl: 'q/confirm-stripe-dead',
};

const withPayments = (payments: object) => (description: object) => {
  const { outputs } = description as { outputs: object };
  const more = { PaymentsUrl: 'http://127.0.0.1:1/payments', PaymentsTable: 'Payments-1', ReconciliationTable: 'Reconciliation-1' };
  return { ...description, outputs: { ...outputs, ...more, PaymentsStripe: JSON.stringify(payments) } };
};

beforeEach(async () => {
  secrets.reset();
  stack = await startFakeStack({ describe: withPayments(STRIPE) });
});

afterEach(() => stack.close());

async function set(key: string, argv: readonly string[] = []): Promise<Ran> {
  const ran = await withInput(key, () => runCommand(['secret', 'set', OWNER, '--url', stack.url, ...argv]));
  for (const text of [key.trim(), OLD].filter((one) => one.length > 8)) expect(ran.out + ran.err).not.toContain(text);
  return ran;
}

describe('oncehook secret set payments/stripe', () => {
  it('puts the API key in, and leaves the secret of the source of that name alone', async () => {
    const { code, out } = await set(`${KEY}\n`);

    expect(code).toBe(0);
    expect(secrets.entries(OWNER)).toEqual([{ id: expect.any(String), secret: KEY }]);
    expect([...secrets.texts.keys()]).toEqual([`secret/${OWNER}`]);
    expect(out).toContain('payments/stripe has one API key:');
    expect(out).toContain('within 5 minutes, and sooner when Stripe refuses the one they have');
  });

  it('puts a new key before the old one, which is to be revoked', async () => {
    secrets.store(OWNER, { id: 'old', secret: OLD });
    const { out } = await set(KEY, ['--keep-old', '1h']);

    expect(secrets.entries(OWNER).map(({ secret }) => secret)).toEqual([KEY, OLD]);
    expect(out).toContain('payments/stripe has 2 API keys; calls are made with the first');
    expect(out).toContain('Next: revoke the old key at Stripe');
  });

  it('asks for it by its name', async () => {
    const { result } = await withTyping(`${KEY}\r`, () => runCommand(['secret', 'set', OWNER, '--url', stack.url]));

    expect(result.err).toContain('API key of payments/stripe (Stripe), not shown: ');
    expect(secrets.entries(OWNER)[0]?.secret).toBe(KEY);
  });

  it.each([
    ['nothing', '', 'What was given as the API key of payments/stripe is blank.'],
    ["a webhook's secret", 'whsec_0123456789abcdef', 'What was given is no API key of Stripe: it has another form.'],
    ['a key of the other mode', LIVE, 'an API key of Stripe for the mode "live", and the stack charges in the mode "test"'],
  ])('refuses %s, without showing it', async (_what, text, says) => {
    const { code, err } = await set(text);

    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(secrets.texts.size).toBe(0);
  });

  it('does not write over another form that is stored', async () => {
    secrets.texts.set(`secret/${OWNER}`, 'pasted');
    const { code, err } = await set(KEY);

    expect(code).toBe(1);
    expect(err).toContain('What is stored as the API key of payments/stripe would be lost.');
  });

  it('says what there is where a name is wrong', async () => {
    const ran = await withInput(KEY, () => runCommand(['secret', 'set', 'payments/adyen', '--url', stack.url]));

    expect(ran.err).toContain('There is no source "payments/adyen"; the stack has: polar, stripe, payments/stripe.');
  });

  it('says so where this directory does not have the provider', async () => {
    await stack.close();
    stack = await startFakeStack({ describe: withPayments({ ...STRIPE, provider: 'moon' }) });
    const ran = await withInput(KEY, () => runCommand(['secret', 'set', 'payments/moon', '--url', stack.url]));

    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('no file lambdas/provider-apis/<name>.ts') });
  });
});

describe('oncehook secret list', () => {
  it('lists the API key beside the sources, and alone', async () => {
    secrets.store(OWNER, { id: 'first', secret: KEY });
    const { out } = await runCommand(['secret', 'list', '--url', stack.url]);

    expect(out).toMatch(/^stripe +- +- +none$/m);
    expect(out).toMatch(/^payments\/stripe +first +no end +active$/m);
    expect(out).not.toContain(KEY);
    const alone = await runCommand(['secret', 'list', OWNER, '--json', '--url', stack.url]);
    expect(JSON.parse(alone.out)).toEqual([{ source: OWNER, id: 'first', state: 'active' }]);
  });
});

describe('a stack that describes its payments otherwise', () => {
  it.each([
    ['without the mode', { ...STRIPE, mode: undefined }, 'PaymentsStripe.mode is missing'],
    ['with another mode', { ...STRIPE, mode: 'sandbox' }, 'PaymentsStripe.mode is neither live nor test'],
    ['without the secret', { ...STRIPE, secretId: '' }, 'PaymentsStripe.secretId is missing'],
  ])('%s is not understood', async (_what, payments, says) => {
    await stack.close();
    stack = await startFakeStack({ describe: withPayments(payments) });

    expect(await runCommand(['secret', 'list', '--url', stack.url])).toMatchObject({ code: 1, err: expect.stringContaining(says) });
  });
});
