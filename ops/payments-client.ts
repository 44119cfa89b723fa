/** The stack's own API for payments, called as a program of its owner would: signed, and asked again where that is safe. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { systemRandom } from '../lambdas/aws/system-random.ts';
import { retryUntil } from '../lambdas/pipeline/retry-until.ts';
import type { Connection } from './connection.ts';
import { interruptibleClock } from './interruptible-clock.ts';
import { networkCode } from './network-code.ts';
import { OperatorError } from './operator-error.ts';

/** As docs/payments-api.json has it. */
export type ShownPayment = {
  readonly id: string;
  readonly state: string;
  readonly amount: number;
  readonly currency: string;
  readonly provider: string;
  readonly reference: string;
  readonly object?: string;
  readonly code?: string;
  readonly actionUrl?: string;
  readonly attempts: number;
  readonly madeAt: string;
  readonly notAfter: string;
  readonly history: readonly { readonly state: string; readonly at: string; readonly by: string; readonly code?: string }[];
};

export type PaymentWish = {
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly provider: string;
  readonly reference: string;
  readonly paymentMethod: string;
  /** Whom a saved payment method belongs to, at the provider. */
  readonly customer?: string | undefined;
};

export type PaymentsClient = {
  /** Resolves with the payment's id once it is written down, by this request or an earlier one with the same key. */
  ask(wish: PaymentWish, idempotencyKey: string): Promise<string>;
  show(id: string): Promise<ShownPayment>;
};

/** API Gateway answers within 30 seconds or not at all (HTTP API quotas). */
const ANSWER_MILLIS = 30_000;
/** As long as a person would wait. */
const PATIENCE_MILLIS = 15_000;

/**
 * Both throw an `OperatorError`: `REFUSED` for what is wrong with the request, others where nothing was decided; or the reason of the signal, once it is given.
 */
export function createPaymentsClient(connection: Connection, url: string, signal?: AbortSignal): PaymentsClient {
  const patience: Patience = { connection, signal };
  return {
    ask: async (wish, idempotencyKey) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
      const answered = await untilDecided(patience, { method: 'POST', url, headers, body: JSON.stringify(wish) });
      if (answered.status === 202) return textIn(answered, 'id');
      throw refused(answered);
    },
    show: async (id) => {
      const answered = await untilDecided(patience, { method: 'GET', url: `${url}/${id}`, headers: {} });
      if (answered.status !== 200) throw refused(answered);
      textIn(answered, 'state');
      return answered.body as unknown as ShownPayment;
    },
  };
}

type Patience = { readonly connection: Connection; readonly signal: AbortSignal | undefined };
type Request = Parameters<Connection['signed']>[0];
type Answered = { readonly status: number; readonly body: { readonly [name: string]: unknown } };

/** The same request with the same key is safe to send again, so a lost answer and a refusal for now are no reason to give up. */
async function untilDecided({ connection, signal }: Patience, request: Request): Promise<Answered> {
  const deadlineMillis = systemClock.nowMillis() + PATIENCE_MILLIS;
  const result = await retryUntil({ clock: interruptibleClock(signal), random: systemRandom }, deadlineMillis, async () => {
    const headers = await connection.signed(request, systemClock.nowMillis());
    try {
      const value = await send(request, headers);
      return isForNow(value.status) ? { again: true, code: codeOf(value) } : { again: false, value };
    } catch (error) {
      return { again: true, code: networkCode(error) };
    }
  });
  if (result.kind === 'decided') return result.value;
  throw new OperatorError(
    'NOT_ANSWERED',
    `${new URL(request.url).host} did not decide this within ${PATIENCE_MILLIS / 1000} s (${result.tries} tries, last answer ${result.code}). ${
      request.method === 'POST'
        ? 'The payment may be written down or not: ask again with the same --key, and nothing is charged twice.'
        : 'Try again in a minute.'
    }`,
  );
}

async function send({ method, url, body }: Request, signed: Record<string, string>): Promise<Answered> {
  // What is signed of it is what fetch itself sends.
  const { host: _host, ...headers } = signed;
  const signal = AbortSignal.timeout(ANSWER_MILLIS);
  const response = await fetch(url, { method, headers, redirect: 'manual', signal, ...(body === undefined ? {} : { body }) });
  return { status: response.status, body: jsonObject(await response.text()) };
}

/** `AgainLater` of docs/payments-api.json, and what API Gateway says where it throttles or fails itself. */
function isForNow(status: number): boolean {
  return status === 409 || status === 429 || status >= 500;
}

function refused(answered: Answered): OperatorError {
  const { status, body } = answered;
  if (typeof body['code'] === 'string' && typeof body['detail'] === 'string')
    return new OperatorError('REFUSED', `${body['code']} (HTTP ${status}): ${body['detail']}`);
  if (status === 403)
    return new OperatorError(
      'NOT_ALLOWED',
      'API Gateway refused the signature (HTTP 403): these credentials may not execute-api:Invoke on the routes of payments, or the clock of this machine is wrong. docs/cli.md says what an operator needs.',
    );
  return new OperatorError(
    'NOT_PAYMENTS',
    `The answer is none of the payments API (HTTP ${status}). The stack was probably deployed by another release: run the command from that, or deploy again.`,
  );
}

function codeOf({ status, body }: Answered): string {
  return typeof body['code'] === 'string' ? body['code'] : `HTTP ${status}`;
}

function textIn(answered: Answered, name: string): string {
  const value = answered.body[name];
  if (typeof value === 'string') return value;
  throw refused({ ...answered, body: {} });
}

function jsonObject(text: string): Answered['body'] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Answered['body']) : {};
  } catch {
    return {};
  }
}
