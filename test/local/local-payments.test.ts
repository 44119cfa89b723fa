/** The API keys of a local stack, and where its providers are called. */
import { describe, expect, it } from '@jest/globals';
import { functionEnvironment } from '../../local/function-environment.ts';
import type { FunctionPlan } from '../../local/function-plan.ts';
import { apiKeyVariable, localApiKeys, localProviderUrls } from '../../local/local-payments.ts';

const outputs = {
  PaymentsUrl: 'http://127.0.0.1:3000/payments',
  PaymentsTable: 'local-Payments',
  PaymentsStripe: JSON.stringify({ provider: 'stripe', mode: 'test', secretId: 'arn:stripe-key' }),
  SourceStripe: JSON.stringify({ source: 'stripe', provider: 'stripe', secretId: 'arn:stripe' }),
};
const OWN = { ONCEHOOK_API_KEY_STRIPE: `sk_test_${'a'.repeat(24)}` };

describe('a local API key', () => {
  it("is made in its provider's form and for its test mode, a new one each time", async () => {
    const made = async () => (await localApiKeys(outputs, {})).map(({ secretId, text }) => [secretId, JSON.parse(text).active[0].secret]);
    const [first, second] = [await made(), await made()];

    expect(first).toEqual([['arn:stripe-key', expect.stringMatching(/^sk_test_\w{24,}$/)]]);
    expect(second).not.toEqual(first);
  });

  it('is taken from the variable of its provider', async () => {
    expect(apiKeyVariable('flutterwave-v4')).toBe('ONCEHOOK_API_KEY_FLUTTERWAVE_V4');
    expect(await localApiKeys(outputs, OWN)).toEqual([
      { secretId: 'arn:stripe-key', text: `{"active":[{"id":"local","secret":"${OWN.ONCEHOOK_API_KEY_STRIPE}"}]}` },
    ]);
  });

  it('is none where nothing is charged', async () => {
    expect(await localApiKeys({ SourceStripe: outputs.SourceStripe }, OWN)).toEqual([]);
  });

  it.each([
    ['', 'EMPTY_API_KEY', 'is set but empty'],
    ['whsec_1234567890', 'BAD_API_KEY', 'no API key of stripe'],
    [`sk_live_${'a'.repeat(24)}`, 'LIVE_API_KEY', 'moves money'],
  ])('that is %j is refused, and its variable named', async (key, code, says) => {
    const refused = localApiKeys(outputs, { ONCEHOOK_API_KEY_STRIPE: key });

    await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(new RegExp(`^ONCEHOOK_API_KEY_STRIPE.*${says}`)) });
    if (key !== '') await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining(key) });
  });
});

describe('a provider of a local stack', () => {
  const STAND_IN = { stripe: 'http://127.0.0.1:4242' };

  it('is its stand-in where there is one, whoever made the key', () => {
    for (const env of [{}, OWN]) expect(localProviderUrls(outputs, STAND_IN, env)).toEqual({ 'arn:stripe-key': STAND_IN.stripe });
  });

  it("is called at its own address with a person's own key, and nowhere with one that was made here", () => {
    expect(localProviderUrls(outputs, {}, OWN)).toEqual({});
    expect(localProviderUrls(outputs, {}, {})).toEqual({ 'arn:stripe-key': 'http://127.0.0.1:9' });
  });

  it('is told to the functions that have its API key, and to no other', () => {
    const plan = (environment: { readonly [name: string]: string }): FunctionPlan => ({
      logicalId: 'Fn',
      name: 'p-Fn',
      title: 'fn',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:p-Fn',
      codeDirectory: '/code',
      handler: 'index.handler',
      environment,
      timeoutSeconds: 3,
      memoryMegabytes: 128,
      workersMax: 1,
    });
    const endpoints = { dynamodb: 'd', sqs: 'q', secretsmanager: 's', cloudwatch: 'c' };
    const around = { endpoints, providerUrls: { 'arn:stripe-key': STAND_IN.stripe } };

    expect(functionEnvironment(plan({ API_KEY_ID: 'arn:stripe-key' }), around)).toMatchObject({ PROVIDER_API_URL: STAND_IN.stripe });
    for (const other of [{ API_KEY_ID: 'arn:other' }, {}])
      expect(functionEnvironment(plan(other), around)).not.toHaveProperty('PROVIDER_API_URL');
  });
});
