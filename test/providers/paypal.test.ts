import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ActiveSecret, WebhookRequest } from '../../lambdas/core/provider.ts';
import paypal from '../../lambdas/providers/paypal.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { NOW_SECONDS, type ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';
import { authority, CERTIFICATE_URL, crc32, keyIn, live, SANDBOX_URL, serving, signAsPayPal, withChecksum } from './paypal-keys.ts';

const captured = {
  id: 'WH-4JU60637B5671911P-0MV35084XN2148715',
  event_version: '1.0',
  create_time: '2026-02-13T16:26:32.000Z',
  resource_type: 'capture',
  resource_version: '2.0',
  event_type: 'PAYMENT.CAPTURE.COMPLETED',
  summary: 'Payment completed for EUR 15.0 EUR',
  resource: {
    id: '7TK53561YB803214S',
    amount: { currency_code: 'EUR', value: '15.00' },
    status: 'COMPLETED',
    supplementary_data: { related_ids: { order_id: '5O190127TN364715T' } },
  },
  links: [{ href: 'https://api.paypal.com/v1/notifications/webhooks-events/WH-4JU60637B5671911P-0MV35084XN2148715', rel: 'self' }],
};
const dispute = { ...captured, event_type: 'CUSTOMER.DISPUTE.CREATED', resource: { dispute_id: 'PP-D-12345', status: 'OPEN' } };

const sample = (title: string, event: object) => ({ title, id: 'e068dce0-ba1d-11ed-8635-fb7d730e54d3', body: JSON.stringify(event) });

const expected = {
  identity: captured.id,
  type: 'PAYMENT.CAPTURE.COMPLETED',
  occurredAt: '2026-02-13T16:26:32.000Z',
  subject: '5O190127TN364715T',
  account: undefined,
  mode: 'live',
  authenticity: 'partial',
  signedFields: ['crc32(body)'],
  contentType: 'application/json',
} as const;

const fixture: ProviderFixture = {
  provider: paypal,
  sign: (input) => signAsPayPal(input),
  keyOf: async (url) => (url === CERTIFICATE_URL ? keyIn(live) : undefined),
  network: serving({ [CERTIFICATE_URL]: live.pem + authority.pem }),
  signedHeaders: ['paypal-transmission-id', 'paypal-transmission-time', 'paypal-transmission-sig', 'paypal-cert-url', 'paypal-auth-algo'],
  covers: 'body',
  timestamped: false,
  json: true,
  events: [
    { ...sample('a capture', captured), expected: [expected] },
    {
      ...sample('a dispute', dispute),
      expected: [{ ...expected, type: 'CUSTOMER.DISPUTE.CREATED', subject: 'PP-D-12345' }],
    },
  ],
  redelivered: [
    { ...sample('a body without links, in another order', captured), again: JSON.stringify({ ...captured, links: [] }, null, 2) },
  ],
  replayed: [
    {
      title: 'another correlation id and another version of the scheme, which are not signed',
      change: (request) => ({
        ...request,
        headers: { ...request.headers, 'correlation-id': 'b81ec97195256', 'paypal-auth-version': 'v1' },
      }),
    },
  ],
  states: [{ ...sample('two events of one capture', captured), next: JSON.stringify({ ...captured, id: 'WH-OTHER' }) }],
  changed: [{ ...sample('another amount', captured), into: JSON.stringify(captured).replace('15.00', '15.01') }],
  odd: [
    { ...sample('an event without an id', { ...captured, id: undefined }), reason: 'no-id' },
    { ...sample('an event without a type', { ...captured, event_type: undefined }), reason: 'no-type' },
    {
      ...sample('a month that is none, as the simulator sends it', { ...captured, create_time: '2018-19-12T22:20:32.000Z' }),
      reason: 'bad-time',
    },
  ],
};

describeProvider(fixture);
describeVectors({ provider: paypal, differs: {} });

const WEBHOOK_ID = '81P3S9YDKWSGYSU46';
const secrets: readonly ActiveSecret[] = [{ id: 'main', secret: WEBHOOK_ID }];
const accepted = { valid: true, secretId: 'main' };

const signed = (body: string | Uint8Array, secret = WEBHOOK_ID, id = 'e068dce0'): WebhookRequest => {
  const { headers, ...rest } = signAsPayPal({ body: Buffer.from(body as string), secret, nowSeconds: NOW_SECONDS, id });
  return { headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])), ...rest };
};
const withHeaders = (request: WebhookRequest, headers: WebhookRequest['headers']) => ({
  ...request,
  headers: { ...request.headers, ...headers },
});

/** The verdict, and which keys were asked for on the way to it. */
async function judge(request: WebhookRequest, some = secrets, key: string | undefined = keyIn(live)) {
  const asked: string[] = [];
  const keyOf = async (url: string) => {
    asked.push(url);
    return key;
  };
  return { verdict: await paypal.verify(request, some, { nowSeconds: NOW_SECONDS, toleranceSeconds: 300, keyOf }), asked };
}

describe("PayPal's signature", () => {
  it('is over the CRC-32 of the raw bytes, as an unsigned number', async () => {
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, altered) => {
      const request = signed(bytes);
      const body = altered ? Buffer.concat([bytes, Buffer.from('x')]) : bytes;
      expect((await judge({ ...request, body })).verdict.valid).toBe(!altered);
    });
    await fc.assert(property, { seed: 20_261_124, numRuns: 300 });
  });

  it('counts however old it is: the time is signed, and PayPal does not say that a retry has a new one', async () => {
    const options = { toleranceSeconds: 300, keyOf: async () => keyIn(live) };
    for (const nowSeconds of [0, NOW_SECONDS + 30 * 24 * 3600]) {
      expect(await paypal.verify(signed('{}'), secrets, { ...options, nowSeconds })).toEqual(accepted);
    }
  });

  it('covers a checksum and not the body: whoever holds one request can put another body under it, and so the event says partial', async () => {
    const request = signed(JSON.stringify(captured));
    const forged = withChecksum(JSON.stringify(captured).replace('15.00', '99.00'), crc32(request.body));
    expect((await judge({ ...request, body: forged })).verdict).toEqual(accepted);
    expect(paypal.events(request)).toMatchObject([{ authenticity: 'partial', signedFields: ['crc32(body)'] }]);
  });

  it.each(['SHA1withRSA', 'SHA512withRSA', 'sha256withrsa', 'SHA256withECDSA', 'none', 'SHA256withRSA '])(
    'is of no other algorithm: %s',
    async (algorithm) => {
      const { verdict, asked } = await judge(withHeaders(signed('{}'), { 'paypal-auth-algo': algorithm }));
      expect([verdict, asked]).toEqual([{ valid: false, reason: 'bad-algorithm' }, []]);
    },
  );

  it.each([
    ['paypal-transmission-id', 'a|b', 'bad-field'],
    ['paypal-transmission-id', 'a b', 'bad-field'],
    ['paypal-transmission-time', 'yesterday', 'bad-timestamp'],
    ['paypal-transmission-time', '2026-02-13T16:26:35Z|x', 'bad-timestamp'],
    ['paypal-transmission-sig', 'not base64', 'bad-header'],
  ])('has no %s of another form: %s', async (name, value, reason) => {
    expect(await judge(withHeaders(signed('{}'), { [name]: value }))).toEqual({ verdict: { valid: false, reason }, asked: [] });
  });

  it('is not right by a key of another kind, or by none', async () => {
    for (const key of [keyIn(authority), 'no key', '']) {
      expect((await judge(signed('{}'), secrets, key)).verdict).toEqual({ valid: false, reason: 'unknown-key' });
    }
    const options = { nowSeconds: NOW_SECONDS, toleranceSeconds: 300 };
    expect(await paypal.verify(signed('{}'), secrets, options)).toEqual({ valid: false, reason: 'unknown-key' });
  });

  it('is never taken for the text that signs what anybody sends with the simulator', async () => {
    const { verdict, asked } = await judge(signed('{}', 'WEBHOOK_ID'), [{ id: 'main', secret: 'WEBHOOK_ID' }]);
    expect([verdict, asked]).toEqual([{ valid: false, reason: 'no-usable-secret' }, []]);
  });
});

describe('the address of the certificate', () => {
  const foreign = [
    'http://api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1',
    'https://evil.example/v1/notifications/certs/CERT-1',
    'https://evil.example/?https://api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1',
    'https://apixpaypal.com/v1/notifications/certs/CERT-1',
    'https://www.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com:8443/v1/notifications/certs/CERT-1',
    'https://api.paypal.com/v1/notifications/certs/CERT-1?x=1',
    'https://api.paypal.com/v1/notifications/certs/CERT-1#x',
    'https://api.paypal.com/v1/notifications/certs/../../evil/CERT-1',
    'https://api.paypal.com/v1/notifications/certs/CERT-../evil',
    'https://api.paypal.com/v1/notifications/certs/CERT-',
    'https://api.paypal.com/v1/notifications/CERT-1',
    'https://api.paypal.com\\@evil.example/v1/notifications/certs/CERT-1',
    'HTTPS://API.PAYPAL.COM/v1/notifications/certs/CERT-1',
    ' https://api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com/v1/notifications/certs/CERT-1\n',
    'file:///v1/notifications/certs/CERT-1',
    'https://169.254.169.254/v1/notifications/certs/CERT-1',
  ];

  it.each(foreign)("is not followed where it is not PayPal's own: %j", async (url) => {
    const { verdict, asked } = await judge(withHeaders(signed('{}'), { 'paypal-cert-url': url }));
    expect([verdict, asked]).toEqual([{ valid: false, reason: 'foreign-key' }, []]);
  });

  it('says whether an event is live or of the sandbox, and nothing else can', () => {
    const modeAt = (url: string) => paypal.events(withHeaders(signed(JSON.stringify(captured)), { 'paypal-cert-url': url }));
    expect(modeAt(SANDBOX_URL)).toMatchObject([{ mode: 'test' }]);
    expect(modeAt(CERTIFICATE_URL)).toMatchObject([{ mode: 'live' }]);
    expect(modeAt('https://evil.example')).toMatchObject([{ mode: undefined }]);
    expect(paypal.events({ headers: {}, body: Buffer.from(JSON.stringify(captured)) })).toMatchObject([{ mode: undefined }]);
  });
});
