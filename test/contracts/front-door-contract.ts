/** The part of the provider contract that goes through ingest itself: as the HTTP API hands a request over, to what is stored and answered. */
import { describe, expect, it } from '@jest/globals';
import { httpEvent } from '../pipeline/http-event.ts';
import { createIngestBench, itemsOf, secretText } from '../pipeline/ingest-bench.ts';
import { createVirtualClock } from '../pipeline/virtual-clock.ts';
import { firstSample, NOW_SECONDS, type ProviderFixture, rightSecret, secretOf, signedRequest } from './provider-fixture.ts';

const past = new Date((NOW_SECONDS - 60) * 1000).toISOString();
const later = new Date((NOW_SECONDS + 3600) * 1000).toISOString();

export function describeFrontDoor(fixture: ProviderFixture): void {
  const { provider } = fixture;
  const request = signedRequest(fixture, firstSample(fixture));
  const right = rightSecret(fixture);
  const bench = (active: readonly { readonly id: string; readonly secret: string; readonly notAfter?: string }[]) =>
    createIngestBench({
      provider,
      clock: createVirtualClock(NOW_SECONDS * 1000),
      secret: () => secretText(...active),
      url: fixture.url,
      network: fixture.network,
    });
  const event = httpEvent(request.body, request.headers, { query: request.query ?? '' });

  describe('at the front door', () => {
    it('is answered 200 once each event is stored, byte for byte and with what is authentic of it', async () => {
      const { post, transactions } = bench([right]);
      expect(await post(event)).toMatchObject({ statusCode: 200, body: provider.answer?.body ?? '{"received":true}' });
      const readings = provider.events(request);
      expect(transactions).toHaveLength(readings.length);
      const stored = transactions.map((transaction) => itemsOf(transaction)[1]);
      expect(stored.map(({ authenticity }) => authenticity ?? 'signed')).toEqual(
        readings.map((reading) => (reading.kind === 'event' ? reading.authenticity : 'signed')),
      );
    });

    it('is the same request with header names in any case and with its body in base64', async () => {
      const { post, transactions } = bench([right]);
      const names = Object.entries(event.headers).map(([name, value], index) => [index % 2 === 0 ? name.toUpperCase() : name, value]);
      const body = Buffer.from(request.body).toString('base64');
      expect(await post({ ...event, headers: Object.fromEntries(names), body, isBase64Encoded: true })).toMatchObject({ statusCode: 200 });
      expect(await post(event)).toMatchObject({ statusCode: 200 });
      const keys = transactions.map((transaction) => itemsOf(transaction)[0]['pk']);
      expect(keys.slice(0, keys.length / 2)).toEqual(keys.slice(keys.length / 2));
    });

    it('goes on with the previous secret until its end, and not longer', async () => {
      const current = { id: 'current', secret: secretOf(fixture, 1) };
      const refused = provider.answer?.refusedStatus ?? 401;
      expect(await bench([current, { ...right, notAfter: later }]).post(event)).toMatchObject({ statusCode: 200 });
      const expired = await bench([current, { ...right, notAfter: past }]).post(event);
      expect(expired).toMatchObject({ statusCode: fixture.secretOnlyFetches ? 200 : refused });
    });

    it('is 503 and never refused while no secret is active', async () => {
      expect(await bench([]).post(event)).toMatchObject({ statusCode: 503 });
      expect(await bench([{ ...right, notAfter: past }]).post(event)).toMatchObject({ statusCode: 503 });
    });

    it('is refused without a signature, and a sender learns nothing from it', async () => {
      const { post, transactions } = bench([{ id: 'other', secret: secretOf(fixture, 1) }]);
      const answer = await post(httpEvent(Buffer.from('{"id":"evt_1"}'), {}));
      expect(answer).toMatchObject({ statusCode: provider.answer?.refusedStatus ?? 401, body: '{"error":"unauthorized"}' });
      expect(transactions).toEqual([]);
    });
  });
}
