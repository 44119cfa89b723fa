import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'gocardless-nodejs/webhooks';
import { EVENTS_PER_REQUEST_MAX } from '../../lambdas/core/limits.ts';
import gocardless from '../../lambdas/providers/gocardless.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { namesOf, type ProviderFixture, readAll } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

type Event = { readonly [name: string]: unknown };

const confirmed: Event = {
  id: 'EV01K9QX7M2B5T',
  created_at: '2026-02-13T16:26:10.123Z',
  resource_type: 'payments',
  action: 'confirmed',
  links: { payment: 'PM01K9QX6Z4C8W', organisation: 'OR000148796' },
  details: { origin: 'gocardless', cause: 'payment_confirmed', description: 'Enough time has passed' },
  metadata: {},
};

const renewed: Event = {
  id: 'EV01K9QX7N9D3V',
  created_at: '2026-02-13T16:26:11.000Z',
  resource_type: 'subscriptions',
  action: 'payment_created',
  links: { subscription: 'SB0003JJQ2MR06', payment: 'PM01K9QX8B1F7Y' },
};

const scheduled: Event = { ...renewed, resource_type: 'instalment_schedules', action: 'created', links: { instalment_schedule: 'IS123' } };

const confirmedFacts = {
  identity: 'EV01K9QX7M2B5T',
  type: 'payments.confirmed',
  occurredAt: '2026-02-13T16:26:10.123Z',
  subject: 'PM01K9QX6Z4C8W',
  account: 'OR000148796',
  mode: undefined,
  authenticity: 'signed',
  contentType: 'application/json',
} as const;

const renewedFacts = {
  ...confirmedFacts,
  identity: 'EV01K9QX7N9D3V',
  type: 'subscriptions.payment_created',
  occurredAt: '2026-02-13T16:26:11.000Z',
  subject: 'SB0003JJQ2MR06',
  account: undefined,
} as const;

const bodyOf = (events: unknown, webhook = 'WB01K9QX7P') => JSON.stringify({ events, meta: { webhook_id: webhook } });
const sample = (title: string, ...events: readonly unknown[]) => ({ title, id: 'unused', body: bodyOf(events) });
const readingsOf = (...events: readonly unknown[]) => readAll(fixture, sample('', ...events));

const fixture: ProviderFixture = {
  provider: gocardless,
  signedHeaders: ['webhook-signature'],
  covers: 'body',
  timestamped: false,
  json: true,
  events: [
    { ...sample('one event', confirmed), expected: [confirmedFacts] },
    { ...sample('several, each with its own names', confirmed, renewed), expected: [confirmedFacts, renewedFacts] },
    {
      ...sample('a type of two words', scheduled),
      expected: [{ ...renewedFacts, type: 'instalment_schedules.created', subject: 'IS123' }],
    },
    {
      ...sample('an event that links to nothing', { ...renewed, resource_type: 'exports', links: undefined }),
      expected: [{ ...renewedFacts, type: 'exports.payment_created', subject: undefined }],
    },
  ],
  redelivered: [
    { ...sample('another delivery', confirmed, renewed), again: bodyOf([confirmed, renewed], 'WB_OTHER') },
    { ...sample('an indented body', confirmed), again: JSON.stringify({ events: [confirmed] }, null, 2) },
  ],
  // The body is all that counts, and all of it is signed.
  replayed: [],
  states: [{ ...sample('two states of one payment', confirmed), next: bodyOf([{ ...confirmed, id: 'EV_NEXT', action: 'paid_out' }]) }],
  changed: [
    { ...sample('another action', confirmed), into: bodyOf([{ ...confirmed, action: 'failed' }]) },
    { ...sample('another payment', confirmed), into: bodyOf([{ ...confirmed, links: { payment: 'PM_OTHER' } }]) },
  ],
  odd: [
    { title: 'a body without events', id: '', body: '{"meta":{}}', reason: 'no-events' },
    { title: 'events that are no list', id: '', body: bodyOf({ 0: confirmed }), reason: 'no-events' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: gocardless, differs: { 'uppercase-hex': 'one signature has one text: lower case, as GoCardless sends it' } });

describe('a request with several events', () => {
  it.each([
    ['without an id', { ...confirmed, id: undefined }, 'no-id'],
    ['with the separator of keys in its id', { ...confirmed, id: 'EV#1' }, 'bad-id'],
    ['without a resource', { ...confirmed, resource_type: undefined }, 'no-type'],
    ['without an action', { ...confirmed, action: null }, 'no-type'],
    ['whose time is none', { ...confirmed, created_at: 'yesterday' }, 'bad-time'],
    ['whose organisation can be no part of a key', { ...confirmed, links: { organisation: 'OR 1' } }, 'bad-account'],
    ['that is no object', 'EV1', 'not-an-object'],
  ])('keeps one %s as odd, and reads the others', (_, odd, reason) => {
    expect(readingsOf(renewed, odd, scheduled)).toMatchObject([
      { kind: 'event', type: renewedFacts.type },
      { kind: 'odd', reason, bytes: Buffer.from(JSON.stringify(odd)) },
      { kind: 'event', type: 'instalment_schedules.created' },
    ]);
  });

  it('gives each event the bytes that it was sent with', () => {
    const text = '{ "id" : "EV1", "resource_type":"payments","action":"created", "big": 9007199254740993 }';
    const body = `{"events":[ ${text} ,${text}]}`;
    const readings = readAll(fixture, { id: '', body });
    expect(readings.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([text, text]);
  });

  it('has no event where the list is empty', () => {
    expect(readingsOf()).toEqual([]);
  });

  it('gives an event the same names whatever it is sent together with', () => {
    const alone = namesOf(readingsOf(confirmed));
    expect(namesOf(readingsOf(renewed, confirmed)).slice(1)).toEqual(alone);
  });

  it('reads as many as one request may hold', () => {
    const events = Array.from({ length: EVENTS_PER_REQUEST_MAX }, (_, number) => ({ ...renewed, id: `EV${number}` }));
    expect(new Set(namesOf(readingsOf(...events)).map(({ identity }) => identity)).size).toBe(EVENTS_PER_REQUEST_MAX);
  });
});

describe("in comparison with GoCardless's own library", () => {
  it('agrees on each body, secret and signature, right or altered', () => {
    const seen = { valid: 0, refused: 0 };
    const secrets = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }).filter((secret) => secret.trim() !== '');
    const notes = fc.string({ unit: 'binary', maxLength: 200 });
    const changes = fc.constantFrom<(signature: string) => string>(
      (signature) => signature,
      (signature) => signature.slice(2),
      (signature) => `00${signature.slice(2)}`,
      (signature) => `sha256=${signature}`,
      () => 'not-a-signature',
    );
    const property = fc.property(notes, secrets, changes, fc.boolean(), (note, secret, change, altered) => {
      const body = JSON.stringify({ events: [{ ...confirmed, note: note.toWellFormed() }] });
      const signed = gocardless.sign({ body: Buffer.from(body), secret, nowSeconds: 0, id: '' }).headers['webhook-signature'] ?? '';
      const signature = change(signed);
      const sent = altered ? `${body} ` : body;
      const theirs = idsByTheirs(sent, secret, signature);
      const request = { headers: { 'webhook-signature': signature }, body: Buffer.from(sent) };
      const ours = gocardless.verify(request, [{ id: 'main', secret }], { nowSeconds: 0, toleranceSeconds: 300 });
      expect(ours.valid).toBe(theirs !== undefined);
      if (theirs !== undefined) expect(namesOf(gocardless.events(request)).map(({ identity }) => identity)).toEqual(theirs);
      seen[theirs === undefined ? 'refused' : 'valid'] += 1;
    });
    fc.assert(property, { seed: 20_261_124, numRuns: 2000 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(150);
  });
});

function idsByTheirs(body: string, secret: string, signature: string): readonly (string | undefined)[] | undefined {
  try {
    return parse(body, secret, signature).map(({ id }) => id);
  } catch {
    return undefined;
  }
}
