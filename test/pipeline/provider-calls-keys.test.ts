/** The API key of a provider: of the right form and mode, read anew when it is refused, and never seen. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ProviderApi } from '../../lambdas/core/provider-api.ts';
import stripe from '../../lambdas/provider-apis/stripe.ts';
import { answer, asked, declinedAnswer, errorAnswer, paid, payment } from '../provider-apis/stripe-answers.ts';
import { callsBench, closeServers, KEY, keyText, type Sent } from './provider-calls-bench.ts';

const NEXT_KEY = 'sk_test_51NextNextNextNextNextNext';
const WINDOW = { fromSeconds: 1_795_000_000, toSeconds: 1_795_003_600 };
const UNAUTHORIZED = errorAnswer(401, { type: 'invalid_request_error', code: 'api_key_expired' });
const frozen = stripe.charge.request(asked);
const keyOf = ({ headers }: Sent) => headers.authorization?.replace('Bearer ', '');

afterEach(closeServers);

describe('the API key', () => {
  it('is the first one that is in force', async () => {
    const { calls, sent } = await callsBench(answer(paid), { secret: () => keyText(NEXT_KEY, KEY) });
    await calls.charge(frozen, 'key-1');
    expect(sent.map(keyOf)).toEqual([NEXT_KEY]);
  });

  it.each<[string, string, 'test' | 'live']>([
    ['a live key, where test is expected', 'sk_live_51OncehookOncehook', 'test'],
    ['a test key, where live is expected', KEY, 'live'],
  ])('is not sent anywhere if it is %s', async (_, key, mode) => {
    const { calls, sent } = await callsBench(answer(paid), { secret: () => keyText(key), mode });
    expect(await calls.charge(frozen, 'key-1')).toEqual({ kind: 'unauthorized', code: 'WRONG_MODE' });
    expect(await calls.events(WINDOW)).toEqual({ kind: 'unauthorized', code: 'WRONG_MODE' });
    expect(sent).toEqual([]);
  });

  it('may be one that does not say its mode', async () => {
    const api: ProviderApi = { ...stripe, modeOfKey: () => 'either' };
    const { calls } = await callsBench(answer({ ...paid, livemode: true }), { api, mode: 'live' });
    expect(await calls.charge(frozen, 'key-1')).toMatchObject({ kind: 'payment' });
  });

  it('is not sent where it is no key of this provider', async () => {
    const { calls, sent } = await callsBench(answer(paid), { secret: () => keyText('whsec_a_webhook_secret') });
    expect(await calls.charge(frozen, 'key-1')).toEqual({ kind: 'unauthorized', code: 'BAD_API_KEY' });
    expect(sent).toEqual([]);
  });

  it.each([
    ['has no entry in force', '{"active":[]}', { kind: 'unauthorized', code: 'NO_ACTIVE_SECRET' }],
    ['is not in the form of a secret', 'sk_test_51', { kind: 'unauthorized', code: 'SECRET_MALFORMED' }],
    ['cannot be read now', new Error('down'), { kind: 'again', code: 'SECRET_UNAVAILABLE' }],
  ])('that %s keeps the charge from being sent', async (_, secret, reading) => {
    const { calls, sent } = await callsBench(answer(paid), { secret: () => secret });
    expect(await calls.charge(frozen, 'key-1')).toEqual(reading);
    expect(await calls.one(payment.intent)).toEqual(reading);
    expect(sent).toEqual([]);
  });

  it('is read anew when it is refused, and the same bytes go out once more with another one', async () => {
    const { calls, clock, sent } = await callsBench((one) => (keyOf(one) === KEY ? UNAUTHORIZED : answer(paid)), {
      secret: (reads) => keyText(reads === 0 ? KEY : NEXT_KEY),
    });
    expect(await calls.charge(frozen, 'key-1')).toMatchObject({ kind: 'unauthorized', code: 'api_key_expired' });
    clock.advance(31_000);
    expect(await calls.charge(frozen, 'key-1')).toMatchObject({ kind: 'payment' });
    expect(sent.map(keyOf)).toEqual([KEY, KEY, NEXT_KEY]);
    expect(new Set(sent.map(({ body, headers }) => `${headers['idempotency-key']} ${body}`)).size).toBe(1);
  });

  it('is read anew once a call, and the refused one is not sent again', async () => {
    const { calls, clock, sent, reads } = await callsBench(UNAUTHORIZED);
    await calls.charge(frozen, 'key-1');
    clock.advance(31_000);
    expect(await calls.charge(frozen, 'key-1')).toEqual({ kind: 'unauthorized', code: 'api_key_expired' });
    expect({ sent: sent.length, reads: reads() }).toEqual({ sent: 2, reads: 2 });
  });

  it('that was refused while it cannot be read anew may have been changed', async () => {
    const { calls, clock } = await callsBench(UNAUTHORIZED, { secret: (reads) => (reads === 0 ? keyText(KEY) : new Error('down')) });
    await calls.charge(frozen, 'key-1');
    clock.advance(31_000);
    expect(await calls.charge(frozen, 'key-1')).toEqual({ kind: 'again', code: 'SECRET_UNAVAILABLE' });
  });

  it('stands in no log, nor does anything of a body', async () => {
    for (const reply of [
      'hang-up',
      UNAUTHORIZED,
      declinedAnswer,
      errorAnswer(400, { type: 'invalid_request_error', code: `${KEY}\n` }),
    ] as const) {
      const { calls, telemetry } = await callsBench(reply);
      await calls.charge(frozen, 'key-1');
      await calls.one(payment.intent);
      const written = JSON.stringify([telemetry.lines, telemetry.counts()]);
      for (const secret of [KEY, 'pm_card_visa', payment.intent, payment.email, 'in words']) expect(written).not.toContain(secret);
    }
  });
});
