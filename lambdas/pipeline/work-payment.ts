/** Brings one payment as far as it will go now: sends it, asks for it or looks for it, and writes down what was learned, each time by condition. */
import { adopt, type Statement } from '../core/adopt-payment.ts';
import { RetryableError } from '../core/errors.ts';
import { APPLY_ATTEMPTS_MAX, CHARGE_TIMEOUT_MILLIS, INVOCATION_MARGIN_MILLIS } from '../core/limits.ts';
import { chargeKey, isFinal, type Payment, readPayment } from '../core/payment.ts';
import { afterAbsence, afterCharge, afterNoAnswer, nextStep, type PaymentChange, sending } from '../core/payment-steps.ts';
import type { ProviderApi } from '../core/provider-api.ts';
import type { Route } from '../core/routes.ts';
import { type CommitPorts, commit, type Plan } from './commit.ts';
import { lookForPayment } from './look-for-payment.ts';
import { changeSteps, type PaymentTables, reportDispute } from './payment-plan.ts';
import type { ProviderCalls } from './provider-calls.ts';
import { readItem } from './read-item.ts';

export type WorkSettings = { readonly api: ProviderApi; readonly routes: readonly Route[]; readonly tables: PaymentTables };

export type WorkPorts = CommitPorts & { readonly calls: ProviderCalls };

/** A marker that is committed with what is learned, where a message asked for the work. */
type Marker = Plan['steps'][number];

export type Work = {
  readonly id: string;
  readonly deadlineMillis: number;
  readonly marker?: Marker | undefined;
};

/** `gone`: there is no such payment. */
export type Worked = 'done' | 'gone';

/**
 * Resolves once the payment is final or somebody will look at it again when it is due, and the marker stands. Throws where that is not known:
 * then the message must come again.
 */
export async function workPayment(work: Work, settings: WorkSettings, ports: WorkPorts): Promise<Worked> {
  const parts = { ...work, settings, ports };
  for (let attempt = 1; attempt <= APPLY_ATTEMPTS_MAX; attempt += 1) {
    const item = await readItem(ports, { table: settings.tables.payments, key: { pk: work.id } }, work.deadlineMillis);
    if (item === undefined) return 'gone';
    if (await workOnce(readPayment(item), parts)) return 'done';
    ports.telemetry.count('PaymentChangedMeanwhile');
  }
  throw new RetryableError(
    'PAYMENT_KEEPS_CHANGING',
    `A payment was changed by others ${APPLY_ATTEMPTS_MAX} times in a row while it was worked on. It is tried again later.`,
  );
}

type Parts = Work & { readonly settings: WorkSettings; readonly ports: WorkPorts };

/** False where somebody else changed the payment: it is read again. */
async function workOnce(payment: Payment, parts: Parts): Promise<boolean> {
  const { settings, ports } = parts;
  const nowMillis = ports.clock.nowMillis();
  // A message only begins a payment; from then on its own clock works it, and a copy of the message has nothing to add.
  const isDue = payment.state === 'PENDING' || (payment.dueAt !== undefined && Date.parse(payment.dueAt) <= nowMillis);
  const step = isDue ? nextStep(payment, nowMillis, keyLifeSeconds(settings.api)) : { do: 'nothing' as const };
  if (step.do !== 'nothing' && payment.mode !== ports.calls.mode) {
    // The stack was deployed for the other mode since: there the provider would refuse this payment, or not know it, and be wrong.
    report('unauthorized', parts);
    return unanswered(payment, { code: 'OTHER_MODE' }, parts);
  }
  switch (step.do) {
    case 'nothing':
      return parts.marker === undefined || (await commitAll(parts, [parts.marker])) !== 'changed';
    case 'send':
      return send(payment, parts);
    case 'fetch': {
      const answer = await ports.calls.one(step.objectId);
      if (answer.kind === 'answered') return learn(payment, { said: answer.value, by: 'lookup', current: true }, parts);
      const code = answer.kind === 'absent' ? 'OBJECT_ABSENT' : answer.code;
      return unanswered(payment, { code }, parts);
    }
    case 'look':
      return look(payment, parts);
  }
}

function keyLifeSeconds({ name, charge }: ProviderApi): number {
  if (charge === undefined) throw new TypeError(`${name} has nothing to charge with; synth must not have let it through.`);
  return charge.keyLifeSeconds;
}

async function send(payment: Payment, parts: Parts): Promise<boolean> {
  const { ports } = parts;
  // The answer must still be written down: a call that cannot end in time is left to the next turn.
  if (ports.clock.nowMillis() + CHARGE_TIMEOUT_MILLIS + INVOCATION_MARGIN_MILLIS > parts.deadlineMillis) {
    throw new RetryableError('OUT_OF_TIME', 'There was no time left for a call to the provider; the payment is tried again.');
  }
  const sent = sending(payment, ports.clock.nowMillis());
  // Without the marker: until the answer is written down, the message is the one that comes back.
  if ((await commitAll(parts, stepsOf({ before: payment, after: sent }, parts))) === 'changed') return false;
  const reading = await ports.calls.charge(payment.request, chargeKey(payment.intent.id));
  ports.telemetry.count('ChargeAnswered', 1, { kind: reading.kind });
  if (reading.kind === 'payment') return learn(sent, { said: reading.payment, by: 'charge', current: !reading.replayed }, parts);
  report(reading.kind, parts);
  return record({ before: sent, after: afterCharge(sent, reading, ports.clock.nowMillis()) }, parts);
}

function report(kind: string, { ports, id }: Parts): void {
  if (kind === 'unauthorized') ports.telemetry.count('ProviderUnauthorized');
  if (kind === 'key-mismatch') {
    ports.telemetry.count('NeverErrors');
    ports.telemetry.log('error', 'the provider knows this idempotency key with other bytes', { paymentId: id });
  }
}

async function look(payment: Payment, parts: Parts): Promise<boolean> {
  const found = await lookForPayment(payment, { ...parts.ports, api: parts.settings.api }, parts.deadlineMillis);
  parts.ports.telemetry.count('PaymentLooked', 1, { kind: found.kind });
  switch (found.kind) {
    case 'found':
      return learnAll(payment, found.payments, parts);
    case 'absent':
      return record({ before: payment, after: afterAbsence(payment, parts.ports.clock.nowMillis()) }, parts);
    case 'undecided':
      return unanswered(payment, found, parts);
  }
}

/** More than one object for one intent is what must never be; the second contradicts the first. */
async function learnAll(payment: Payment, all: readonly Statement['said'][], parts: Parts): Promise<boolean> {
  const nowMillis = parts.ports.clock.nowMillis();
  let after = payment;
  for (const said of all) {
    const change: PaymentChange = adopt(after, { said, by: 'lookup', current: true }, nowMillis);
    if (change.kind === 'changed') after = { ...change.payment, version: payment.version + 1 };
  }
  return record({ before: payment, after }, parts);
}

function unanswered(
  payment: Payment,
  { code, after }: { readonly code: string; readonly after?: string | undefined },
  parts: Parts,
): Promise<boolean> {
  parts.ports.telemetry.count('PaymentLookupFailed', 1, { code });
  return record({ before: payment, after: afterNoAnswer(payment, parts.ports.clock.nowMillis(), after) }, parts);
}

/** Where a webhook was quicker, what it wrote is read again and held against the answer. */
async function learn(payment: Payment, statement: Statement, parts: Parts): Promise<boolean> {
  let before = payment;
  for (let attempt = 1; attempt <= APPLY_ATTEMPTS_MAX; attempt += 1) {
    const change = adopt(before, statement, parts.ports.clock.nowMillis());
    if (change.kind === 'same') return parts.marker === undefined || (await commitAll(parts, [parts.marker])) !== 'changed';
    if (await record({ before, after: change.payment }, parts)) return true;
    const item = await readItem(parts.ports, { table: parts.settings.tables.payments, key: { pk: parts.id } }, parts.deadlineMillis);
    if (item === undefined) return false;
    before = readPayment(item);
  }
  return false;
}

type Change = { readonly before: Payment; readonly after: Payment };

async function record(change: Change, parts: Parts): Promise<boolean> {
  const steps = stepsOf(change, parts);
  let result = await commitAll(parts, parts.marker === undefined ? steps : [parts.marker, ...steps]);
  // The marker is another copy's: it says that the payment was taken up, not that this was learned.
  if (result === 'already') result = await commitAll(parts, steps);
  if (result === 'changed') return false;
  const { before, after } = change;
  if (isFinal(after.state) && !isFinal(before.state)) parts.ports.telemetry.count('PaymentsEnded', 1, { state: after.state });
  if (after.state === 'DISPUTED_BY_RECORDS' && before.state !== after.state) reportDispute(parts.ports.telemetry, after);
  return true;
}

function stepsOf(change: Change, { settings, ports }: Parts): Plan['steps'] {
  return changeSteps(settings.tables, change, { routes: settings.routes, nowMillis: ports.clock.nowMillis() });
}

/** `already`: the marker stood. */
async function commitAll(parts: Parts, steps: Plan['steps']): Promise<'committed' | 'already' | 'changed'> {
  const plan = { frozenAtMillis: parts.ports.clock.nowMillis(), steps };
  const decision = await commit(parts.ports, plan, parts.deadlineMillis);
  if (decision.kind === 'committed') return 'committed';
  return decision.kind === 'done' ? 'already' : 'changed';
}
