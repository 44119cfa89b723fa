import { describe, expect, it } from '@jest/globals';
import type { HttpAnswer } from '../../lambdas/core/ports.ts';
import plaid from '../../lambdas/providers/plaid.ts';
import { NOW_SECONDS } from '../contracts/provider-fixture.ts';
import { ecKeys } from '../core/made-certificates.ts';
import { httpEvent } from '../pipeline/http-event.ts';
import { createIngestBench, secretText } from '../pipeline/ingest-bench.ts';
import { createVirtualClock } from '../pipeline/virtual-clock.ts';
import { jwkOf, KEY, KID, type PlaidNetwork, plaidNetwork, signAsPlaid, UNKNOWN } from './plaid-keys.ts';

const PRODUCTION = 'production|5f4c2a8e9b1d3c0012ab34cd|0123456789abcdef0123456789abcd';
const SANDBOX = 'sandbox|5f4c2a8e9b1d3c0012ab34cd|fedcba9876543210fedcba98765432';

/** The whole way: a request signed with the key of `KID`, and Plaid's endpoint as it answers. */
async function deliver(network: PlaidNetwork, ...secrets: readonly string[]) {
  const entries = (secrets.length === 0 ? [PRODUCTION] : secrets).map((secret, index) => ({ id: `entry-${index}`, secret }));
  const clock = createVirtualClock(NOW_SECONDS * 1000);
  const bench = createIngestBench({ provider: plaid, network, clock, secret: () => secretText(...entries) });
  const body = Buffer.from('{"webhook_type":"TRANSFER","webhook_code":"TRANSFER_EVENTS_UPDATE","environment":"production"}');
  const { statusCode } = await bench.post(httpEvent(body, signAsPlaid({ body, nowSeconds: NOW_SECONDS }).headers));
  const reasons = Object.keys(bench.counted.counts()).filter((name) => name.startsWith('Unauthorized'));
  const codes = bench.counted.lines.filter(({ message }) => message === 'key unavailable').map(({ fields }) => fields['code']);
  return { statusCode, reasons, codes, lines: bench.counted.lines };
}

const production = (answer: HttpAnswer | Error) => plaidNetwork({ 'production.plaid.com': answer });
const given = (key: object, status = 200): HttpAnswer => ({ status, body: JSON.stringify({ key, request_id: 'RZ6' }) });

describe("Plaid's key", () => {
  it('is asked for in the environment of the entry, with its client_id and secret', async () => {
    for (const [entry, host] of [
      [PRODUCTION, 'production.plaid.com'],
      [SANDBOX, 'sandbox.plaid.com'],
    ] as const) {
      const network = plaidNetwork();
      expect(await deliver(network, entry)).toMatchObject({ statusCode: 200 });
      const [, client_id, secret] = entry.split('|');
      expect(network.asked).toEqual([
        {
          method: 'POST',
          url: `https://${host}/webhook_verification_key/get`,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ client_id, secret, key_id: KID }),
        },
      ]);
    }
  });

  it('is asked for with each entry at once: an old one may no longer be accepted', async () => {
    const refusing: HttpAnswer = { status: 400, body: '{"error_type":"INVALID_INPUT","error_code":"INVALID_API_KEYS"}' };
    for (const answer of [refusing, UNKNOWN, new Error('no connection')]) {
      const network = production(answer);
      expect(await deliver(network, PRODUCTION, SANDBOX)).toMatchObject({ statusCode: 200 });
      expect(network.asked).toHaveLength(2);
    }
  });

  it('that has expired counts no more, and one that will expire does until then', async () => {
    expect(await deliver(production(given({ ...KEY, expired_at: NOW_SECONDS })))).toMatchObject({
      statusCode: 401,
      reasons: ['Unauthorized{reason=unknown-key}'],
    });
    expect(await deliver(production(given({ ...KEY, expired_at: NOW_SECONDS + 1 })))).toMatchObject({ statusCode: 200 });
    expect(await deliver(production(given({ ...KEY, expired_at: undefined })))).toMatchObject({ statusCode: 200 });
  });

  it('that Plaid does not know makes a request unauthentic', async () => {
    expect(await deliver(production(UNKNOWN))).toMatchObject({ statusCode: 401, reasons: ['Unauthorized{reason=unknown-key}'], codes: [] });
  });

  it('of another pair than the one that signed makes it unauthentic', async () => {
    const other = { ...KEY, ...jwkOf(ecKeys().publicKey) };
    expect(await deliver(production(given(other)))).toMatchObject({ statusCode: 401, reasons: ['Unauthorized{reason=no-match}'] });
  });
});

describe('what Plaid answers', () => {
  const undecided: readonly (readonly [string, HttpAnswer, string])[] = [
    ['that the client_id or secret is wrong', { status: 400, body: '{"error_code":"INVALID_API_KEYS"}' }, 'INVALID_API_KEYS'],
    ['an error', { status: 500, body: '{"error_code":"INTERNAL_SERVER_ERROR"}' }, 'INTERNAL_SERVER_ERROR'],
    ['an error without a word', { status: 503, body: 'upstream' }, 'KEY_STATUS'],
    ['an error of which the word is none', { status: 400, body: '{"error_code":"sent to fedcba9876543210"}' }, 'KEY_STATUS'],
    ['that it does not know the key, with another status', { ...UNKNOWN, status: 500 }, 'INVALID_WEBHOOK_VERIFICATION_KEY_ID'],
    ['a redirect', { status: 302, body: '' }, 'KEY_STATUS'],
    ['nothing', { status: 200, body: '' }, 'KEY_STATUS'],
    ['no key', { status: 200, body: '{"request_id":"RZ6"}' }, 'KEY_STATUS'],
    ['a key of another name', given({ ...KEY, kid: 'other' }), 'KEY_STATUS'],
    ['a key with an error status', given(KEY, 500), 'KEY_STATUS'],
    ['a key of another kind', given({ kid: KID, kty: 'oct', k: 'AAAA' }), 'KEY_MALFORMED'],
    ['a key of another curve', given({ ...KEY, crv: 'P-384' }), 'KEY_MALFORMED'],
    ['a key without its numbers', given({ ...KEY, x: undefined }), 'KEY_MALFORMED'],
    ['a point that is not on the curve', given({ ...KEY, x: KEY.y }), 'KEY_MALFORMED'],
    ['an end that is no time', given({ ...KEY, expired_at: 'soon' }), 'KEY_MALFORMED'],
  ];

  it.each(undecided)('with %s decides nothing, so the sender tries again', async (_, answer, code) => {
    expect(await deliver(production(answer))).toMatchObject({ statusCode: 503, reasons: [], codes: [code] });
  });
});

describe('a secret', () => {
  it.each([
    'production|5f4c2a8e9b1d3c0012ab34cd',
    '5f4c2a8e9b1d3c0012ab34cd|0123456789abcdef0123456789abcd',
    'development|5f4c2a8e9b1d3c0012ab34cd|0123456789abcdef0123456789abcd',
    'evil.example/|5f4c2a8e9b1d3c0012ab34cd|0123456789abcdef0123456789abcd',
    'production|a|b|c',
    'production||',
    ' ',
  ])('of another form asks nobody, is no fault of the sender, and is quoted nowhere: %s', async (secret) => {
    const network = plaidNetwork();
    const { statusCode, codes, lines } = await deliver(network, secret);
    expect([statusCode, codes, network.asked]).toEqual([503, ['NO_USABLE_SECRET'], []]);
    if (secret.trim() !== '') expect(JSON.stringify(lines)).not.toContain(secret);
  });

  it('of another form beside a right one does no harm, and white space around one neither', async () => {
    expect(await deliver(plaidNetwork(), 'none', `\n${PRODUCTION} `)).toMatchObject({ statusCode: 200 });
  });
});
