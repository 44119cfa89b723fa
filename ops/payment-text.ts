/** A payment as a person reads it. */
import { isFinal, type PaymentState } from '../lambdas/core/payment.ts';
import type { ShownPayment } from './payments-client.ts';
import { alignedText, tableText } from './table-text.ts';

/** What became of it, and what is left to do. `waitedSeconds` is how long somebody waited for its end; undefined where nobody did. */
export function askedLines(payment: ShownPayment, waitedSeconds: number | undefined): readonly string[] {
  const { id, state, code, actionUrl } = payment;
  const said = code === undefined ? state : `${state}  ${code}`;
  if (state === 'REQUIRES_ACTION') {
    const where = actionUrl === undefined ? 'the provider gives no address for it' : `at ${actionUrl}`;
    return [said, `The payer has to act, ${where}. Until then it stays open: npx oncehook payments show ${id}`];
  }
  if (isFinal(state as PaymentState)) return [said];
  const still = waitedSeconds === undefined ? 'It' : `It is still open after ${waitedSeconds} s, and`;
  return [said, `${still} goes on by itself: npx oncehook payments show ${id}`];
}

const FACTS = ['state', 'code', 'amount', 'provider', 'reference', 'object', 'actionUrl', 'attempts', 'madeAt', 'notAfter'] as const;

/** Everything there is to know of it, with its history as a table. */
export function paymentLines(payment: ShownPayment): readonly string[] {
  const told = { ...payment, amount: `${payment.amount} ${payment.currency}, in minor units` };
  const rows = FACTS.flatMap((name) => (told[name] === undefined ? [] : [[`  ${name}`, String(told[name])]]));
  const history = payment.history.map(({ at, state, by, code = '' }) => [`  ${at}`, state, by, code]);
  return [payment.id, ...alignedText(rows), '', ...tableText(['  at', 'state', 'by', 'code'], history)];
}
