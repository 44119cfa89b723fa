import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import coinbase from '../../lambdas/providers/coinbase-commerce.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import type { ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

/** What of Coinbase's library is used here; it has no types of its own. */
type Library = {
  readonly verifyEventBody: (body: string, signature: string, secret: string) => unknown;
  readonly computeSignature: (body: string, secret: string) => string;
};
const library = createRequire(import.meta.url)('coinbase-commerce-node/lib/Webhook') as Library;

const charge = {
  id: 'c1d90ab4-5c4e-4f0e-9e0b-3a7d5f6b2c11',
  code: 'R7QK2MXD',
  pricing: { local: { amount: '89.90', currency: 'EUR' }, settlement: { amount: '97.201154', currency: 'USDC' } },
  timeline: [{ status: 'NEW', time: '2026-02-13T16:20:01Z' }],
};

const confirmed = {
  attempt_number: 1,
  event: {
    api_version: '2018-03-22',
    created_at: '2026-02-13T16:26:37Z',
    data: charge,
    id: '8a1f6e02-7d55-4b57-bb6c-6c2c0f3f9d20',
    resource: 'event',
    type: 'charge:confirmed',
  },
  id: 'b9a0c3de-2f44-4a83-8c5f-0d9e5d7a1b36',
  scheduled_for: '2026-02-13T16:26:37Z',
};

const facts = {
  identity: '8a1f6e02-7d55-4b57-bb6c-6c2c0f3f9d20',
  type: 'charge:confirmed',
  occurredAt: '2026-02-13T16:26:37.000Z',
  subject: charge.id,
  account: undefined,
  mode: undefined,
  authenticity: 'signed',
  contentType: 'application/json',
} as const;

const sample = (title: string, delivery: object) => ({ title, id: 'unused', body: JSON.stringify(delivery) });
const withEvent = (change: object) => ({ ...confirmed, event: { ...confirmed.event, ...change } });

const fixture: ProviderFixture = {
  provider: coinbase,
  signedHeaders: ['x-cc-webhook-signature'],
  covers: 'body',
  timestamped: false,
  json: true,
  events: [
    { ...sample('a confirmed charge', confirmed), expected: [facts] },
    {
      ...sample('a charge that has only a code', withEvent({ data: { code: 'R7QK2MXD' } })),
      expected: [{ ...facts, subject: 'R7QK2MXD' }],
    },
  ],
  redelivered: [
    { ...sample('an indented body', confirmed), again: JSON.stringify(confirmed, null, 2) },
    {
      ...sample('the second try, which has an id and a time of its own', confirmed),
      again: JSON.stringify({ ...confirmed, id: 'another', attempt_number: 2, scheduled_for: '2026-02-13T16:27:37Z' }),
    },
  ],
  replayed: [
    {
      title: 'another agent, which is not signed',
      change: (request) => ({ ...request, headers: { ...request.headers, 'user-agent': 'made up' } }),
    },
  ],
  states: [
    {
      ...sample('a charge that is pending and then confirmed', withEvent({ id: 'pending', type: 'charge:pending' })),
      next: JSON.stringify(confirmed),
    },
  ],
  changed: [{ ...sample('another amount', confirmed), into: JSON.stringify(confirmed).replace('89.90', '89.91') }],
  odd: [
    { ...sample('a delivery without an event', { ...confirmed, event: undefined }), reason: 'no-id' },
    { ...sample('an event without an id, beside the id of its delivery', withEvent({ id: undefined })), reason: 'no-id' },
    { ...sample('an event without a type', withEvent({ type: undefined })), reason: 'no-type' },
    { ...sample('a time that is none', withEvent({ created_at: 'yesterday' })), reason: 'bad-time' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: coinbase, differs: {} });

describe("in comparison with Coinbase's own library", () => {
  it('agrees on each event and key, right or altered', () => {
    const seen = { valid: 0, refused: 0 };
    const keys = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((key) => key.trim() !== '');
    const property = fc.property(
      fc.jsonValue(),
      keys,
      fc.constantFrom('none', 'none', 'body', 'key', 'signature'),
      (data, secret, change) => {
        const text = JSON.stringify(withEvent({ data })).toWellFormed();
        const signature = library.computeSignature(text, change === 'key' ? `${secret} ` : secret);
        const sent = {
          body: change === 'body' ? `${text} ` : text,
          signature: change === 'signature' ? signature.replace(/[0-8]/, '9') : signature,
        };
        const theirs = accepts(sent.body, sent.signature, secret);
        const request = { headers: { 'x-cc-webhook-signature': sent.signature }, body: Buffer.from(sent.body) };
        const ours = coinbase.verify(request, [{ id: 'main', secret }], { nowSeconds: 0, toleranceSeconds: 300 });
        expect(ours.valid).toBe(theirs);
        seen[theirs ? 'valid' : 'refused'] += 1;
      },
    );
    fc.assert(property, { seed: 20_261_124, numRuns: 1000 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(300);
  });
});

function accepts(body: string, signature: string, secret: string): boolean {
  try {
    library.verifyEventBody(body, signature, secret);
    return true;
  } catch (error) {
    if (String(error).includes('No signatures found')) return false;
    throw error;
  }
}
