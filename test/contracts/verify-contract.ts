/** The part of the provider contract about `verify`: only what is authentic passes, and nothing a sender can send makes it throw. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SIGNATURES_PER_HEADER_MAX } from '../../lambdas/core/limits.ts';
import type { ActiveSecret, Verdict, WebhookRequest } from '../../lambdas/core/provider.ts';
import { fastestMillis } from './fastest.ts';
import {
  eachOf,
  firstSample,
  NOW_SECONDS,
  type ProviderFixture,
  rightSecret,
  secretOf,
  signedRequest,
  verifyOptions,
} from './provider-fixture.ts';

export function describeVerify(fixture: ProviderFixture): void {
  const { provider } = fixture;
  const request = signedRequest(fixture, firstSample(fixture));
  const right = rightSecret(fixture);
  const wrong = [1, 2].map((number) => ({ id: `wrong-${number}`, secret: secretOf(fixture, number) }));
  const verdictOf = (changed: WebhookRequest, secrets: readonly ActiveSecret[] = [right]) => judge(fixture, changed, { secrets });
  const isValid = async (changed: WebhookRequest) => (await verdictOf(changed)).valid;
  const accepted = { valid: true, secretId: 'right' };

  it('accepts what it signed itself', async () => {
    expect(await verdictOf(request)).toEqual(accepted);
  });

  if (fixture.secretOnlyFetches !== true) {
    it('says which of several active secrets matched, wherever it stands', async () => {
      for (const secrets of [
        [right, ...wrong],
        [wrong[0] ?? right, right, wrong[1] ?? right],
        [...wrong, right],
      ]) {
        expect(await verdictOf(request, secrets)).toEqual(accepted);
      }
    });

    it('refuses what another secret signed', async () => {
      expect(await verdictOf(request, wrong)).toEqual({ valid: false, reason: 'no-match' });
    });
  }

  it('refuses everything while no secret is active', async () => {
    expect(await verdictOf(request, [])).toEqual({ valid: false, reason: 'no-usable-secret' });
  });

  const eachHeader = eachOf(fixture.signedHeaders.map((name) => ({ name })));

  eachHeader('refuses a request whose header $name is missing or empty', async ({ name }) => {
    const { [name]: _, ...others } = request.headers;
    expect(await isValid({ ...request, headers: others })).toBe(false);
    expect(await isValid({ ...request, headers: { ...others, [name]: '' } })).toBe(false);
  });

  eachHeader('refuses a header $name that is altered in any character', async ({ name }) => {
    const text = request.headers[name] ?? '';
    const altered = [...text].map((character, at) => `${text.slice(0, at)}${character === '1' ? '2' : '1'}${text.slice(at + 1)}`);
    expect(await acceptedAmong(altered, (value) => isValid({ ...request, headers: { ...request.headers, [name]: value } }))).toEqual([]);
  });

  eachHeader('refuses a header $name that is cut short anywhere, or longer by a digit', async ({ name }) => {
    const text = request.headers[name] ?? '';
    const others = [...[...text].map((_, end) => text.slice(0, end)), `${text}0`];
    expect(await acceptedAmong(others, (value) => isValid({ ...request, headers: { ...request.headers, [name]: value } }))).toEqual([]);
  });

  eachHeader('refuses a header $name that is repeated, of another scheme, or longer than any', async ({ name }) => {
    const text = request.headers[name] ?? '';
    const values = [
      ...[',', ', ', ' ', '\n'].filter((joint) => joint !== fixture.listJoint).map((joint) => `${text}${joint}${text}`),
      ...['v0=0', 't=1,v1=0', 'v1a,AAAA', 'sha1=00', 'Bearer 0', 'Basic AAAA', 'null', '[object Object]', '%00'],
      ...[`${text}${'0'.repeat(9 * 1024)}`, '0'.repeat(9 * 1024)],
    ];
    expect(await acceptedAmong(values, (value) => isValid({ ...request, headers: { ...request.headers, [name]: value } }))).toEqual([]);
  });

  if (fixture.signedHeaders.length > 0) {
    it('does not look for its headers on the prototype', async () => {
      expect(await isValid({ ...request, headers: Object.create(request.headers) })).toBe(false);
    });
  }

  if (fixture.covers === 'body') describeBody(fixture, isValid);
  if (fixture.covers === 'fields') describeFields(fixture, isValid);

  if (fixture.timestamped) {
    it('accepts a signature at both ends of the tolerance, and refuses it a second beyond', async () => {
      const at = (offsetSeconds: number) => judge(fixture, request, { secrets: [right], nowSeconds: NOW_SECONDS + offsetSeconds });
      const edge = provider.toleranceSeconds;
      expect([await at(edge), await at(-edge)]).toEqual([accepted, accepted]);
      expect(await at(edge + 1)).toEqual({ valid: false, reason: 'too-old' });
      expect(await at(-edge - 1)).toEqual({ valid: false, reason: 'too-new' });
    });
  }

  if (fixture.flood !== undefined) describeFlood(fixture, fixture.flood, request);

  it('never throws and never accepts, whatever stands in the headers and the body', async () => {
    const header = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('', ...Object.values(request.headers)));
    const headers = fc.dictionary(fc.constantFrom('x-other', ...fixture.signedHeaders), header);
    const property = fc.asyncProperty(headers, fc.uint8Array({ maxLength: 300 }), async (some, body) => {
      const changed = { ...request.headers, ...some };
      const { valid } = await verdictOf({ headers: changed, body });
      // A shared token stays right beside any body.
      const right = fixture.covers === 'nothing' && fixture.signedHeaders.every((name) => changed[name] === request.headers[name]);
      expect(valid && !right).toBe(false);
    });
    await fc.assert(property, { seed: 20_261_123, numRuns: 500 });
  });

  it('never throws, and never accepts where the secret signs, whatever text it is', async () => {
    const property = fc.asyncProperty(fc.string({ unit: 'binary' }), async (secret) => {
      expect((await verdictOf(request, [{ id: 'some', secret }])).valid).toBe(fixture.secretOnlyFetches === true);
    });
    await fc.assert(property, { seed: 20_261_123, numRuns: 300 });
  });
}

type IsValid = (request: WebhookRequest) => Promise<boolean>;

function describeBody(fixture: ProviderFixture, isValid: IsValid): void {
  const request = signedRequest(fixture, firstSample(fixture));

  it('refuses a body that is changed in any byte', async () => {
    const positions = [...request.body.keys()];
    const flipped = (at: number) => Buffer.from(request.body).fill((request.body[at] ?? 0) ^ 1, at, at + 1);
    expect(await acceptedAmong(positions, (at) => isValid({ ...request, body: flipped(at) }))).toEqual([]);
  });

  it('refuses a body with a line break after it, one byte short of its end, or emptied', async () => {
    const bodies = [Buffer.concat([request.body, Buffer.from('\n')]), request.body.subarray(0, -1), new Uint8Array()];
    expect(await acceptedAmong(bodies, (body) => isValid({ ...request, body }))).toEqual([]);
  });

  if (!fixture.json) return;
  const value: object = JSON.parse(Buffer.from(request.body).toString());
  const odd = `${JSON.stringify({ ...value, note: 'é 한글 שלום 😀' }, null, 2).slice(0, -2)},\n  "text": "\\u00e9\\/ \\ud83d\\ude00", "amount": 10.00 }`;

  it('takes unicode, escapes, white space and digits as they came, and refuses the same value written anew', async () => {
    const signed = signedRequest(fixture, { ...firstSample(fixture), body: odd });
    expect(await isValid(signed)).toBe(true);
    const anew = JSON.stringify(JSON.parse(odd));
    const others = [anew, anew.replaceAll('/', '\\/'), odd.replaceAll('\n', '\r\n'), odd.normalize('NFD'), `\ufeff${odd}`];
    expect(await acceptedAmong(others, (body) => isValid({ ...signed, body: Buffer.from(body) }))).toEqual([]);
  });
}

function describeFields(fixture: ProviderFixture, isValid: IsValid): void {
  const sample = firstSample(fixture);
  const tampered = fixture.tampered ?? [];

  it('names the places whose change it must notice', () => {
    expect(tampered.length).toBeGreaterThan(2);
  });

  it.each(tampered)('refuses a body in which %s became %s', async (from, to) => {
    const { body, ...request } = signedRequest(fixture, sample);
    const text = Buffer.from(body).toString();
    expect(text.split(from).length).toBeGreaterThan(1);
    expect(await isValid({ ...request, body: Buffer.from(text.replaceAll(from, to)) })).toBe(false);
  });
}

function describeFlood(fixture: ProviderFixture, flood: NonNullable<ProviderFixture['flood']>, request: WebhookRequest): void {
  const right = rightSecret(fixture);
  const flooded = (count: number) => judge(fixture, { ...request, headers: flood(request.headers, count) }, { secrets: [right] });

  describe('with several signatures', () => {
    it('accepts the right one after as many wrong ones as are allowed', async () => {
      expect(await flooded(SIGNATURES_PER_HEADER_MAX - 1)).toEqual({ valid: true, secretId: 'right' });
    });

    it('refuses one more, also where the last of them is right', async () => {
      expect(await flooded(SIGNATURES_PER_HEADER_MAX)).toEqual({ valid: false, reason: 'too-many-signatures' });
    });

    it('refuses ten thousand before the right one without looking at them', async () => {
      const headers = flood(request.headers, 10_000);
      const options = verifyOptions(fixture);
      expect(await flooded(10_000)).toEqual({ valid: false, reason: 'header-too-large' });
      expect(await fastestMillis(() => fixture.provider.verify({ ...request, headers }, [right], options))).toBeLessThan(5);
    });
  });
}

type Circumstances = { readonly secrets: readonly ActiveSecret[]; readonly nowSeconds?: number };

async function judge(
  fixture: ProviderFixture,
  request: WebhookRequest,
  { secrets, nowSeconds = NOW_SECONDS }: Circumstances,
): Promise<Verdict> {
  return await fixture.provider.verify(request, secrets, verifyOptions(fixture, nowSeconds));
}

async function acceptedAmong<T>(values: readonly T[], isValid: (value: T) => Promise<boolean>): Promise<T[]> {
  const results = await Promise.all(values.map(async (value) => ((await isValid(value)) ? [value] : [])));
  return results.flat();
}
