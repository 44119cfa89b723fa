/** What a source is for: events of another mode or account are authentic and odd, and no sender decides what stands in an event's key. */
import { describe, expect, it } from '@jest/globals';
import type { Provider, ProviderEvent } from '../../lambdas/core/provider.ts';
import stripe from '../../lambdas/providers/stripe.ts';
import { createIngestBench, itemsOf } from './ingest-bench.ts';
import { paymentSucceeded } from './stripe-event.ts';

const live = paymentSucceeded();
const withMembers = (members: object) => JSON.stringify({ ...JSON.parse(live), ...members });

/** Stripe's requests, with whatever else an event may say. */
const saying = (facts: Partial<ProviderEvent>, rest: Partial<Provider> = {}): Provider => ({
  ...stripe,
  ...rest,
  events: (request) => stripe.events(request).map((reading) => (reading.kind === 'event' ? { ...reading, ...facts } : reading)),
});

describe('a source for one mode', () => {
  it('takes its own, and keeps what is of the other mode in quarantine with 200', async () => {
    const bench = createIngestBench({ expected: { mode: 'live' } });
    expect(await bench.deliver(live)).toMatchObject({ statusCode: 200 });
    expect(await bench.deliver(withMembers({ livemode: false }))).toMatchObject({ statusCode: 200 });
    const [first, second] = bench.transactions.map((transaction) => itemsOf(transaction));
    expect(first?.[0]).toMatchObject({ mode: 'live' });
    expect(second?.[0]).toMatchObject({ quarantine: 'other-mode' });
    expect(second?.[1]).toMatchObject({ to: ['quarantine'] });
    expect(bench.counted.counts()).toMatchObject({ EventsStored: 1, EventsQuarantined: 1 });
  });

  it('gives its mode to events whose provider does not say: it is part of the key, so no sender may', async () => {
    const keys = [];
    for (const expected of [{}, { mode: 'live' }, { mode: 'test' }] as const) {
      const bench = createIngestBench({ provider: saying({ mode: undefined }), expected });
      await bench.deliver(live);
      keys.push(String(itemsOf(bench.transactions[0])[0]['pk']).split('#')[2]);
    }
    expect(keys).toEqual(['live', 'live', 'test']);
  });
});

describe('a source for one account', () => {
  it('takes its events, and keeps those of another account or of none in quarantine', async () => {
    const bench = createIngestBench({ expected: { account: 'acct_1' } });
    for (const members of [{ account: 'acct_1' }, { account: 'acct_2' }, {}]) await bench.deliver(withMembers(members));
    const quarantined = bench.transactions.map((transaction) => itemsOf(transaction)[0]['quarantine']);
    expect(quarantined).toEqual([undefined, 'other-account', 'other-account']);
  });
});

describe('what is authentic of an event', () => {
  it('travels with it as far as the consumer, and costs nothing where all of it is', async () => {
    const partial = createIngestBench({ provider: saying({ authenticity: 'partial', signedFields: ['pspReference', 'amount.value'] }) });
    await partial.deliver(live);
    expect(itemsOf(partial.transactions[0])[1]).toMatchObject({ authenticity: 'partial', signedFields: ['pspReference', 'amount.value'] });
    const whole = createIngestBench();
    await whole.deliver(live);
    expect(Object.keys(itemsOf(whole.transactions[0])[1])).not.toContain('signedFields');
  });

  it('is named by the provider in its own words beside the identity', async () => {
    const bench = createIngestBench({ provider: saying({ eventId: 'the id in a header' }) });
    await bench.deliver(live);
    expect(itemsOf(bench.transactions[0])[0]).toMatchObject({ eventId: 'the id in a header' });
  });

  it('is stored under its identity, whatever the provider calls it: that may be unsigned', async () => {
    const keys = [];
    for (const eventId of [undefined, null, 'made-up']) {
      const bench = createIngestBench({ provider: saying({ identity: 'sha256:41', ...(eventId === undefined ? {} : { eventId }) }) });
      await bench.deliver(live);
      keys.push(String(itemsOf(bench.transactions[0])[0]['pk']).split('#')[3]);
    }
    expect(keys).toEqual(['sha256:41', 'sha256:41', 'sha256:41']);
  });
});

describe('a provider with an answer of its own', () => {
  const provider = saying({}, { answer: { body: '[accepted]', contentType: 'text/plain', refusedStatus: 498 } });

  it('gets it for what is stored and for a duplicate', async () => {
    const bench = createIngestBench({ provider });
    expect(await bench.deliver(live)).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/plain' }, body: '[accepted]' });
  });

  it('gets its own status for what is not authentic, and 503 as everybody else', async () => {
    expect(await createIngestBench({ provider }).deliver(live, 'whsec_another_secret')).toMatchObject({ statusCode: 498 });
    const outage = createIngestBench({ provider, secret: () => new Error('outage') });
    expect(await outage.deliver(live)).toMatchObject({ statusCode: 503 });
  });
});

describe('a URL that is signed and not configured', () => {
  it('is ours to mend: 503, and never 401', async () => {
    const bench = createIngestBench({ provider: saying({}, { verify: () => ({ valid: false, reason: 'no-url' }) }) });
    expect(await bench.deliver(live)).toMatchObject({ statusCode: 503 });
  });
});

describe('keys that are fetched', () => {
  it('cannot be without a network: the function does not start', () => {
    const keys = { cacheSeconds: 60, fetch: async () => undefined };
    expect(() => createIngestBench({ provider: saying({}, { keys }) })).toThrow('built without a network');
  });
});
