/** The part of the provider contract about DESIGN rule 6: who holds one signed request can make no second event of it, and no event is taken for another. */
import { describe, expect, it } from '@jest/globals';
import {
  bytesOf,
  eachOf,
  firstSample,
  namesOf,
  type ProviderFixture,
  readAll,
  rightSecret,
  signedRequest,
  verifyOptions,
} from './provider-fixture.ts';

export function describeIdentities(fixture: ProviderFixture): void {
  const { provider } = fixture;

  eachOf(fixture.redelivered)('takes $title for the same event', ({ again, ...sample }) => {
    const [first, second] = [sample.body, again].map((body) => readAll(fixture, { ...sample, body }));
    expect(bytesOf(sample.body)).not.toEqual(bytesOf(again));
    expect(namesOf(second ?? [])).toEqual(namesOf(first ?? []));
  });

  eachOf(fixture.changed)('notices $title by the fingerprint', ({ into, ...sample }) => {
    const [first, second] = [sample.body, into].map((body) => namesOf(readAll(fixture, { ...sample, body })));
    expect(second?.map(({ identity }) => identity)).toEqual(first?.map(({ identity }) => identity));
    expect(second?.map(({ fingerprint }) => fingerprint)).not.toEqual(first?.map(({ fingerprint }) => fingerprint));
  });

  it('has an example of two states of one object', () => {
    expect(fixture.states.length).toBeGreaterThan(0);
  });

  eachOf(fixture.states)('takes $title for two events', ({ next, nextHeaders, ...sample }) => {
    const first = namesOf(readAll(fixture, sample));
    const second = namesOf(
      readAll(fixture, { ...sample, body: next, id: `${sample.id}-next`, headers: { ...sample.headers, ...nextHeaders } }),
    );
    for (const { identity } of second) expect(first.map((names) => names.identity)).not.toContain(identity);
  });

  describe('a captured request', () => {
    const request = signedRequest(fixture, firstSample(fixture));
    const keysOf = (some: typeof request) =>
      provider
        .events(some)
        .map((reading) => (reading.kind === 'event' ? [reading.account, reading.mode, reading.identity] : reading.reason));

    eachOf(fixture.replayed)('sent again with $title stays authentic and is the same event', async ({ change }) => {
      const again = change(request);
      expect(again).not.toEqual(request);
      expect(await provider.verify(again, [rightSecret(fixture)], verifyOptions(fixture))).toEqual({ valid: true, secretId: 'right' });
      expect(keysOf(again)).toEqual(keysOf(request));
    });

    it('sent again with any header more is the same event', async () => {
      const again = { ...request, headers: { 'x-request-id': 'other', 'x-forwarded-for': '203.0.113.7', ...request.headers } };
      expect((await provider.verify(again, [rightSecret(fixture)], verifyOptions(fixture))).valid).toBe(true);
      expect(keysOf(again)).toEqual(keysOf(request));
    });
  });
}
