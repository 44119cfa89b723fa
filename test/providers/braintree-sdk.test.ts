import { createRequire } from 'node:module';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import braintree from '../../lambdas/providers/braintree.ts';

/** What of Braintree's library is used here; it has no types of its own. */
type Sample = { readonly bt_signature: string; readonly bt_payload: string };
type Library = {
  readonly Environment: { readonly Sandbox: unknown };
  readonly WebhookNotification: { readonly Kind: { readonly [name: string]: string } };
  readonly BraintreeGateway: new (
    options: object,
  ) => {
    readonly webhookNotification: {
      parse(signature: string, payload: string): Promise<{ readonly kind: string; readonly timestamp: string }>;
    };
    readonly webhookTesting: { sampleNotification(kind: string, id: string, sourceMerchantId?: string): Sample };
  };
};
const library = createRequire(import.meta.url)('braintree') as Library;

const [publicKey, privateKey] = ['38xda0kwz3c2to7c', 'bebecd37e6787f5b83b5b71d70276052'];
const secret = `${publicKey}|${privateKey}`;
const gatewayOf = (keys: { readonly publicKey: string; readonly privateKey: string }) =>
  new library.BraintreeGateway({ environment: library.Environment.Sandbox, merchantId: 'merchant', ...keys });
const gateway = gatewayOf({ publicKey, privateKey });

const requestOf = ({ bt_signature: signature, bt_payload: payload }: Sample) => ({
  headers: {},
  body: Buffer.from(`bt_signature=${encodeURIComponent(signature)}&bt_payload=${encodeURIComponent(payload)}`),
});
const oursOf = (sample: Sample, used = secret) => braintree.verify(requestOf(sample), [{ id: 'main', secret: used }]).valid;

it.each(Object.values(library.WebhookNotification.Kind))("reads %s out of Braintree's own sample, as its library does", async (kind) => {
  const sample = gateway.webhookTesting.sampleNotification(kind, 'id_1', 'merchant_2');
  const theirs = await gateway.webhookNotification.parse(sample.bt_signature, sample.bt_payload);
  expect(oursOf(sample)).toBe(true);
  const [ours] = braintree.events(requestOf(sample));
  expect(ours).toMatchObject({ kind: 'event', type: theirs.kind, account: 'merchant_2' });
  expect(ours?.kind === 'event' && ours.occurredAt).toBe(new Date(theirs.timestamp).toISOString());
  const text = Buffer.from(sample.bt_payload, 'base64').toString();
  const named = /<(?:subscription|transaction|dispute|disbursement|transaction-review)>/.test(text) && !text.includes('local-payment');
  if (named) expect(ours).toMatchObject({ subject: 'id_1' });
});

/** What somebody might do to a signed notification. */
const changes = fc.constantFrom<(sample: Sample) => Sample>(
  (sample) => sample,
  (sample) => ({ ...sample, bt_payload: sample.bt_payload.replace(/\n$/, '') }),
  (sample) => ({ ...sample, bt_payload: `\n${sample.bt_payload}` }),
  (sample) => ({ ...sample, bt_payload: sample.bt_payload.replace('P', 'Q') }),
  (sample) => ({ ...sample, bt_payload: sample.bt_payload.replace(/.$/m, '!') }),
  (sample) => ({ ...sample, bt_signature: `other|${'0'.repeat(40)}&${sample.bt_signature}` }),
  (sample) => ({ ...sample, bt_signature: `${sample.bt_signature}&other|0` }),
  (sample) => ({ ...sample, bt_signature: sample.bt_signature.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) }),
  (sample) => ({ ...sample, bt_signature: sample.bt_signature.replace('|', '||') }),
  (sample) => ({ ...sample, bt_signature: sample.bt_signature.toUpperCase() }),
);

it("agrees with Braintree's own library on each notification, key and change", async () => {
  const seen = { valid: 0, refused: 0 };
  const kinds = fc.constantFrom(...Object.values(library.WebhookNotification.Kind));
  const key = fc.record({ publicKey: fc.stringMatching(/^[a-z0-9]{16}$/), privateKey: fc.stringMatching(/^[a-f0-9]{32}$/) });
  const property = fc.asyncProperty(kinds, key, changes, fc.nat(9), async (kind, keys, change, luck) => {
    const mine = gatewayOf(keys);
    const sample = change(mine.webhookTesting.sampleNotification(kind, 'id_1'));
    const used = luck === 0 ? { ...keys, privateKey } : luck === 1 ? { ...keys, publicKey } : keys;
    const theirs = await gatewayOf(used)
      .webhookNotification.parse(sample.bt_signature, sample.bt_payload)
      .then(() => true)
      .catch(() => false);
    expect(oursOf(sample, `${used.publicKey}|${used.privateKey}`)).toBe(theirs);
    seen[theirs ? 'valid' : 'refused'] += 1;
  });
  await fc.assert(property, { seed: 20_261_124, numRuns: 1000 });
  expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(200);
});

it("signs what Braintree's own library accepts", async () => {
  const xml =
    '<notification><timestamp type="datetime">2026-02-13T16:26:40Z</timestamp><kind>check</kind><subject><check>é</check></subject></notification>';
  const { body } = braintree.sign({ body: Buffer.from(xml), secret, nowSeconds: 0, id: '' });
  const fields = new URLSearchParams(Buffer.from(body).toString());
  const theirs = await gateway.webhookNotification.parse(fields.get('bt_signature') ?? '', fields.get('bt_payload') ?? '');
  expect(theirs.kind).toBe('check');
});
