/** Payments: `POST /payments` writes down what is to be charged, once for each key, and answers at once; `GET /payments/{id}` says what became of it. */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { errorCode } from '../core/errors.ts';
import {
  INGEST_DEADLINE_MILLIS,
  INVOCATION_MARGIN_MILLIS,
  KEY_LIFE_FRACTION,
  PAYMENT_MESSAGE_SECONDS,
  PAYMENT_NOT_AFTER_SECONDS,
} from '../core/limits.ts';
import { type Payment, paymentId, readPayment } from '../core/payment.ts';
import { later } from '../core/payment-steps.ts';
import { isoTime } from '../core/time.ts';
import type { CommitPorts } from './commit.ts';
import { flushTelemetry } from './flush-telemetry.ts';
import { type ChargedProviders, keepPayment, type PayParts, type PaySettings } from './keep-payment.ts';
import { type PaymentRequest, paymentRequest } from './payment-request.ts';
import { Problem, problemAnswer } from './problem.ts';
import { readItem } from './read-item.ts';

type Answer = APIGatewayProxyStructuredResultV2;

export type PayHandler = MiddyfiedHandler<APIGatewayProxyEventV2, Answer>;

/** The handler of both routes. Every error is a problem document; 503 and 409 come with Retry-After, and the same key is safe to send again. */
export function createPay(settings: PaySettings, ports: CommitPorts): PayHandler {
  return middy<APIGatewayProxyEventV2, Answer>({ timeoutEarlyInMillis: 0 })
    .use(flushTelemetry(ports.telemetry))
    .handler(async (event: APIGatewayProxyEventV2, context: Context) => {
      const budgetMillis = Math.min(INGEST_DEADLINE_MILLIS, context.getRemainingTimeInMillis() - INVOCATION_MARGIN_MILLIS);
      const parts = { settings, ports, deadlineMillis: ports.clock.nowMillis() + budgetMillis };
      try {
        return await (event.routeKey === 'GET /payments/{id}' ? show(event.pathParameters?.['id'] ?? '', parts) : ask(event, parts));
      } catch (error) {
        return failed(error, ports);
      }
    });
}

function failed(error: unknown, { telemetry }: CommitPorts): Answer {
  if (error instanceof Problem) {
    telemetry.count('PaymentsRefused', 1, { reason: error.code });
    return problemAnswer(error);
  }
  telemetry.count('PayUnavailable');
  telemetry.log('error', 'payment not answered', { code: errorCode(error) });
  return problemAnswer(
    new Problem(503, 'UNAVAILABLE', 'The payment could not be written down now. Send the same request with the same key again.'),
  );
}

async function ask(event: APIGatewayProxyEventV2, parts: PayParts): Promise<Answer> {
  const request = paymentRequest(event, Object.keys(parts.settings.providers));
  const payment = newPayment(request, parts, parts.ports.clock.nowMillis());
  const kept = await keepPayment(payment, parts);
  if (kept !== undefined && kept['fingerprint'] !== request.fingerprint) {
    throw new Problem(
      422,
      'KEY_REUSED',
      'This Idempotency-Key already belongs to a payment that differs in amount, currency, provider, reference, payment method or customer. A key names one payment for ever; use another one for another payment.',
    );
  }
  parts.ports.telemetry.count(kept === undefined ? 'PaymentsAsked' : 'PaymentsAskedAgain');
  // The first answer again, whatever has become of it since: who wants to know asks at the location.
  return {
    statusCode: 202,
    headers: { 'content-type': 'application/json', location: `/payments/${payment.intent.id}` },
    body: JSON.stringify({ id: payment.intent.id, state: 'PENDING' }),
  };
}

function newPayment(request: PaymentRequest, { settings }: PayParts, madeMillis: number): Payment {
  const { api, mode } = settings.providers[request.provider] as ChargedProviders[string];
  if (api.charge === undefined) throw new TypeError(`${api.name} has nothing to charge with; synth must not have let it through.`);
  const intent = { id: paymentId(request.principal, request.idempotencyKey), ...request.intent };
  const madeAt = isoTime(madeMillis);
  return {
    intent,
    provider: request.provider,
    mode,
    fingerprint: request.fingerprint,
    request: api.charge.request(intent),
    madeAt,
    // Its key must be good for as long as it may be sent for the first time.
    notAfter: later(madeMillis, Math.min(PAYMENT_NOT_AFTER_SECONDS, api.charge.keyLifeSeconds * KEY_LIFE_FRACTION)),
    state: 'PENDING',
    version: 1,
    dueAt: later(madeMillis, PAYMENT_MESSAGE_SECONDS),
    attempts: 0,
    firstAttemptAt: undefined,
    lastAttemptAt: undefined,
    objectId: undefined,
    failureCode: undefined,
    actionUrl: undefined,
    absentSince: undefined,
    lookAfter: undefined,
    lookOnly: false,
    history: [{ state: 'PENDING', at: madeAt, by: 'caller' }],
  };
}

async function show(id: string, { settings, ports, deadlineMillis }: PayParts): Promise<Answer> {
  const item = /^pay_[0-9a-f]{40}$/.test(id)
    ? await readItem(ports, { table: settings.tables.payments, key: { pk: id } }, deadlineMillis)
    : undefined;
  if (item === undefined) throw new Problem(404, 'NO_PAYMENT', 'There is no payment of this id; an id is what POST /payments answered.');
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(shown(readPayment(item))) };
}

function shown({ intent, provider, state, madeAt, notAfter, objectId, failureCode, actionUrl, attempts, history }: Payment): object {
  const { id, amount, currency, reference } = intent;
  return {
    id,
    state,
    amount,
    currency,
    provider,
    reference,
    object: objectId,
    code: failureCode,
    actionUrl,
    attempts,
    madeAt,
    notAfter,
    history,
  };
}
