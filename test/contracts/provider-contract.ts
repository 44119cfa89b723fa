/** What every provider promises, whatever it signs and however: its test calls this with its fixture. */
import { describe, expect, it } from '@jest/globals';
import { describeEvents } from './events-contract.ts';
import { describeFrontDoor } from './front-door-contract.ts';
import { describeIdentities } from './identities-contract.ts';
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

function describeNeedsFetch(reason: string): void {
  it('says as a sentence why it cannot be a source yet', () => {
    expect(reason).toMatch(/^[A-Z].{40,}\.$/);
  });
}
