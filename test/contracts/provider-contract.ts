/** What every provider promises, whatever it signs and however: its test calls this with its fixture. */
import { describe, expect, it } from '@jest/globals';
import { describeEvents } from './events-contract.ts';
import { bytesOf, firstSample, type ProviderFixture, secretOf, signedRequest } from './provider-fixture.ts';
import { describeVerify } from './verify-contract.ts';

export function describeProvider(fixture: ProviderFixture): void {
  const { provider } = fixture;
  describe(`${provider.name} keeps the contract of a provider`, () => {
    it('has the name of its file', async () => {
      const file = (await import(`../../lambdas/providers/${provider.name}.ts`)) as { readonly default: unknown };
      expect(file.default).toBe(provider);
    });

    it('leaves ingest time to answer, and bounds the age of a signature', () => {
      expect(provider.answerWithinSeconds).toBeGreaterThanOrEqual(2);
      expect(provider.toleranceSeconds).toBeGreaterThan(0);
      expect(provider.toleranceSeconds).toBeLessThanOrEqual(600);
    });

    it('makes secrets from the random bytes and from nothing else', () => {
      expect(secretOf(provider, 1)).toBe(secretOf(provider, 1));
      expect(secretOf(provider, 1)).not.toBe(secretOf(provider, 2));
    });

    it('signs without changing the body, and the same way each time', () => {
      const sample = firstSample(fixture);
      const before = Buffer.from(bytesOf(sample.body));
      const request = signedRequest(provider, sample);
      expect(signedRequest(provider, sample).headers).toEqual(request.headers);
      expect(Buffer.compare(request.body, before)).toBe(0);
    });

    describeVerify(fixture);
    describeEvents(fixture);
  });
}
