/** What to do next for a payment, and what each answer makes of it: pure decisions, so that every order of answers can be tried. */
import {
  ABSENT_QUIET_SECONDS,
  CHARGE_RETRY_BASE_SECONDS,
  CHARGE_RETRY_CAP_SECONDS,
  KEY_LIFE_FRACTION,
  LOOK_AGAIN_SECONDS,
  PAYMENT_HISTORY_ENTRIES_MAX,
  PAYMENT_LEASE_SECONDS,
  UNAUTHORIZED_RETRY_SECONDS,
} from './limits.ts';
import { isFinal, type Payment, type PaymentState } from './payment.ts';
import type { ChargeReading } from './provider-api.ts';
import { isoTime } from './time.ts';

export type PaymentStep =
  | { readonly do: 'nothing' }
  /** The same key and the same bytes, for the first time or again. */
  | { readonly do: 'send' }
  | { readonly do: 'fetch'; readonly objectId: string }
  /** By our own name: whether the provider knows it at all. */
  | { readonly do: 'look' };

/** A payment after a change; `same` where nothing is to be written. */
export type PaymentChange = { readonly kind: 'same' } | { readonly kind: 'changed'; readonly payment: Payment };

/**
 * `nowMillis` is ours. The life of the key is counted from when the payment was asked for, which is no later than its first use: what we know of that is gone where
 * the table was restored to an earlier time. So a payment that was never sent, as far as we know, is looked for as well before it is given up.
 */
export function nextStep(payment: Payment, nowMillis: number, keyLifeSeconds: number): PaymentStep {
  if (isFinal(payment.state)) return { do: 'nothing' };
  if (payment.objectId !== undefined) return { do: 'fetch', objectId: payment.objectId };
  const keyAgeMillis = nowMillis - Date.parse(payment.madeAt);
  const isKeyOld = keyAgeMillis >= keyLifeSeconds * 1000 * KEY_LIFE_FRACTION;
  const isTooLate = payment.state === 'PENDING' && nowMillis >= Date.parse(payment.notAfter);
  return payment.lookOnly || isKeyOld || isTooLate ? { do: 'look' } : { do: 'send' };
}

/** Before each call: that it may be under way is durable before it can have happened. */
export function sending(payment: Payment, nowMillis: number): Payment {
  const at = isoTime(nowMillis);
  return moved(payment, nowMillis, {
    state: 'SENT',
    by: 'charge',
    attempts: payment.attempts + 1,
    firstAttemptAt: payment.firstAttemptAt ?? at,
    lastAttemptAt: at,
    absentSince: undefined,
    lookAfter: undefined,
    dueAt: later(nowMillis, PAYMENT_LEASE_SECONDS),
  });
}

/** What every answer to a call means but the one with a payment in it, which is adopted. `payment` is as `sending` left it. */
export function afterCharge(payment: Payment, reading: Exclude<ChargeReading, { kind: 'payment' }>, nowMillis: number): Payment {
  const { code } = reading;
  switch (reading.kind) {
    case 'refused':
      // Most refusals come before the provider looks at the key, so they say nothing of an earlier call; the stored answer does. To send it once more would be refused
      // once more: what the earlier call did is found by a look.
      if (payment.attempts > 1 && !reading.replayed)
        return moved(payment, nowMillis, { state: 'UNKNOWN', by: 'charge', code, lookOnly: true, dueAt: retryAt(payment, nowMillis) });
      return moved(payment, nowMillis, { state: 'FAILED', by: 'charge', code, dueAt: undefined });
    case 'key-mismatch':
      return moved(payment, nowMillis, { state: 'DISPUTED_BY_RECORDS', by: 'charge', code, dueAt: undefined });
    case 'again':
      return moved(payment, nowMillis, {
        state: 'SENT',
        by: 'charge',
        code,
        dueAt: retryAt(payment, nowMillis, reading.retryAfterSeconds),
      });
    case 'unauthorized':
      return unauthorized(payment, nowMillis, code);
    case 'unknown':
      return moved(payment, nowMillis, {
        state: 'UNKNOWN',
        by: 'charge',
        code,
        lookOnly: payment.lookOnly || reading.replayed,
        dueAt: retryAt(payment, nowMillis),
      });
  }
}

/** Where this was the only call ever made, nothing was executed; otherwise an earlier one may have been. */
function unauthorized(payment: Payment, nowMillis: number, code: string): Payment {
  const dueAt = later(nowMillis, UNAUTHORIZED_RETRY_SECONDS);
  if (payment.attempts > 1) return moved(payment, nowMillis, { state: 'UNKNOWN', by: 'charge', code, dueAt });
  const unsent = { attempts: 0, firstAttemptAt: undefined, lastAttemptAt: undefined };
  return moved(payment, nowMillis, { state: 'PENDING', by: 'charge', code, dueAt, ...unsent });
}

/** A complete look that did not find it: absent only where an earlier one, long enough ago, did not either. */
export function afterAbsence(payment: Payment, nowMillis: number): Payment {
  const since = payment.absentSince;
  if (since !== undefined && nowMillis - Date.parse(since) >= ABSENT_QUIET_SECONDS * 1000)
    return moved(payment, nowMillis, { state: 'EXPIRED', by: 'lookup', code: 'NOT_AT_PROVIDER', dueAt: undefined });
  return moved(payment, nowMillis, {
    state: payment.state,
    by: 'lookup',
    absentSince: since ?? isoTime(nowMillis),
    lookAfter: undefined,
    dueAt: later(since === undefined ? nowMillis : Date.parse(since), ABSENT_QUIET_SECONDS + 1),
  });
}

/** Nobody answered, or a list was not read to its end: it goes on there. Nothing is known that was not known before. */
export function afterNoAnswer(payment: Payment, nowMillis: number, after?: string): Payment {
  return moved(payment, nowMillis, { state: payment.state, by: 'lookup', lookAfter: after, dueAt: later(nowMillis, LOOK_AGAIN_SECONDS) });
}

function retryAt(payment: Payment, nowMillis: number, askedSeconds = 0): string {
  const doublings = Math.min(Math.max(payment.attempts - 1, 0), 16);
  const ours = Math.min(CHARGE_RETRY_CAP_SECONDS, CHARGE_RETRY_BASE_SECONDS * 2 ** doublings);
  return later(nowMillis, Math.max(ours, Math.min(askedSeconds, CHARGE_RETRY_CAP_SECONDS)));
}

export function later(nowMillis: number, seconds: number): string {
  return isoTime(nowMillis + seconds * 1000);
}

type Move = Partial<Omit<Payment, 'history' | 'version' | 'state'>> & {
  readonly state: PaymentState;
  readonly by: string;
  readonly code?: string | undefined;
};

/** The next version, with a line in the history where the state has changed. */
export function moved(payment: Payment, nowMillis: number, { by, code, ...change }: Move): Payment {
  const next = { ...payment, ...change, version: payment.version + 1 };
  const failure =
    change.state === 'FAILED' || change.state === 'DISPUTED_BY_RECORDS' || change.state === 'EXPIRED' ? { failureCode: code } : {};
  if (change.state === payment.state) return { ...next, ...failure };
  const entry = { state: change.state, at: isoTime(nowMillis), by, ...(code === undefined ? {} : { code }) };
  // The first line stays: it says who asked. What comes after fifty changes is the same few states again.
  const history = [...payment.history, entry];
  const kept = history.length > PAYMENT_HISTORY_ENTRIES_MAX ? [...history.slice(0, 1), ...history.slice(2)] : history;
  return { ...next, ...failure, history: kept };
}
