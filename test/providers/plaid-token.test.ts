import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { WebhookRequest } from '../../lambdas/core/provider.ts';
import plaid from '../../lambdas/providers/plaid.ts';
import { NOW_SECONDS } from '../contracts/provider-fixture.ts';
import { ecKeys } from '../core/made-certificates.ts';
import { base64url, HEADER, jwkOf, KEY, KID, keys, pemOf, sha256Of, tokenOf } from './plaid-keys.ts';

const body = Buffer.from('{"webhook_type":"ITEM","webhook_code":"ERROR","item_id":"wz666MBjYWTp2PDzzggYhM6oWWmBb"}');
const claims = { iat: NOW_SECONDS, request_body_sha256: sha256Of(body) };
const right = tokenOf(HEADER, claims);

/** The verdict, and which keys were asked for on the way to it. */
async function judge(token: string, key = pemOf(keys.publicKey), nowSeconds = NOW_SECONDS) {
  const asked: string[] = [];
  const keyOf = async (kid: string) => {
    asked.push(kid);
    return key;
  };
  const request: WebhookRequest = { headers: { 'plaid-verification': token }, body };
  return { verdict: await plaid.verify(request, [{ id: 'main', secret: '' }], { nowSeconds, toleranceSeconds: 300, keyOf }), asked };
}
const accepted = { valid: true, secretId: 'main' };
const refusedFor = (reason: string, asked: readonly string[] = []) => ({ verdict: { valid: false, reason }, asked });

describe('a hostile token', () => {
  const [head = '', load = '', signature = ''] = right.split('.');
  const hmac = (header: object) => {
    const text = `${base64url(JSON.stringify(header))}.${load}`;
    return `${text}.${createHmac('sha256', pemOf(keys.publicKey)).update(text).digest('base64url')}`;
  };

  it('without a signature (alg none) is refused before any key is asked for', async () => {
    for (const alg of ['none', 'None', 'nOnE']) {
      const text = `${base64url(JSON.stringify({ ...HEADER, alg }))}.${load}`;
      expect(await judge(`${text}.${signature}`)).toEqual(refusedFor('bad-algorithm'));
      expect(await judge(`${text}.`)).toEqual(refusedFor('bad-header'));
    }
  });

  it('that takes the public key for a shared secret (alg HS256) is refused, whatever it calls its algorithm', async () => {
    expect(await judge(hmac({ ...HEADER, alg: 'HS256' }))).toEqual(refusedFor('bad-algorithm'));
    expect(await judge(hmac(HEADER))).toEqual(refusedFor('no-match', [KID]));
  });

  it.each(['ES384', 'ES512', 'ES256K', 'RS256', 'PS256', 'EdDSA', 'es256', 'ES256 ', '', null, 256, ['ES256']])(
    'of the algorithm %j is refused',
    async (alg) => {
      expect(await judge(tokenOf({ ...HEADER, alg }, claims))).toEqual(refusedFor('bad-algorithm'));
    },
  );

  it('is not right by a key of another curve or kind', async () => {
    const others = [
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
      generateKeyPairSync('rsa', { modulusLength: 2048 }),
      generateKeyPairSync('ed25519'),
    ];
    for (const { publicKey } of others) expect(await judge(right, pemOf(publicKey))).toEqual(refusedFor('no-match', [KID]));
    expect(await judge(right, 'no key')).toEqual(refusedFor('no-match', [KID]));
  });

  it('that brings its own key along is judged by the key of its name', async () => {
    const own = ecKeys();
    const header = { ...HEADER, jwk: jwkOf(own.publicKey), jku: 'https://evil.example/jwks', x5u: 'https://evil.example/cert' };
    expect(await judge(tokenOf(header, claims, own.privateKey))).toEqual(refusedFor('no-match', [KID]));
  });

  it.each([undefined, null, '', 7, {}, 'a b', '../x', 'k\n', 'k'.repeat(65)])('that names its key %j asks for none', async (kid) => {
    expect(await judge(tokenOf({ ...HEADER, kid }, claims))).toEqual(refusedFor('unknown-key'));
  });

  it('with an extension that must be understood (crit), or of another type, is refused', async () => {
    for (const more of [{ crit: ['b64'], b64: false }, { crit: [] }, { crit: null }, { typ: 'at+jwt' }, { typ: 7 }]) {
      expect(await judge(tokenOf({ ...HEADER, ...more }, claims))).toEqual(refusedFor('bad-header'));
    }
    expect((await judge(tokenOf({ alg: 'ES256', kid: KID }, claims))).verdict).toEqual(accepted);
  });

  it.each([
    ['two parts', `${head}.${load}`],
    ['four parts', `${right}.${signature}`],
    ['a dot behind it', `${right}.`],
    ['a dot before it', `.${right}`],
    ['an empty part', `${head}..${signature}`],
    ['padding', `${right}==`],
    ['the other alphabet', `${head}.${load}.${'+/'.repeat(43)}`],
    ['characters that are skipped elsewhere', `${head}.${load}.${signature.slice(0, 40)}\t${signature.slice(40)}`],
    [
      'bits behind the last byte',
      `${head}.${load}.${signature.slice(0, -1)}${'BCDEFGHIJKLMNOP'.includes(signature.at(-1) ?? '') ? 'A' : 'B'}`,
    ],
    ['white space around it', ` ${right}`],
    ['a scheme before it', `Bearer ${right}`],
    ['a header that is a list', tokenOf('["ES256"]', claims)],
    ['a header that is no JSON', tokenOf('{"alg":"ES256"', claims)],
    ['claims that are a text', tokenOf(HEADER, '"x"')],
    ['claims that nest deeper than any', tokenOf(HEADER, `{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`)],
  ])('of another form is refused before any key is asked for: %s', async (_, token) => {
    expect(await judge(token)).toEqual(refusedFor('bad-header'));
  });

  it('that is longer than any is not taken apart', async () => {
    expect(await judge(tokenOf({ ...HEADER, x: 'x'.repeat(9000) }, claims))).toEqual(refusedFor('header-too-large'));
  });

  it('with a signature of another length is refused', async () => {
    for (const bytes of [63, 65, 70]) {
      expect(await judge(`${head}.${load}.${base64url(Buffer.alloc(bytes, 1))}`)).toEqual(refusedFor('no-match', [KID]));
    }
  });

  it('with a name twice means its last value, to the signature as to the event', async () => {
    const twice = (first: number, last: number) =>
      tokenOf(HEADER, `{"iat":${first},"request_body_sha256":"${sha256Of(body)}","iat":${last}}`);
    expect((await judge(twice(0, NOW_SECONDS))).verdict).toEqual(accepted);
    expect((await judge(twice(NOW_SECONDS, 0))).verdict).toEqual({ valid: false, reason: 'too-old' });
    const [reading] = plaid.events({ headers: { 'plaid-verification': twice(1, 2) }, body });
    expect(reading).toMatchObject({ identity: expect.stringMatching(/:2$/) });
  });

  it.each(['null', '"1771000000"', '1.5', '-1', '1e400', '1e300', '{}', '[1771000000]', 'true'])(
    'of the time %s is refused',
    async (iat) => {
      expect(await judge(tokenOf(HEADER, `{"request_body_sha256":"${sha256Of(body)}","iat":${iat}}`))).toEqual(refusedFor('bad-timestamp'));
    },
  );

  it('without a time is refused', async () => {
    expect(await judge(tokenOf(HEADER, { ...claims, iat: undefined }))).toEqual(refusedFor('bad-timestamp'));
  });

  it.each([
    undefined,
    null,
    '',
    7,
    sha256Of('x'),
    sha256Of(body).toUpperCase(),
    sha256Of(body).slice(1),
    `${sha256Of(body)}00`,
    [sha256Of(body)],
  ])('for a body with the hash %j is refused before any key is asked for', async (hash) => {
    expect(await judge(tokenOf(HEADER, { ...claims, request_body_sha256: hash }))).toEqual(refusedFor('no-match'));
  });
});

describe('in comparison with jose, by the steps of Plaid', () => {
  /** Verifies the token, and then the body, as Plaid's documentation says. */
  const theirs = async (token: string, sent: Uint8Array): Promise<boolean> => {
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [KEY] }), {
        algorithms: ['ES256'],
        maxTokenAge: 300,
        currentDate: new Date(NOW_SECONDS * 1000),
      });
      return payload['request_body_sha256'] === createHash('sha256').update(sent).digest('hex');
    } catch {
      return false;
    }
  };
  const ours = async (token: string, sent: Uint8Array): Promise<boolean> => {
    const options = {
      nowSeconds: NOW_SECONDS,
      toleranceSeconds: 300,
      keyOf: async (kid: string) => (kid === KID ? pemOf(keys.publicKey) : undefined),
    };
    return (await plaid.verify({ headers: { 'plaid-verification': token }, body: sent }, [{ id: 'main', secret: '' }], options)).valid;
  };

  it('agrees on each body, age, key and algorithm', async () => {
    const seen = { valid: 0, refused: 0 };
    const other = ecKeys();
    const often = <T>(usual: T, ...odd: T[]) => fc.oneof({ arbitrary: fc.constant(usual), weight: 12 }, fc.constantFrom(...odd));
    const header = fc.record({
      alg: often('ES256', 'none', 'HS256', 'ES384'),
      kid: often(KID, 'other'),
      typ: often<string | undefined>('JWT', undefined),
    });
    const recent = fc.integer({ min: NOW_SECONDS - 300, max: NOW_SECONDS });
    const iat = fc.oneof({ arbitrary: recent, weight: 8 }, fc.integer({ min: 0, max: NOW_SECONDS }));
    const circumstances = fc.record({ iat, signer: often(keys, other), altered: often(false, true) });
    const property = fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      header,
      circumstances,
      async (sent, names, { altered, signer, ...time }) => {
        const token = tokenOf(names, { ...time, request_body_sha256: sha256Of(sent) }, signer.privateKey);
        const received = altered ? Buffer.concat([sent, Buffer.from('x')]) : sent;
        const valid = await theirs(token, received);
        expect(await ours(token, received)).toBe(valid);
        seen[valid ? 'valid' : 'refused'] += 1;
      },
    );
    await fc.assert(property, { seed: 20_261_124, numRuns: 500 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(100);
  });

  it('accepts nothing that jose refuses, whatever is done to a right token', async () => {
    const property = fc.asyncProperty(fc.nat(right.length), fc.nat(3), fc.string({ maxLength: 4 }), async (at, removed, inserted) => {
      const token = `${right.slice(0, at)}${inserted}${right.slice(at + removed)}`;
      if (await ours(token, body)) expect(await theirs(token, body)).toBe(true);
    });
    await fc.assert(property, { seed: 20_261_124, numRuns: 2000 });
    expect([await ours(right, body), await theirs(right, body)]).toEqual([true, true]);
  });

  it('differs on purpose: a clock that is behind is allowed for as much as one that is ahead', async () => {
    const early = tokenOf(HEADER, { ...claims, iat: NOW_SECONDS + 300 });
    expect([await ours(early, body), await theirs(early, body)]).toEqual([true, false]);
  });
});
