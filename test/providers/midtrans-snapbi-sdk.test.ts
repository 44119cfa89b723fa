import { createRequire } from 'node:module';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import snapbi from '../../lambdas/providers/midtrans-snapbi.ts';
import { publicKeyOf, signAnyText } from './midtrans-snapbi-keys.ts';

/** What of Midtrans's library is used here; it has no types of its own. */
type Library = {
  readonly SnapBiConfig: { snapBiPublicKey: string };
  readonly SnapBi: { notification(): Notification };
};
type Notification = {
  withNotificationPayload(payload: unknown): Notification;
  withSignature(signature: string): Notification;
  withTimeStamp(timestamp: string): Notification;
  withNotificationUrlPath(path: string): Notification;
  isWebhookNotificationVerified(): boolean;
};
const library = createRequire(import.meta.url)('midtrans-client') as Library;

type Sent = { readonly body: string; readonly timestamp: string; readonly signature: string; readonly path: string };

/** What somebody might do to a signed request. */
const changes = fc.constantFrom<(sent: Sent) => Sent>(
  (sent) => sent,
  (sent) => ({ ...sent, body: JSON.stringify(JSON.parse(sent.body), null, 3) }),
  (sent) => ({ ...sent, body: sent.body.replace('{', '{"more":1,') }),
  (sent) => ({ ...sent, body: sent.body.replace('virtual', 'virtuaL') }),
  (sent) => ({ ...sent, timestamp: sent.timestamp.replace('40+07', '41+07') }),
  (sent) => ({ ...sent, path: '/v1.0/debit/notify' }),
  (sent) => ({ ...sent, signature: `${sent.signature.startsWith('A') ? 'B' : 'A'}${sent.signature.slice(1)}` }),
);

it("agrees with Midtrans's own library on each body, path, key and change", () => {
  const seen = { valid: 0, refused: 0 };
  const path = fc.constantFrom('/v1.0/transfer-va/payment', '/v1.0/qr/qr-mpm-notify', '/a/b');
  const bodies = fc.dictionary(fc.string(), fc.jsonValue()).map((more) => ({ ...more, virtualAccountNo: 'é 1' }));
  const property = fc.property(bodies, path, changes, fc.boolean(), (body, signedPath, change, otherKey) => {
    const text = JSON.stringify(body);
    const url = `https://hooks.shop.example${signedPath}`;
    const { headers } = signAnyText({ body: Buffer.from(text), secret: publicKeyOf(1), nowSeconds: 1_771_000_000, url, signed: text });
    const original = { body: text, timestamp: headers['X-TIMESTAMP'] ?? '', signature: headers['X-SIGNATURE'] ?? '', path: signedPath };
    const sent = change(original);
    const key = publicKeyOf(otherKey ? 2 : 1);
    library.SnapBiConfig.snapBiPublicKey = key;
    const theirs = library.SnapBi.notification()
      .withNotificationPayload(JSON.parse(sent.body))
      .withSignature(sent.signature)
      .withTimeStamp(sent.timestamp)
      .withNotificationUrlPath(sent.path)
      .isWebhookNotificationVerified();
    const request = { headers: { 'x-timestamp': sent.timestamp, 'x-signature': sent.signature }, body: Buffer.from(sent.body) };
    const options = { nowSeconds: 1_771_000_000, toleranceSeconds: 300, url: `https://other.example${sent.path}` };
    expect(snapbi.verify(request, [{ id: 'main', secret: key }], options).valid).toBe(theirs);
    seen[theirs ? 'valid' : 'refused'] += 1;
  });
  fc.assert(property, { seed: 20_261_124, numRuns: 500 });
  expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(50);
});
