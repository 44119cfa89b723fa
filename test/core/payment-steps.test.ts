/** What is done next for a payment: each rule once, and that no order of answers breaks them. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isFinal, type Payment } from '../../lambdas/core/payment.ts';
import { afterAbsence, afterCharge, afterNoAnswer, moved, nextStep, sending } from '../../lambdas/core/payment-steps.ts';
import type { ChargeReading } from '../../lambdas/core/provider-api.ts';
import { aPayment, HOUR_MILLIS, KEY_LIFE_SECONDS, MADE_MILLIS } from './payments.ts';

const step = (payment: Payment, hours = 0) => nextStep(payment, MADE_MILLIS + hours * HOUR_MILLIS, KEY_LIFE_SECONDS).do;
const sent = sending(aPayment(), MADE_MILLIS);
const unknown = (replayed = false) => afterCharge(sent, { kind: 'unknown', code: 'HTTP_500', replayed }, MADE_MILLIS + 20_000);

describe('What is done next', () => {
  it('sends what was never sent', () => {
    expect(step(aPayment())).toBe('send');
  });

  it('looks for what was never sent, as far as we know, and has become too old, so that neither an old message nor a restored table charges twice', () => {
    expect(step(aPayment(), 19.19)).toBe('send');
    expect(step(aPayment(), 19.2)).toBe('look');
    expect(step(aPayment({ notAfter: '2026-11-23T23:25:00.000Z' }), 1)).toBe('look');
  });

  it('sends again under the same key what ended without an answer, for 0.8 of the life of the key', () => {
    expect(step(unknown())).toBe('send');
    expect(step(unknown(), 19.19)).toBe('send');
  });

  it('looks for it from then on, and never sends again', () => {
    expect(step(unknown(), 19.2)).toBe('look');
    expect(step(unknown(), 24 * 40)).toBe('look');
  });

  it('counts the life of the key from when the payment was asked for, whatever is known of its tries', () => {
    const again = sending(unknown(), MADE_MILLIS + 19 * HOUR_MILLIS);
    expect(step(again, 19.2)).toBe('look');
    expect(step(sending(aPayment(), MADE_MILLIS + 19 * HOUR_MILLIS), 19.2)).toBe('look');
  });

  it('looks for it at once where the provider gives the same stored error for ever', () => {
    expect(step(unknown(true))).toBe('look');
  });

  it('asks for the object by its id as soon as that is known', () => {
    expect(nextStep(aPayment({ state: 'PROCESSING', objectId: 'pi_1' }), MADE_MILLIS, KEY_LIFE_SECONDS)).toEqual({
      do: 'fetch',
      objectId: 'pi_1',
    });
  });

  it.each(['SUCCEEDED', 'FAILED', 'EXPIRED', 'DISPUTED_BY_RECORDS'] as const)('does nothing more once it is %s', (state) => {
    expect(step(aPayment({ state }), 1)).toBe('nothing');
  });
});

describe('What an answer to a charge makes of a payment', () => {
  it('leaves nothing to guess before the call: that it was sent, when first, and when somebody looks again', () => {
    expect(sent).toMatchObject({
      state: 'SENT',
      version: 2,
      attempts: 1,
      firstAttemptAt: '2026-11-23T22:25:00.000Z',
      dueAt: '2026-11-23T22:26:30.000Z',
    });
  });

  it('fails where the provider refused the request as such', () => {
    expect(afterCharge(sent, { kind: 'refused', code: 'resource_missing', replayed: false }, MADE_MILLIS)).toMatchObject({
      state: 'FAILED',
      failureCode: 'resource_missing',
      dueAt: undefined,
    });
  });

  it('is as if never sent where the first call was not let in', () => {
    const back = afterCharge(sent, { kind: 'unauthorized', code: 'HTTP_401' }, MADE_MILLIS);
    expect(back).toMatchObject({ state: 'PENDING', attempts: 0, firstAttemptAt: undefined });
    expect(step(back)).toBe('send');
  });

  it('stays unknown where an earlier call may have been executed', () => {
    const twice = sending(unknown(), MADE_MILLIS + HOUR_MILLIS);
    expect(afterCharge(twice, { kind: 'unauthorized', code: 'HTTP_401' }, MADE_MILLIS)).toMatchObject({ state: 'UNKNOWN', attempts: 2 });
  });

  it('freezes where the provider knows the key with other bytes', () => {
    expect(afterCharge(sent, { kind: 'key-mismatch', code: 'idempotency_error' }, MADE_MILLIS)).toMatchObject({
      state: 'DISPUTED_BY_RECORDS',
    });
  });

  it('waits as long as the provider asks, and longer from try to try', () => {
    const due = (payment: Payment, retryAfterSeconds?: number) =>
      Date.parse(afterCharge(payment, { kind: 'again', code: 'HTTP_429', retryAfterSeconds }, MADE_MILLIS).dueAt ?? '') - MADE_MILLIS;
    expect([due(sent), due({ ...sent, attempts: 2 }), due({ ...sent, attempts: 40 }), due(sent, 120), due(sent, 1e9)]).toEqual([
      30_000, 60_000, 3_600_000, 120_000, 3_600_000,
    ]);
  });
});

describe('What a look makes of a payment that it did not find', () => {
  const late = MADE_MILLIS + 20 * HOUR_MILLIS;

  it('is not absent after one look', () => {
    const once = afterAbsence(unknown(), late);
    expect(once).toMatchObject({ state: 'UNKNOWN', absentSince: '2026-11-24T18:25:00.000Z', dueAt: '2026-11-24T18:40:01.000Z' });
  });

  it('is not absent after two looks that are close together', () => {
    expect(afterAbsence(afterAbsence(unknown(), late), late + 899_999).state).toBe('UNKNOWN');
  });

  it('counts from the first look, however often one comes too early because of a clock that is wrong', () => {
    const once = afterAbsence(unknown(), late);
    const early = afterAbsence(once, late + 800_000);
    expect([early.absentSince, early.dueAt]).toEqual([once.absentSince, once.dueAt]);
  });

  it('is absent after two looks a quarter of an hour apart', () => {
    expect(afterAbsence(afterAbsence(unknown(), late), late + 900_000)).toMatchObject({ state: 'EXPIRED', dueAt: undefined });
  });

  it('begins anew where it was sent in between', () => {
    const again = sending(afterAbsence(unknown(true), late), late + 1000);
    expect(afterAbsence(again, late + 900_000).state).not.toBe('EXPIRED');
  });

  it('goes on where a long list was left', () => {
    expect(afterNoAnswer(unknown(), late, 'pi_50')).toMatchObject({
      lookAfter: 'pi_50',
      dueAt: '2026-11-24T18:30:00.000Z',
      state: 'UNKNOWN',
    });
    expect(afterAbsence({ ...unknown(), lookAfter: 'pi_50' }, late).lookAfter).toBeUndefined();
  });
});

describe('The history of a payment', () => {
  it('has a line for each new state, and none for a wait', () => {
    const waited = afterCharge(sent, { kind: 'again', code: 'HTTP_409' }, MADE_MILLIS);
    expect(waited.history.map(({ state }) => state)).toEqual(['PENDING', 'SENT']);
  });

  it('is bounded, and keeps who asked', () => {
    let payment = aPayment();
    for (let index = 0; index < 200; index += 1)
      payment = moved(payment, MADE_MILLIS + index, { state: index % 2 === 0 ? 'PROCESSING' : 'REQUIRES_ACTION', by: 'lookup' });
    expect(payment.history).toHaveLength(50);
    expect(payment.history[0]).toEqual({ state: 'PENDING', at: '2026-11-23T22:25:00.000Z', by: 'caller' });
    expect(payment.history.at(-1)?.at).toBe('2026-11-23T22:25:00.199Z');
  });
});

describe('Whatever the provider answers, in whatever order and after whatever time', () => {
  const readings: ChargeReading['kind'][] = ['refused', 'again', 'unknown', 'unauthorized', 'key-mismatch'];
  const answer = fc.record({
    kind: fc.constantFrom(...readings),
    replayed: fc.boolean(),
    minutes: fc.integer({ min: 0, max: 400 }),
    found: fc.boolean(),
  });

  it('the key is never used beyond 0.8 of its life, and each payment comes to an end or has a time at which somebody looks', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 60 }), (answers) => {
        let payment = aPayment();
        let nowMillis = MADE_MILLIS;
        let firstSendMillis: number | undefined;
        for (const { kind, replayed, minutes } of answers) {
          nowMillis += minutes * 60_000;
          const next = nextStep(payment, nowMillis, KEY_LIFE_SECONDS).do;
          if (next === 'send') {
            payment = sending(payment, nowMillis);
            firstSendMillis ??= nowMillis;
            if (payment.attempts === 1) firstSendMillis = nowMillis;
            expect(nowMillis - firstSendMillis).toBeLessThan(0.8 * KEY_LIFE_SECONDS * 1000);
            payment = afterCharge(payment, { kind, code: 'X', replayed } as Exclude<ChargeReading, { kind: 'payment' }>, nowMillis);
          } else if (next === 'look') payment = afterAbsence(payment, nowMillis);
          expect(isFinal(payment.state)).toBe(payment.dueAt === undefined);
          if (payment.state === 'EXPIRED') expect(nowMillis - Date.parse(payment.absentSince ?? '')).toBeGreaterThanOrEqual(900_000);
        }
      }),
      { numRuns: 300 },
    );
  });
});
