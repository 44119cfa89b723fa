/** `oncehook verify`: what it takes, what it says of a valid request, and what it takes for wrong use. */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import mercadopago from '../../lambdas/providers/mercadopago.ts';
import square from '../../lambdas/providers/square.ts';
import standardwebhooks from '../../lambdas/providers/standardwebhooks.ts';
import stripe from '../../lambdas/providers/stripe.ts';
import { meaningOf } from '../../ops/reason-words.ts';
import { BODY, SIGNED_AT, signed, verifyCaptured } from './captured-request.ts';
import { runCommand } from './run-command.ts';
import { withInput } from './typed-input.ts';

const SECRET = 'whsec_oKKGlCcY7vsX5WRTrBAtUOOlyM9NIsFi';
const request = signed(stripe, { secret: SECRET });

describe('a valid request', () => {
  it('is told with the secret and the names of its event', async () => {
    const { code, out, err } = await verifyCaptured('stripe', { secrets: `whsec_another_one\n\n${SECRET}\n`, ...request });
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out.split('\n')).toEqual([
      'valid, signed with the secret secret-2',
      '',
      'identity  event id  type             subject  mode  authenticity',
      'evt_1     evt_1     charge.refunded  ch_1     test  signed',
      '',
    ]);
  });

  it.each([
    ['lines as they were copied', 'POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nStripe-Signature :  HEADER \r\n\r\n'],
    ['a JSON object', '{"Stripe-Signature":"HEADER","x-numbers":[1,"2"]}'],
  ])('may have its headers as %s', async (_, headers) => {
    const given = headers.replace('HEADER', request.headers['stripe-signature'] ?? '');
    expect(await verifyCaptured('stripe', { secrets: SECRET, headers: given, body: request.body })).toMatchObject({ code: 0 });
  });

  it.each([
    ['text', (body: Uint8Array) => ({ body: Buffer.from(body).toString() })],
    ['base64', (body: Uint8Array) => ({ body: Buffer.from(body).toString('base64'), isBase64Encoded: true })],
  ])('may be a captured HTTP API event with its body as %s', async (_, coded) => {
    const event = { version: '2.0', headers: { 'Stripe-Signature': request.headers['stripe-signature'] }, ...coded(request.body) };
    expect(await verifyCaptured('stripe', { secrets: SECRET, event })).toMatchObject({ code: 0 });
  });

  it('takes the URL that is signed from the event, and from --url before it', async () => {
    const url = 'https://abc.execute-api.eu-west-1.amazonaws.com/webhooks/square?a=1';
    const made = signed(square, { secret: SECRET, url });
    const event = {
      headers: made.headers,
      body: BODY,
      rawPath: '/webhooks/square',
      rawQueryString: 'a=1',
      requestContext: { domainName: 'abc.execute-api.eu-west-1.amazonaws.com' },
    };
    expect(await verifyCaptured('square', { secrets: SECRET, event })).toMatchObject({ code: 0 });
    expect(await verifyCaptured('square', { secrets: SECRET, event }, ['--url', 'https://example.com'])).toMatchObject({ code: 1 });
    expect(await verifyCaptured('square', { secrets: SECRET, ...made }, ['--url', url])).toMatchObject({ code: 0 });
  });

  it('of a provider that signs only a part says which, and what is left to do', async () => {
    const url = 'https://hooks.shop.example/webhooks/mercadopago?data.id=123';
    const made = signed(mercadopago, { secret: SECRET, url, body: '{"type":"payment","data":{"id":"123"}}' });
    const { code, out } = await verifyCaptured('mercadopago', { secrets: SECRET, ...made }, ['--url', url]);
    expect(code).toBe(0);
    expect(out).toContain('partial');
    expect(out).toContain('Signed are these fields alone: data.id.');
    expect(out).toContain(mercadopago.needsFetch);
  });

  it('that is odd is told to go to quarantine', async () => {
    const { code, out } = await verifyCaptured('stripe', {
      secrets: SECRET,
      ...signed(stripe, { secret: SECRET, body: '{"id":"evt_1"}' }),
    });
    expect(code).toBe(0);
    expect(out).toContain('quarantine: no-type');
  });

  it('may be checked with the text that is stored for a source', async () => {
    const stored = JSON.stringify({ active: [{ id: 'november', secret: SECRET }] });
    expect((await verifyCaptured('stripe', { secrets: stored, ...request })).out).toContain('signed with the secret november');
  });

  it('may be checked as of an ISO time and with another tolerance', async () => {
    const late = ['--at', new Date((SIGNED_AT + 900) * 1000).toISOString()];
    expect(await verifyCaptured('stripe', { secrets: SECRET, ...request }, late)).toMatchObject({ code: 1 });
    expect(await verifyCaptured('stripe', { secrets: SECRET, ...request }, [...late, '--tolerance', '900'])).toMatchObject({ code: 0 });
  });

  it('may have its secret on standard input', async () => {
    const run = () => verifyCaptured('stripe', { secrets: 'of no matter', ...request }, ['--secret-file', '-']);
    expect((await withInput(`${SECRET}\n`, run)).out).toContain('valid, signed with the secret secret-1');
  });
});

describe('oncehook verify --json', () => {
  it('tells a valid request as one document', async () => {
    const { out } = await verifyCaptured('stripe', { secrets: SECRET, ...request }, ['--json']);
    expect(JSON.parse(out)).toEqual({
      provider: 'stripe',
      valid: true,
      reason: null,
      secretId: 'secret-1',
      events: [
        {
          identity: 'evt_1',
          eventId: 'evt_1',
          type: 'charge.refunded',
          subject: 'ch_1',
          occurredAt: '2026-11-23T23:31:17.000Z',
          mode: 'test',
          authenticity: 'signed',
        },
      ],
      causes: [],
    });
  });

  it('tells another one with its reason, what that means, and its causes', async () => {
    const { code, out } = await verifyCaptured('stripe', { secrets: `"${SECRET}"`, ...request }, ['--json']);
    expect(code).toBe(1);
    const text = 'The signature fits when the quotes around the secret are removed (secret-1).';
    expect(JSON.parse(out)).toEqual({
      provider: 'stripe',
      valid: false,
      reason: 'no-match',
      meaning: meaningOf('no-match'),
      events: [],
      causes: [{ kind: 'secret', text }],
    });
  });
});

describe('a request that ingest refuses unread', () => {
  it.each([
    ['CONTENT_ENCODING', { headers: { 'content-encoding': 'gzip' }, body: '' }],
    ['TOO_LARGE', { headers: {}, body: 'x'.repeat(256 * 1024 + 1) }],
    ['BAD_BASE64', { event: { headers: {}, body: 'no base64!', isBase64Encoded: true } }],
  ])('is not valid: %s', async (reason, files) => {
    const { code, out } = await verifyCaptured('stripe', { secrets: SECRET, ...files });
    expect(code).toBe(1);
    expect(out).toContain(`not valid: ${reason}\n${meaningOf(reason)}`);
  });
});

describe('oncehook verify takes for wrong use', () => {
  const all = { secrets: SECRET, ...request };

  it.each([
    ['an unknown provider', 'strip', all, [], 'There is no provider "strip"; there are: adyen'],
    ['half a request', 'stripe', { secrets: SECRET, headers: {} }, [], '--headers FILE and --body FILE, or as --event FILE'],
    ['two requests', 'stripe', { ...all, event: {} }, [], '--headers FILE and --body FILE, or as --event FILE'],
    ['a file that is not there', 'stripe', all, ['--body', 'none.bin'], '--body names "none.bin", which cannot be read: ENOENT'],
    ['a secret in place of its file', 'stripe', all, ['--secret-file', SECRET], '--secret-file names a file, which cannot be read: ENOENT'],
    ['an empty file of secrets', 'stripe', { ...all, secrets: '\n \n' }, [], '--secret-file holds no secret'],
    ['a stored secret of another form', 'stripe', { ...all, secrets: '{"active":[{"id":"a b"}]}' }, [], 'entry 0 has no id'],
    ['a header that is none', 'stripe', { ...all, headers: 'Host: x\nnonsense' }, [], 'headers, line 2, is no header'],
    ['headers that are no JSON', 'stripe', { ...all, headers: '{"a"' }, [], 'headers is not JSON'],
    ['headers that are no texts', 'stripe', { ...all, headers: '{"a":null}' }, [], 'the header a is no text'],
    ['an event without headers', 'stripe', { secrets: SECRET, event: {} }, [], '"headers" is no object of texts'],
    ['an event with another body', 'stripe', { secrets: SECRET, event: { headers: {}, body: 1 } }, [], '"body" is no text'],
    ['an event that is a list', 'stripe', { secrets: SECRET, event: '[]' }, [], 'event is no JSON object'],
    ['a URL that is a path', 'stripe', all, ['--url', '/webhooks/stripe'], 'received "/webhooks/stripe"'],
    ['a time without a zone', 'stripe', all, ['--at', '2026-11-23T22:11:19'], 'ISO 8601 time with a zone'],
    ['keys that are no texts', 'stripe', { ...all, keys: { kid: 1 } }, [], 'keys is no JSON object of references and PEM texts'],
  ])('%s', async (_, provider, files, argv, says) => {
    const { code, out, err } = await verifyCaptured(provider, files, argv);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(says);
  });

  it('no provider at all, and no secret', async () => {
    expect((await runCommand(['verify'])).err).toContain('No provider was named; there are: adyen');
    const { code, err } = await runCommand(['verify', 'stripe', '--body', join(import.meta.dirname, 'verify.test.ts')]);
    expect(code).toBe(2);
    expect(err).toContain('--secret-file FILE, or - for standard input');
  });
});

describe('the words for a refusal', () => {
  it('are told with their meaning', async () => {
    const secret = Buffer.alloc(24, 1).toString('base64');
    const { out } = await verifyCaptured('standardwebhooks', { secrets: secret, ...signed(standardwebhooks, { secret }), body: '{}' });
    expect(out).toContain(`not valid: no-match\n${meaningOf('no-match')}\n`);
  });

  it('may be one of a provider alone, also one that every object has', () => {
    expect(meaningOf('toString')).toContain('A word of this provider alone');
  });
});
