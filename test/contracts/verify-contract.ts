/** The part of the provider contract about `verify`: only what is authentic passes, and nothing a sender can send makes it throw. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ActiveSecret, Provider, Verdict, WebhookRequest } from '../../lambdas/core/contracts.ts';
import { SIGNATURES_PER_HEADER_MAX } from '../../lambdas/core/limits.ts';
import { fastestMillis } from './fastest.ts';
import { firstSample, NOW_SECONDS, type ProviderFixture, SECRET_NUMBER, secretOf, signedRequest } from './provider-fixture.ts';

export function describeVerify(fixture: ProviderFixture): void {
  const { provider } = fixture;
  const request = signedRequest(provider, firstSample(fixture));
  const right = { id: 'right', secret: secretOf(provider, SECRET_NUMBER) };
  const wrong = [1, 2].map((number) => ({ id: `wrong-${number}`, secret: secretOf(provider, number) }));
  const verdictOf = (changed: WebhookRequest, secrets: readonly ActiveSecret[] = [right]) => judge(provider, changed, { secrets });
  const isValid = async (changed: WebhookRequest) => (await verdictOf(changed)).valid;
  const accepted = { valid: true, secretId: 'right' };

  it('accepts what it signed itself', async () => {
    expect(await verdictOf(request)).toEqual(accepted);
  });

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

  it('refuses everything while no secret is active', async () => {
    expect(await verdictOf(request, [])).toEqual({ valid: false, reason: 'no-usable-secret' });
  });

  it.each(fixture.signedHeaders)('refuses a request whose header %s is missing or empty', async (name) => {
    const { [name]: _, ...others } = request.headers;
    expect(await isValid({ ...request, headers: others })).toBe(false);
    expect(await isValid({ ...request, headers: { ...others, [name]: '' } })).toBe(false);
  });

  it.each(fixture.signedHeaders)('refuses a header %s that is altered in any character', async (name) => {
    const text = request.headers[name] ?? '';
    const altered = [...text].map((character, at) => `${text.slice(0, at)}${character === '1' ? '2' : '1'}${text.slice(at + 1)}`);
    expect(await acceptedAmong(altered, (value) => isValid({ ...request, headers: { ...request.headers, [name]: value } }))).toEqual([]);
  });

  it.each(fixture.signedHeaders)('refuses a header %s that is cut short anywhere, or longer by a digit', async (name) => {
    const text = request.headers[name] ?? '';
    const others = [...[...text].map((_, end) => text.slice(0, end)), `${text}0`];
    expect(await acceptedAmong(others, (value) => isValid({ ...request, headers: { ...request.headers, [name]: value } }))).toEqual([]);
  });

  it('does not look for its headers on the prototype', async () => {
    expect(await isValid({ ...request, headers: Object.create(request.headers) })).toBe(false);
  });

  it('refuses a body that is changed in any byte', async () => {
    const positions = [...request.body.keys()];
    const flipped = (at: number) => Buffer.from(request.body).fill((request.body[at] ?? 0) ^ 1, at, at + 1);
    expect(await acceptedAmong(positions, (at) => isValid({ ...request, body: flipped(at) }))).toEqual([]);
  });

  it('refuses a body with a line break after it, one byte short of its end, or emptied', async () => {
    const bodies = [Buffer.concat([request.body, Buffer.from('\n')]), request.body.subarray(0, -1), new Uint8Array()];
    expect(await acceptedAmong(bodies, (body) => isValid({ ...request, body }))).toEqual([]);
  });

  if (fixture.timestamped) {
    it('accepts a signature at both ends of the tolerance, and refuses it a second beyond', async () => {
      const at = (offsetSeconds: number) => judge(provider, request, { secrets: [right], nowSeconds: NOW_SECONDS + offsetSeconds });
      const edge = provider.toleranceSeconds;
      expect([await at(edge), await at(-edge)]).toEqual([accepted, accepted]);
      expect(await at(edge + 1)).toEqual({ valid: false, reason: 'too-old' });
      expect(await at(-edge - 1)).toEqual({ valid: false, reason: 'too-new' });
    });
  }

  if (fixture.flood !== undefined) describeFlood(fixture, fixture.flood, request);

  it('never throws and never accepts, whatever stands in the headers and the body', async () => {
    const header = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom(...Object.values(request.headers)));
    const headers = fc.dictionary(fc.constantFrom('x-other', ...fixture.signedHeaders), header);
    const property = fc.asyncProperty(headers, fc.uint8Array({ maxLength: 300 }), async (some, body) => {
      expect((await verdictOf({ headers: { ...request.headers, ...some }, body })).valid).toBe(false);
    });
    await fc.assert(property, { seed: 20_261_123, numRuns: 500 });
  });

  it('never throws and never accepts, whatever text a secret is', async () => {
    const property = fc.asyncProperty(fc.string({ unit: 'binary' }), async (secret) => {
      expect((await verdictOf(request, [{ id: 'some', secret }])).valid).toBe(false);
    });
    await fc.assert(property, { seed: 20_261_123, numRuns: 300 });
  });
}

function describeFlood({ provider }: ProviderFixture, flood: NonNullable<ProviderFixture['flood']>, request: WebhookRequest): void {
  const right = { id: 'right', secret: secretOf(provider, SECRET_NUMBER) };
  const flooded = (count: number) => judge(provider, { ...request, headers: flood(request.headers, count) }, { secrets: [right] });

  describe('with several signatures', () => {
    it('accepts the right one after as many wrong ones as are allowed', async () => {
      expect(await flooded(SIGNATURES_PER_HEADER_MAX - 1)).toEqual({ valid: true, secretId: 'right' });
    });

    it('refuses one more, also where the last of them is right', async () => {
      expect(await flooded(SIGNATURES_PER_HEADER_MAX)).toEqual({ valid: false, reason: 'too-many-signatures' });
    });

    it('refuses ten thousand before the right one without looking at them', async () => {
      const headers = flood(request.headers, 10_000);
      const options = { nowSeconds: NOW_SECONDS, toleranceSeconds: provider.toleranceSeconds };
      expect(await flooded(10_000)).toEqual({ valid: false, reason: 'header-too-large' });
      expect(await fastestMillis(() => provider.verify({ ...request, headers }, [right], options))).toBeLessThan(5);
    });
  });
}

type Circumstances = { readonly secrets: readonly ActiveSecret[]; readonly nowSeconds?: number };

async function judge(provider: Provider, request: WebhookRequest, { secrets, nowSeconds = NOW_SECONDS }: Circumstances): Promise<Verdict> {
  return await provider.verify(request, secrets, { nowSeconds, toleranceSeconds: provider.toleranceSeconds });
}

async function acceptedAmong<T>(values: readonly T[], isValid: (value: T) => Promise<boolean>): Promise<T[]> {
  const results = await Promise.all(values.map(async (value) => ((await isValid(value)) ? [value] : [])));
  return results.flat();
}
