import { describe, expect, it } from '@jest/globals';
import api from '../../lambdas/provider-apis/stripe.ts';
import {
  actionRequired,
  answer,
  canceled,
  declined,
  declinedAnswer,
  errorAnswer,
  expected,
  list,
  paid,
  processing,
  untried,
} from './stripe-answers.ts';

const { charge } = api;

describe('an answer to a charge', () => {
  it.each([
    ['a payment that succeeded', paid, expected],
    ['one under way at a bank', processing, { ...expected, state: 'PROCESSING', final: false }],
    ['one that the payer has to confirm', actionRequired, { ...expected, state: 'REQUIRES_ACTION', actionUrl: undefined, final: false }],
    ['one that was cancelled', canceled, { ...expected, state: 'FAILED', failureCode: 'abandoned' }],
    [
      'one cancelled without a reason',
      { ...canceled, cancellation_reason: null },
      { ...expected, state: 'FAILED', failureCode: 'canceled' },
    ],
    ['one that was tried and failed', declined, { ...expected, state: 'FAILED', failureCode: 'insufficient_funds', final: false }],
    ['one that nobody has tried yet', untried, { ...expected, state: 'PROCESSING', final: false }],
    [
      'one that is made and not confirmed',
      { ...untried, status: 'requires_confirmation' },
      { ...expected, state: 'PROCESSING', final: false },
    ],
    ['one of which a part arrived', { ...paid, amount_received: 1000 }, { ...expected, amount: 1000 }],
    ['one in live mode', { ...paid, livemode: true }, { ...expected, mode: 'live' }],
    ['one that is none of ours', { ...paid, metadata: {} }, { ...expected, paymentId: undefined }],
    ['one with an id that we do not make', { ...paid, metadata: { oncehook_payment: 'pay_ 1' } }, { ...expected, paymentId: undefined }],
  ])('is %s', (_, intent, read) => {
    expect(charge.read(answer(intent))).toEqual({ kind: 'payment', payment: read, replayed: false });
  });

  it('says where the payer has to go, where that is an address over https', () => {
    const to = (url: unknown) => ({
      ...actionRequired,
      next_action: { type: 'redirect_to_url', redirect_to_url: { url, return_url: null } },
    });
    const actionUrl = 'https://hooks.stripe.com/3d_secure/1?x=%20';
    expect(charge.read(answer(to(actionUrl)))).toMatchObject({ payment: { state: 'REQUIRES_ACTION', actionUrl } });
    for (const url of ['http://hooks.stripe.com', 'javascript:alert(1)', 'https://a b', 7, `https://${'x'.repeat(3000)}`])
      expect(charge.read(answer(to(url)))).toMatchObject({ payment: { state: 'REQUIRES_ACTION', actionUrl: undefined } });
  });

  it.each([
    ['a card that was declined', declinedAnswer, { kind: 'payment', payment: { state: 'FAILED', failureCode: 'insufficient_funds' } }],
    [
      'a method that the intent does not take',
      errorAnswer(400, { type: 'invalid_request_error', code: 'payment_intent_invalid_parameter', payment_intent: declined }),
      { kind: 'payment', payment: { state: 'FAILED' } },
    ],
    [
      'a parameter that is wrong',
      errorAnswer(400, { type: 'invalid_request_error', code: 'amount_too_small' }),
      { kind: 'refused', code: 'amount_too_small' },
    ],
    [
      'a method that is not there',
      errorAnswer(404, { type: 'invalid_request_error', code: 'resource_missing' }),
      { kind: 'refused', code: 'resource_missing' },
    ],
    ['an error without a code', errorAnswer(400, { type: 'invalid_request_error' }), { kind: 'refused', code: 'invalid_request_error' }],
    ['the key with other bytes', errorAnswer(400, { type: 'idempotency_error' }), { kind: 'key-mismatch', code: 'idempotency_error' }],
    [
      'the key in use',
      errorAnswer(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' }),
      { kind: 'again', code: 'idempotency_key_in_use' },
    ],
    [
      'too many requests',
      errorAnswer(429, { type: 'invalid_request_error', code: 'rate_limit' }, { 'retry-after': '7' }),
      { kind: 'again', code: 'rate_limit', retryAfterSeconds: 7 },
    ],
    [
      'too many requests in the older form',
      errorAnswer(400, { type: 'invalid_request_error', code: 'rate_limit' }),
      { kind: 'again', code: 'rate_limit' },
    ],
    ['a key of the API that is wrong', errorAnswer(401, { type: 'invalid_request_error' }), { kind: 'unauthorized' }],
    [
      'a key of the API that may not',
      errorAnswer(403, { type: 'invalid_request_error', code: 'more_permissions_required' }),
      { kind: 'unauthorized', code: 'more_permissions_required' },
    ],
    ['an error of Stripe', errorAnswer(500, { type: 'api_error' }), { kind: 'unknown', code: 'api_error', replayed: false }],
    [
      'an error that shows a card error and no payment',
      errorAnswer(402, { type: 'card_error', code: 'card_declined' }),
      { kind: 'unknown', code: 'card_declined' },
    ],
    [
      'an error that shows a payment without an id',
      errorAnswer(402, { type: 'card_error', payment_intent: { ...declined, id: null } }),
      { kind: 'unknown' },
    ],
    [
      'an error that shows a payment that succeeded',
      errorAnswer(402, { type: 'card_error', code: 'card_declined', payment_intent: paid }),
      { kind: 'unknown' },
    ],
    ['a failure behind Stripe', errorAnswer(424, { type: 'invalid_request_error' }), { kind: 'unknown' }],
    ['a page of somebody on the way, 400', answer('<h1>Bad Request</h1>', { status: 400 }), { kind: 'unknown', code: 'HTTP_400' }],
    ['a page of somebody on the way, 401', answer('<h1>Unauthorized</h1>', { status: 401 }), { kind: 'unknown', code: 'HTTP_401' }],
    ['a page of somebody on the way, 429', answer('slow down', { status: 429 }), { kind: 'unknown', code: 'HTTP_429' }],
    ['a redirect', answer(paid, { status: 302 }), { kind: 'unknown', code: 'HTTP_302' }],
    ['another object', answer({ ...paid, object: 'setup_intent' }), { kind: 'unknown', code: 'BAD_ANSWER' }],
    ['a list of one', list([paid]), { kind: 'unknown', code: 'BAD_ANSWER' }],
    ['nothing', answer(''), { kind: 'unknown', code: 'BAD_ANSWER' }],
  ])('is %s', (_, given, reading) => {
    expect(charge.read(given)).toMatchObject(reading);
  });

  it('says that it was stored before, so that its state may have moved on', () => {
    const headers = { 'idempotent-replayed': 'true' };
    expect(charge.read(answer(paid, { headers }))).toMatchObject({ kind: 'payment', replayed: true });
    expect(charge.read(errorAnswer(500, { type: 'api_error' }, headers))).toMatchObject({ kind: 'unknown', replayed: true });
    expect(charge.read(errorAnswer(500, { type: 'api_error' }, { 'stripe-should-retry': 'false' }))).toMatchObject({ replayed: true });
  });

  it.each(['soon', '-1', '1.5', 'Wed, 21 Oct 2026 07:28:00 GMT', ''])('names no wait with Retry-After: %j', (wait) => {
    expect(charge.read(errorAnswer(429, { type: 'api_error' }, { 'retry-after': wait }))).toEqual({ kind: 'again', code: 'api_error' });
  });

  it('cannot ask for a wait of a year', () => {
    expect(charge.read(errorAnswer(429, { type: 'api_error' }, { 'retry-after': '31536000' }))).toMatchObject({ retryAfterSeconds: 3600 });
  });

  it('brings no text of its own into a log', () => {
    const reading = charge.read(errorAnswer(400, { type: 'invalid_request_error', code: 'x\n{"level":"info"}' }));
    expect(reading).toEqual({ kind: 'refused', code: 'invalid_request_error', replayed: false });
  });
});

describe('a look-up', () => {
  it('asks for the intent, and reads it', () => {
    expect(charge.one.request('pi_1')).toMatchObject({
      method: 'GET',
      path: '/v1/payment_intents/pi_1',
      headers: { 'stripe-version': expect.anything() },
    });
    expect(charge.one.read(answer(paid))).toEqual({ kind: 'answered', value: expected });
  });

  it.each([
    ['no such intent', errorAnswer(404, { type: 'invalid_request_error', code: 'resource_missing' }), { kind: 'absent' }],
    ['a page of somebody on the way', answer('<h1>Not Found</h1>', { status: 404 }), { kind: 'again', code: 'HTTP_404' }],
    ['a wrong key', errorAnswer(401, { type: 'invalid_request_error' }), { kind: 'unauthorized' }],
    [
      'too many requests',
      errorAnswer(429, { type: 'api_error', code: 'rate_limit' }, { 'retry-after': '3' }),
      { kind: 'again', code: 'rate_limit', retryAfterSeconds: 3 },
    ],
    ['an error of Stripe', errorAnswer(500, { type: 'api_error' }), { kind: 'again', code: 'api_error' }],
    ['an intent without an amount', answer({ ...paid, amount_received: null }), { kind: 'again', code: 'BAD_ANSWER' }],
  ])('is answered with %s', (_, given, reading) => {
    expect(charge.one.read(given)).toMatchObject(reading);
  });

  it('by our id asks in the language of the search, in which no id can say more than itself', () => {
    const asking = (id: string) => new URL(`https://x${charge.search.request(id).path}`);
    expect(asking('pay_1').pathname).toBe('/v1/payment_intents/search');
    expect(Object.fromEntries(asking('pay_1').searchParams)).toEqual({ query: 'metadata["oncehook_payment"]:"pay_1"', limit: '100' });
    expect(asking('pay_1" OR status:"succeeded\\').searchParams.get('query')).toBe(
      'metadata["oncehook_payment"]:"pay_1\\" OR status:\\"succeeded\\\\"',
    );
  });

  it('by our id reads what was found', () => {
    const found = { object: 'search_result', url: '/v1/payment_intents/search', has_more: false, next_page: null, data: [paid] };
    expect(charge.search.read(answer(found))).toEqual({ kind: 'answered', value: { items: [expected], after: undefined } });
    expect(charge.search.read(answer({ ...found, data: [] }))).toMatchObject({ kind: 'answered', value: { items: [] } });
    expect(charge.search.read(answer({ ...found, has_more: true, next_page: 'page2' }))).toMatchObject({ value: { after: 'page2' } });
    expect(charge.search.read(answer({ ...found, has_more: true }))).toMatchObject({ kind: 'again' });
  });
});
