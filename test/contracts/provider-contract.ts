/** What every provider promises, whatever it signs and however: its test calls this with its fixture. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Provider, WebhookRequest } from '../../lambdas/core/provider.ts';
import type { ProviderGuide } from '../../lambdas/core/provider-guide.ts';
import { describeEvents } from './events-contract.ts';
import { describeFrontDoor } from './front-door-contract.ts';
import { describeIdentities } from './identities-contract.ts';
import { bytesOf, firstSample, NOW_SECONDS, type ProviderFixture, secretOf, signedRequest } from './provider-fixture.ts';
import { describeVerify } from './verify-contract.ts';

export function describeProvider(fixture: ProviderFixture): void {
  const { provider } = fixture;
  describe(`${provider.name} keeps the contract of a provider`, () => {
    it('has the name of its file', async () => {
      const file = (await import(`../../lambdas/providers/${provider.name}.ts`)) as { readonly default: unknown };
      expect(file.default).toBe(provider);
    });

    it('says in its guide what it does: how much is signed, and whether the time is', async () => {
      const { guide } = (await import(`../../lambdas/providers/${provider.name}.ts`)) as { readonly guide: ProviderGuide };
      expect(guide.signsTime).toBe(fixture.timestamped);
      expect(guide.authenticity === 'fetched').toBe(provider.fetch !== undefined);
      for (const { authenticity, signedFields } of fixture.events.flatMap(({ expected }) => expected))
        if (provider.fetch === undefined)
          expect({ authenticity, signedFields }).toEqual({ authenticity: guide.authenticity, signedFields: guide.signedFields });
    });

    it('leaves ingest time to answer, and bounds the age of a signature', () => {
      expect(provider.answerWithinSeconds).toBeGreaterThanOrEqual(2);
      expect(provider.toleranceSeconds).toBeGreaterThan(0);
      expect(provider.toleranceSeconds).toBeLessThanOrEqual(600);
    });

    it('makes secrets from the random bytes and from nothing else', () => {
      expect(secretOf(fixture, 1)).toBe(secretOf(fixture, 1));
      expect(secretOf(fixture, 1)).not.toBe(secretOf(fixture, 2));
    });

    it('signs the same way each time, and leaves the body it was handed as it was', () => {
      const sample = firstSample(fixture);
      const body = bytesOf(sample.body);
      const before = Buffer.from(body);
      const request = signedRequest(fixture, { ...sample, body });
      expect(signedRequest(fixture, sample)).toEqual(request);
      expect(Buffer.compare(body, before)).toBe(0);
    });

    describeVerify(fixture);
    describeEvents(fixture);
    describeIdentities(fixture);
    if (provider.needsFetch === undefined) describeFrontDoor(fixture);
    else describeNeedsFetch(provider.needsFetch);
  });
}

export type UnsignedFixture = {
  readonly provider: Provider;
  /** What the provider sends, and what somebody might send in its name. */
  readonly requests: readonly { readonly title: string; readonly request: WebhookRequest }[];
};

/** For a provider that signs nothing at all: each request is refused, and nothing in it is taken for an event. */
export function describeUnsigned({ provider, requests }: UnsignedFixture): void {
  const secrets = [1, 2].map((number) => ({ id: `secret-${number}`, secret: secretOf({ provider }, number) }));
  const options = { nowSeconds: NOW_SECONDS, toleranceSeconds: provider.toleranceSeconds };
  const expectNothing = async (request: WebhookRequest) => {
    for (const some of [secrets, []]) {
      expect(await provider.verify(request, some, options)).toEqual({ valid: false, reason: 'unsigned' });
    }
    expect(provider.events(request)).toEqual([
      { kind: 'odd', reason: 'unsigned', bytes: request.body, contentType: 'application/octet-stream' },
    ]);
  };

  describe(`${provider.name} keeps the contract of a provider that signs nothing`, () => {
    it('has the name of its file', async () => {
      const file = (await import(`../../lambdas/providers/${provider.name}.ts`)) as { readonly default: unknown };
      expect(file.default).toBe(provider);
    });

    describeNeedsFetch(provider.needsFetch ?? '');

    it('has no way to sign', () => {
      expect(provider.sign).toBeUndefined();
    });

    it.each(requests)('refuses $title, and takes nothing in it for an event', ({ request }) => expectNothing(request));

    it('never throws and never accepts, whatever stands in the headers and the body', async () => {
      const headers = fc.dictionary(fc.string(), fc.string({ unit: 'binary' }));
      const property = fc.asyncProperty(headers, fc.uint8Array({ maxLength: 300 }), (some, body) => expectNothing({ headers: some, body }));
      await fc.assert(property, { seed: 20_261_123, numRuns: 300 });
    });
  });
}

function describeNeedsFetch(reason: string): void {
  it('says as a sentence why its requests alone prove too little', () => {
    expect(reason).toMatch(/^[A-Z].{40,}\.$/);
  });
}
