/** `oncehook verify` says why a really signed request does not verify: each cause on a request that has just this one. */
import { describe, expect, it } from '@jest/globals';
import adyenPlatform from '../../lambdas/providers/adyen-platform.ts';
import polar from '../../lambdas/providers/polar.ts';
import square from '../../lambdas/providers/square.ts';
import standardwebhooks from '../../lambdas/providers/standardwebhooks.ts';
import stripe from '../../lambdas/providers/stripe.ts';
import { causesOf, SIGNED_AT, signed } from './captured-request.ts';

const SECRET = 'whsec_oKKGlCcY7vsX5WRTrBAtUOOlyM9NIsFi';

describe('a secret in another form', () => {
  const bytes = Buffer.alloc(32, 0xfb);
  const base64 = bytes.toString('base64');

  it.each([
    [
      'with a line break of Windows behind it',
      'whsec_some_secret',
      'whsec_some_secret\r\n',
      'when the line break at the end of the secret is removed',
    ],
    ['with white space around it', 'whsec_some_secret', '  whsec_some_secret ', 'when the white space around the secret is removed'],
    ['in quotes', 'whsec_some_secret', '"whsec_some_secret"', 'when the quotes around the secret are removed'],
    ['with an invisible character', 'whsec_some_secret', 'whsec_some\u200b_secret', 'the invisible characters in the secret'],
    ['without its whsec_', 'whsec_some_secret', 'some_secret', 'when whsec_ stands before the secret'],
    ['with a whsec_ too many', 'some_secret', 'whsec_some_secret', 'when whsec_ at the start of the secret is removed'],
    ['in upper case', 'abcdef0123456789', 'ABCDEF0123456789', 'when the letters of the secret are lower case'],
    ['in lower case', 'ABCDEF0123456789', 'abcdef0123456789', 'when the letters of the secret are upper case'],
    ['whose sender has a line break in it', 'whsec_some_secret\n', 'whsec_some_secret', 'the sender signs with one, probably by mistake'],
    ['coded once more in base64', 'some_secret_text', Buffer.from('some_secret_text').toString('base64'), 'what the secret says in base64'],
  ])('%s is named, and not shown', async (_, used, given, says) => {
    const request = signed(stripe, { secret: used });
    const out = await causesOf('stripe', { secrets: given, ...request });
    expect(out).toContain(says);
    expect(out).toContain('(secret-1)');
  });

  it.each([
    [
      'of which the text was the key',
      polar,
      'a text of twenty-four or more',
      'the text of the secret as it stands: for this provider write it as padded base64',
    ],
    ['of which the text behind whsec_ was the key', polar, 'a_text_of_twenty_four_or_more', 'the text of the secret behind whsec_'],
    [
      'without the padding of base64',
      standardwebhooks,
      base64.replace('=', ''),
      'what the secret says in base64: for this provider write it as padded base64',
    ],
    ['in the letters for URLs', standardwebhooks, bytes.toString('base64url'), 'what the secret says in base64'],
    ['in hex', standardwebhooks, bytes.toString('hex'), 'what the secret says in hex: for this provider write it as padded base64'],
  ])('%s is named with what to write', async (what, signer, given, says) => {
    const request = signed(signer, { secret: signer === polar ? given : base64 });
    const out = await causesOf('standardwebhooks', { secrets: what.includes('behind') ? `whsec_${given}` : given, ...request });
    expect(out).toContain(`when the key is ${says}`);
  });

  it('is found among several, by its place in the file', async () => {
    const out = await causesOf('stripe', {
      secrets: 'whsec_of_another\n"whsec_some_secret"\n',
      ...signed(stripe, { secret: 'whsec_some_secret' }),
    });
    expect(out).toContain('when the quotes around the secret are removed (secret-2)');
  });

  it('that has expired is named by its entry', async () => {
    const active = [
      { id: 'new', secret: 'whsec_the_new_secret' },
      { id: 'old', secret: SECRET, notAfter: '2026-11-01T00:00:00Z' },
    ];
    const out = await causesOf('stripe', { secrets: JSON.stringify({ active }), ...signed(stripe, { secret: SECRET }) });
    expect(out).toContain('The signature fits the entry old, whose notAfter has passed.');
  });
});

describe('a clock', () => {
  const request = signed(stripe, { secret: SECRET });
  const at = (seconds: number) => ['--at', String(SIGNED_AT + seconds)];

  it.each([
    [
      'an hour or less behind',
      1_801,
      ['is 1801 s before the time of the check; allowed are 300 s', 'held up or replayed, or one clock is wrong'],
    ],
    ['far behind', 100_001, ['is 100001 s before', 'a replay, or it was captured then: add --at 2026-11-23T']],
    ['behind by a time zone', 7_200 + 20, ['is 7220 s before', 'almost exactly 2 h: a clock that shows local time as if it were UTC']],
    ['ahead', -301, ['is 301 s after the time of the check', 'one clock is wrong', 'a replay is never from the future']],
    ['ahead by a time zone', -32_400, ['almost exactly 9 h']],
  ])('that is %s is told by how much', async (_, seconds, says) => {
    const out = await causesOf('stripe', { secrets: SECRET, ...request }, at(seconds));
    for (const part of says) expect(out).toContain(part);
    expect(out.match(/^- /gm)).toHaveLength(1);
  });

  it('is no cause where the captured event was valid when it arrived', async () => {
    const { headers, body } = request;
    const event = { headers, body: Buffer.from(body).toString(), requestContext: { timeEpoch: (SIGNED_AT + 2) * 1000 + 123 } };
    const out = await causesOf('stripe', { secrets: SECRET, event }, at(100_000));
    expect(out).toContain('When it arrived, at 2026-11-23T23:31:19.000Z, it was valid: check it with --at and that time.');
  });
});

describe('a URL that is signed', () => {
  const URL_SIGNED = 'https://hooks.shop.example/webhooks/square';
  const told = (url: string) =>
    causesOf('square', { secrets: SECRET, ...signed(square, { secret: SECRET, url: URL_SIGNED }) }, ['--url', url]);

  it.each([
    [`${URL_SIGNED}/`, 'without the slash at its end'],
    ['http://hooks.shop.example/webhooks/square', 'with https instead of http'],
    [`${URL_SIGNED}?a=1`, 'without its query'],
    ['https://hooks.SHOP.example/webhooks/square', 'with its host in lower case'],
    ['https://hooks.shop.example:443/webhooks/square', 'without its port'],
    ['http://hooks.shop.example/webhooks/square/?a=1', 'with https instead of http and without the slash at its end and without its query'],
  ])('and is given as %s is named with what is different', async (url, says) => {
    expect(await told(url)).toContain(`when the URL is taken ${says}: it must be the one that stands at the provider`);
  });

  it('with http or a slash at its end is found as well', async () => {
    const request = signed(square, { secret: SECRET, url: 'http://hooks.shop.example/square/' });
    const out = await causesOf('square', { secrets: SECRET, ...request }, ['--url', 'https://hooks.shop.example/square']);
    expect(out).toContain('with http instead of https and with a slash at its end');
  });

  it('and is not given is asked for', async () => {
    const out = await causesOf('square', { secrets: SECRET, ...signed(square, { secret: SECRET, url: URL_SIGNED }) });
    expect(out).toContain('not valid: no-url\nThe URL is part of what is signed and is not known: give it with --url');
  });
});

describe('headers that were changed on their way', () => {
  const { headers, body } = signed(stripe, { secret: SECRET });
  const signature = headers['stripe-signature'] ?? '';
  const withHeader = (text: string) => causesOf('stripe', { secrets: SECRET, body, headers: { 'stripe-signature': text } });

  it.each([
    ['put into quotes', `"${signature}"`, 'when the quotes and the white space around the header values are removed'],
    ['sent twice', `${signature}, ${signature}`, 'when a header that came twice counts once'],
    ['sent twice with another one last', `t=1,v1=00,${signature}`, 'when of a header that came twice the last one counts'],
    [
      'written in upper case',
      signature.replace(/v1=(.*)/, (_, hex: string) => `v1=${hex.toUpperCase()}`),
      'when the hex digits in the header are lower case',
    ],
  ])('are named: %s', async (_, text, says) => {
    expect(await withHeader(text)).toContain(says);
  });

  it('are named: renamed', async () => {
    const out = await causesOf('stripe', { secrets: SECRET, body, headers: { HTTP_STRIPE_SIGNATURE: signature } });
    expect(out).toContain('when the headers have their own names: something renamed them');
  });

  it('are named: three of one message, sent twice', async () => {
    const secret = Buffer.alloc(24, 1).toString('base64');
    const message = signed(standardwebhooks, { secret });
    const twice = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, `${value},${value}`]));
    expect(await causesOf('standardwebhooks', { secrets: secret, body, headers: twice })).toContain(
      'when a header that came twice counts once',
    );
  });

  it('are named: dropped', async () => {
    const out = await causesOf('standardwebhooks', { secrets: SECRET, body, headers: 'Content-Type: text/plain\nwebhook-id: msg_1\n' });
    expect(out).toContain('The request lacks webhook-timestamp, webhook-signature; it has content-type, webhook-id. A proxy');
  });
});

describe('a request of somebody else', () => {
  it('is recognised by its header, whatever the secret is', async () => {
    const request = signed(stripe, { secret: 'whsec_the_one_of_stripe' });
    const out = await causesOf('paddle', { secrets: 'pdl_the_one_of_paddle', ...request });
    expect(out).toContain('This looks like a request of Stripe.');
  });

  it('is named as the provider under which it is valid', async () => {
    const key = 'AB'.repeat(32);
    const request = signed(adyenPlatform, { secret: key });
    expect(await causesOf('adyen', { secrets: key, ...request })).toContain(
      'a valid request of the provider adyen-platform: name that one',
    );
  });
});

describe('a signature that nothing explains', () => {
  it('is said to be that, with what is left to look at', async () => {
    const out = await causesOf('stripe', { secrets: 'whsec_of_the_test_mode', ...signed(stripe, { secret: SECRET }) });
    expect(out).toContain('No usual change explains it');
    expect(out).toContain('endpoint, account or mode');
  });
});
