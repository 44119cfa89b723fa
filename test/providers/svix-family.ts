/** What the tests of the providers of Standard Webhooks share: their examples, and the comparison with a provider's own library. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { Provider, WebhookRequest } from '../../lambdas/core/provider.ts';
import { bytesOf, type Expected, NOW_SECONDS, type ProviderFixture } from '../contracts/provider-fixture.ts';

type Headers = WebhookRequest['headers'];

export type FamilyExample = {
  readonly provider: Provider;
  /** Of the header names with which it signs. */
  readonly prefix: string;
  /** Holds 15000 in one place, for the examples of an event that was changed. */
  readonly event: { readonly type: string; readonly timestamp: string; readonly data: object };
  /** What must be read of it. */
  readonly facts: Pick<Expected, 'type' | 'occurredAt' | 'subject'>;
};

export const MESSAGE_ID = 'msg_2Lm';
const WRONG = `v1,${Buffer.alloc(32).toString('base64')}`;

export const sample = (title: string, event: object, id = MESSAGE_ID) => ({ title, id, body: JSON.stringify(event) });

export function factsOf({ facts }: FamilyExample): Expected {
  return { identity: MESSAGE_ID, ...facts, account: undefined, mode: undefined, authenticity: 'signed', contentType: 'application/json' };
}

/** What every member of the family keeps; a test adds what is its provider's own. */
export function familyFixture(example: FamilyExample): ProviderFixture {
  const { provider, prefix, event } = example;
  return {
    provider,
    signedHeaders: ['id', 'timestamp', 'signature'].map((name) => `${prefix}${name}`),
    covers: 'body',
    listJoint: ' ',
    timestamped: true,
    json: true,
    flood: (headers, count) => withSignature(headers, prefix, (right) => `${`${WRONG} `.repeat(count)}${right}`),
    events: [{ ...sample('an event', event), expected: [factsOf(example)] }],
    redelivered: [
      { ...sample('an indented body', event), again: JSON.stringify(event, null, 2) },
      { ...sample('another order of names', event), again: JSON.stringify(Object.fromEntries(Object.entries(event).reverse())) },
    ],
    // The id, the time and the body are signed: nothing is left that a holder of one request could vary.
    replayed: [],
    states: [{ ...sample('one payment under two messages', event), next: JSON.stringify({ ...event, type: 'another' }) }],
    changed: [{ ...sample('another amount', event), into: JSON.stringify(event).replace('15000', '15001') }],
    odd: [
      { ...sample('an id with the separator of keys', event, 'msg_1#live#msg_2'), reason: 'bad-id' },
      { ...sample('a number as the type', { ...event, type: 1 }), reason: 'bad-type' },
    ],
  };
}

export type Library = {
  readonly title: string;
  readonly provider: Provider;
  readonly prefix: string;
  readonly secrets: fc.Arbitrary<string>;
  accepts(body: string, headers: Headers, secret: string): boolean | Promise<boolean>;
};

/** What is done to a request that was signed rightly. */
type Change = (request: { body: string; headers: Headers }, prefix: string) => { body: string; headers: Headers };

const CHANGES: readonly Change[] = [
  (request) => request,
  (request) => request,
  (request, prefix) => ({ ...request, headers: withSignature(request.headers, prefix, (right) => `${WRONG} ${right}`) }),
  (request, prefix) => ({ ...request, headers: withSignature(request.headers, prefix, (right) => `${right} v1a,${WRONG}`) }),
  (request, prefix) => ({ ...request, headers: withSignature(request.headers, prefix, (right) => right.replace('v1', 'v2')) }),
  (request, prefix) => ({ ...request, headers: withSignature(request.headers, prefix, () => WRONG) }),
  (request, prefix) => ({ ...request, headers: { ...request.headers, [`${prefix}id`]: 'msg_3' } }),
  (request, prefix) => ({ ...request, headers: { ...request.headers, [`${prefix}timestamp`]: String(NOW_SECONDS + 1) } }),
  (request) => ({ ...request, body: `${request.body} ` }),
];

/** The library takes the time from the wall clock, so that is stopped. */
export function describeLibrary({ title, provider, prefix, secrets, accepts }: Library): void {
  describe(`in comparison with ${title}`, () => {
    beforeAll(() => {
      jest.useFakeTimers({ now: NOW_SECONDS * 1000, doNotFake: ['performance', 'queueMicrotask', 'nextTick', 'setImmediate'] });
    });
    afterAll(() => {
      jest.useRealTimers();
    });

    it('agrees on each request, as it was signed or changed in any part, both ways in time', async () => {
      const seen = { valid: 0, refused: 0 };
      const requests = fc.record({
        id: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((id) => !id.includes('.')),
        body: fc.json(),
        secret: secrets,
        offset: fc.integer({ min: -450, max: 450 }),
        change: fc.constantFrom(...CHANGES),
      });
      const property = fc.asyncProperty(requests, async ({ id, body, secret, offset, change }) => {
        const signed = provider.sign?.({ body: bytesOf(body), secret, nowSeconds: NOW_SECONDS + offset, id });
        const changed = change({ body, headers: signed?.headers ?? {} }, prefix);
        const theirs = await accepts(changed.body, changed.headers, secret);
        const request = { headers: changed.headers, body: bytesOf(changed.body) };
        const options = { nowSeconds: NOW_SECONDS, toleranceSeconds: 300 };
        const ours = await provider.verify(request, [{ id: 'main', secret }], options);
        expect(ours.valid).toBe(theirs);
        seen[theirs ? 'valid' : 'refused'] += 1;
      });
      await fc.assert(property, { seed: 20_261_124, numRuns: 1000 });
      expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(200);
    });
  });
}

function withSignature(headers: Headers, prefix: string, change: (right: string) => string): Headers {
  return { ...headers, [`${prefix}signature`]: change(headers[`${prefix}signature`] ?? '') };
}
