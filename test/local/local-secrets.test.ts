/** The secret of a source on this machine. */
import { describe, expect, it } from '@jest/globals';
import { localSecrets, secretVariable } from '../../local/local-secrets.ts';

const source = (name: string, provider: string) =>
  JSON.stringify({ source: name, provider, url: 'http://127.0.0.1', secretId: `arn:${name}` });
const outputs = {
  SourceStripeEu: source('stripe-eu', 'stripe'),
  SourceStandard: source('standard', 'standardwebhooks'),
  EventsTable: 'events',
};

describe('a local secret', () => {
  it('is taken from the variable of its source', async () => {
    expect(secretVariable('stripe-eu')).toBe('ONCEHOOK_SECRET_STRIPE_EU');
    const [first] = await localSecrets(outputs, { ONCEHOOK_SECRET_STRIPE_EU: 'whsec_mine' });
    expect(first).toEqual({ secretId: 'arn:stripe-eu', text: '{"active":[{"id":"local","secret":"whsec_mine"}]}' });
  });

  it("is made in its provider's form otherwise, a new one each time", async () => {
    const made = async () => (await localSecrets(outputs, {})).map(({ text }) => JSON.parse(text).active[0].secret as string);
    const [first, second] = [await made(), await made()];
    expect(first).toEqual([expect.stringMatching(/^whsec_\S{32,}$/), expect.stringMatching(/^whsec_\S{32,}$/)]);
    expect(second).not.toEqual(first);
  });

  it('of a consumer is taken from its variable and never made up, since the other side would not know it', async () => {
    const consumer = (name: string, secretId?: string) => JSON.stringify({ name, address: `${name}@1`, tables: {}, secretId });
    const three = {
      ConsumerMailer: consumer('mailer', 'arn:mailer'),
      ConsumerTax: consumer('tax', 'arn:tax'),
      ConsumerLedger: consumer('ledger'),
    };
    const environment = { ONCEHOOK_SECRET_MAILER: 'key_1', ONCEHOOK_SECRET_LEDGER: 'key_2' };
    expect(await localSecrets(three, environment)).toEqual([
      { secretId: 'arn:mailer', text: '{"active":[{"id":"local","secret":"key_1"}]}' },
    ]);
  });

  it('that is empty is refused, and its variable named', async () => {
    await expect(localSecrets(outputs, { ONCEHOOK_SECRET_STANDARD: '' })).rejects.toMatchObject({
      code: 'EMPTY_SECRET',
      message: expect.stringContaining('ONCEHOOK_SECRET_STANDARD'),
    });
  });
});
