import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidWebhookSignatureError, WebhookSignatureValidator } from 'mercadopago';
import type { WebhookRequest } from '../../lambdas/core/provider.ts';
import mercadopago from '../../lambdas/providers/mercadopago.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { NOW_SECONDS, type ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const QUERY = 'data.id=ORD01J7&type=payment';
const URL_GIVEN = `https://hooks.shop.example/webhooks/mercadopago?${QUERY}`;
const REQUEST_ID = '9fdd3a14-487c-4173-a369-cac8576f481c';

const updated = {
  id: 813_317_434_131,
  live_mode: true,
  type: 'payment',
  date_created: '2026-02-13T12:26:38.000-04:00',
  user_id: 44_444,
  api_version: 'v1',
  action: 'payment.updated',
  data: { id: 'ORD01J7' },
};

const updatedFacts = {
  identity: `ord01j7:${REQUEST_ID}`,
  eventId: '813317434131',
  type: 'payment.updated',
  occurredAt: '2026-02-13T16:26:38.000Z',
  subject: 'ord01j7',
  account: undefined,
  mode: undefined,
  authenticity: 'partial',
  signedFields: ['data.id'],
  contentType: 'application/json',
} as const;

const sample = (title: string, event: object) => ({ title, id: REQUEST_ID, query: QUERY, body: JSON.stringify(event) });
const withBody = (change: object) => (request: WebhookRequest) => ({
  ...request,
  body: Buffer.from(JSON.stringify({ ...updated, ...change })),
});

const fixture: ProviderFixture = {
  provider: mercadopago,
  url: URL_GIVEN,
  signedHeaders: ['x-signature', 'x-request-id'],
  covers: 'nothing',
  timestamped: true,
  json: true,
  events: [
    { ...sample('a payment', updated), expected: [updatedFacts] },
    {
      ...sample('an event without an action, an id or a time', { type: 'payment', data: { id: 'ORD01J7' } }),
      expected: [{ ...updatedFacts, eventId: null, type: 'payment', occurredAt: undefined }],
    },
    { ...sample('an event that names its payment in the query only', { ...updated, data: undefined }), expected: [updatedFacts] },
  ],
  redelivered: [{ ...sample('an indented body', updated), again: JSON.stringify(updated, null, 2) }],
  replayed: [
    { title: 'another action and another id in its body, which is not signed', change: withBody({ action: 'payment.created', id: 1 }) },
    { title: 'the other mode and another user in its body', change: withBody({ live_mode: false, user_id: 1 }) },
    { title: 'the id in other letters', change: (request) => ({ ...request, query: 'data.id=ord01j7&type=payment' }) },
    { title: 'the id in escapes', change: (request) => ({ ...request, query: 'type=other&data%2Eid=%4FRD01J7' }) },
  ],
  states: [{ ...sample('two requests that speak of one payment', updated), next: JSON.stringify(updated) }],
  changed: [{ ...sample('another action', updated), into: JSON.stringify({ ...updated, action: 'payment.created' }) }],
  odd: [
    { ...sample('a body that speaks of another payment than the query', { ...updated, data: { id: '1' } }), reason: 'other-object' },
    { ...sample('an event without a type', { data: { id: 'ORD01J7' } }), reason: 'no-type' },
    { ...sample('a time that is none', { ...updated, date_created: 'yesterday' }), reason: 'bad-time' },
    { ...sample('a list as the id', { ...updated, id: [] }), reason: 'bad-subject' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: mercadopago, differs: {} });

const SECRET = '9e9dfb84d6025e51682d2c75d31a0cb037b62eb3696d12daee97da159f418ceb';
const hex = (manifest: string, secret = SECRET) => createHmac('sha256', secret).update(manifest).digest('hex');
const right = hex(`id:ord01j7;request-id:${REQUEST_ID};ts:${NOW_SECONDS};`);
const requestOf = (signature: string, { query = QUERY, requestId = REQUEST_ID } = {}): WebhookRequest => ({
  headers: { 'x-signature': signature, ...(requestId === '' ? {} : { 'x-request-id': requestId }) },
  body: Buffer.from(JSON.stringify(updated)),
  query,
});
const verify = (request: WebhookRequest, secret = SECRET) =>
  mercadopago.verify(request, [{ id: 'main', secret }], { nowSeconds: NOW_SECONDS, toleranceSeconds: 300 });
const accepted = { valid: true, secretId: 'main' };
const refusedFor = (reason: string) => ({ valid: false, reason });

describe('the headers of Mercado Pago', () => {
  it.each([
    ['two times', `ts=${NOW_SECONDS},ts=1,v1=${right}`, 'two-timestamps'],
    ['two headers that the gateway joined', `ts=${NOW_SECONDS},v1=${right},ts=${NOW_SECONDS},v1=${right}`, 'two-timestamps'],
    ['no time', `v1=${right}`, 'no-timestamp'],
    ['an empty time', `ts=,v1=${right}`, 'bad-timestamp'],
    ['two signatures', `ts=${NOW_SECONDS},v1=${right},v1=${right}`, 'too-many-signatures'],
    ['no signature of a version that is known', `ts=${NOW_SECONDS},v2=${right}`, 'no-signature'],
    ['an empty signature', `ts=${NOW_SECONDS},v1=`, 'no-match'],
    ['white space', `ts=${NOW_SECONDS}, v1=${right}`, 'bad-header'],
    ['upper-case hex', `ts=${NOW_SECONDS},v1=${right.toUpperCase()}`, 'no-match'],
  ])('are refused with %s', (_, header, reason) => {
    expect(verify(requestOf(header))).toEqual(refusedFor(reason));
  });

  it('may give the time in milliseconds, which are signed as they stand', () => {
    const at = (millis: number) => verify(requestOf(`ts=${millis},v1=${hex(`id:ord01j7;request-id:${REQUEST_ID};ts:${millis};`)}`));
    expect(at(NOW_SECONDS * 1000 + 999)).toEqual(accepted);
    expect(at((NOW_SECONDS - 301) * 1000)).toEqual(refusedFor('too-old'));
    expect(at((NOW_SECONDS + 301) * 1000)).toEqual(refusedFor('too-new'));
  });

  it('leave out of what is signed what has no value', () => {
    const signed = (manifest: string) => `ts=${NOW_SECONDS},v1=${hex(manifest)}`;
    expect(verify(requestOf(signed(`id:ord01j7;ts:${NOW_SECONDS};`), { requestId: '' }))).toEqual(accepted);
    for (const query of ['', 'type=payment', 'data.id=&type=payment'])
      expect(verify(requestOf(signed(`request-id:${REQUEST_ID};ts:${NOW_SECONDS};`), { query }))).toEqual(accepted);
  });

  it.each([
    ['a second data.id', { query: `${QUERY}&data.id=1` }],
    ['the request id as a part of data.id', { query: `data.id=${encodeURIComponent(`ord01j7;request-id:${REQUEST_ID}`)}`, requestId: '' }],
    ['white space around data.id', { query: 'data.id=%20ord01j7' }],
    ['a letter that only becomes an ASCII one in lower case', { query: 'data.id=or%E2%84%AA' }],
    ['a separator in the request id', { requestId: `${REQUEST_ID};x:1` }],
  ])('are refused with %s, although the signature may be right', (_, parts) => {
    expect(verify(requestOf(`ts=${NOW_SECONDS},v1=${right}`, parts))).toEqual(refusedFor('bad-field'));
  });

  it('are refused for another payment in the query than was signed, whatever the body says', () => {
    const header = `ts=${NOW_SECONDS},v1=${right}`;
    expect(verify(requestOf(header))).toEqual(accepted);
    expect(verify(requestOf(header, { query: 'data.id=ORD01J8&type=payment' }))).toEqual(refusedFor('no-match'));
  });
});

describe('an event of Mercado Pago', () => {
  it('that names neither a payment nor a request is odd: nothing signed names it', () => {
    expect(mercadopago.events(requestOf('', { query: '', requestId: '' }))).toMatchObject([{ kind: 'odd', reason: 'no-id' }]);
  });

  it('cannot be mistaken for one that names the same text in another part', () => {
    const eventsOf = (parts: Parameters<typeof requestOf>[1]) =>
      mercadopago.events({ ...requestOf('', parts), body: Buffer.from('{"type":"payment"}') });
    expect(eventsOf({ query: 'data.id=1', requestId: '' })).toMatchObject([{ identity: '1:', subject: '1' }]);
    expect(eventsOf({ query: '', requestId: '1' })).toMatchObject([{ identity: ':1', subject: undefined }]);
  });

  it('cannot be signed with a blank secret, or for an id that could be read as two parts', () => {
    const input = { body: Buffer.from('{}'), secret: SECRET, nowSeconds: NOW_SECONDS, id: REQUEST_ID, url: URL_GIVEN };
    expect(() => mercadopago.sign({ ...input, secret: ' ' })).toThrow(TypeError);
    expect(() => mercadopago.sign({ ...input, id: 'a;b' })).toThrow(TypeError);
    expect(() => mercadopago.sign({ ...input, url: 'https://hooks.shop.example/?data.id=a;b' })).toThrow(TypeError);
  });
});

describe("in comparison with Mercado Pago's own library", () => {
  it('agrees on each id, key and time, right or altered', () => {
    const seen = { valid: 0, refused: 0 };
    const names = fc.stringMatching(/^[\w-]{0,40}$/);
    const requests = fc.record({
      dataId: names,
      requestId: names,
      secret: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }).filter((key) => key.trim() !== ''),
      age: fc.integer({ min: -400, max: 400 }),
      change: fc.constantFrom('none', 'none', 'other version too', 'id', 'request id', 'time'),
    });
    const property = fc.property(requests, ({ dataId, requestId, secret, age, change }) => {
      const url = `https://hooks.shop.example/?data.id=${dataId}`;
      const { headers } = mercadopago.sign({ body: Buffer.from('{}'), secret, nowSeconds: NOW_SECONDS - age, id: requestId, url });
      const signature = headers['x-signature'] ?? '';
      const sent = {
        dataId: change === 'id' ? `${dataId}1` : dataId,
        requestId: change === 'request id' ? `${requestId}1` : requestId,
        signature: change === 'time' ? signature.replace('ts=', 'ts=1') : change === 'none' ? signature : `${signature},v2=00`,
      };
      const theirs = accepts({
        xSignature: sent.signature,
        xRequestId: sent.requestId,
        dataId: sent.dataId.toLowerCase(),
        secret,
        toleranceSeconds: 300,
        now: () => NOW_SECONDS * 1000,
      });
      const ours = verify(requestOf(sent.signature, { query: `data.id=${sent.dataId}`, requestId: sent.requestId }), secret);
      expect(ours.valid).toBe(theirs);
      seen[theirs ? 'valid' : 'refused'] += 1;
    });
    fc.assert(property, { seed: 20_261_124, numRuns: 1000 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(200);
  });
});

function accepts(options: Parameters<typeof WebhookSignatureValidator.validate>[0]): boolean {
  try {
    WebhookSignatureValidator.validate(options);
    return true;
  } catch (error) {
    if (error instanceof InvalidWebhookSignatureError) return false;
    throw error;
  }
}
