/** The part of an effect that is elsewhere: what is sent is frozen before it leaves, and every try of the event sends the same under the same key. */
import type { Consumer, NoEffect, PerformTools } from '../core/contracts.ts';
import { isRejected, RetryableError } from '../core/errors.ts';
import { PERFORM_RESERVE_MILLIS } from '../core/limits.ts';
import { beforeDeadline } from './before-deadline.ts';
import { type CommitPorts, commit } from './commit.ts';
import { commitMarker } from './commit-marker.ts';
import type { ReadSecret } from './consumer-secret.ts';
import { createTools, type ToolsInput } from './consumer-tools.ts';
import { type FrozenRequest, freezePlan, frozenItem, frozenKey, readFrozen } from './frozen-request.ts';
import { type Applied, type Claim, type Delivery, markerKey, naturalKeyOf } from './plan-effect.ts';
import { readItem } from './read-item.ts';

export type Performed =
  /** Done elsewhere; `apply` comes next. */
  | { readonly kind: 'performed'; readonly answer: unknown; readonly claim: Claim }
  /** There is a marker: nothing is to be applied. */
  | { readonly kind: 'settled'; readonly applied: Applied };

export type Sender = Consumer & Required<Pick<Consumer, 'prepare' | 'perform'>>;

/** Whether a part of its effects is elsewhere. */
export function isSender(consumer: Consumer): consumer is Sender {
  return consumer.prepare !== undefined && consumer.perform !== undefined;
}

type Around = {
  readonly delivery: Delivery;
  readonly sender: Sender;
  readonly ports: CommitPorts;
  readonly toolsInput: ToolsInput;
  readonly secret: ReadSecret;
  readonly deadlineMillis: number;
};

/** Throws where the message must be seen again: then it is not known what became of the call, and the next try finds the same request. */
export async function performOutside(around: Around): Promise<Performed> {
  const { delivery, ports, deadlineMillis } = around;
  const settled = async (marker: { readonly outcome: NoEffect | 'rejected'; readonly code?: string }): Promise<Performed> => ({
    kind: 'settled',
    applied: await commitMarker(delivery, ports, { ...marker, deadlineMillis }),
  });
  try {
    const request = await frozenRequest(around);
    if (request === 'already') return { kind: 'settled', applied: 'already' };
    if (typeof request === 'string') return await settled({ outcome: request });
    return { kind: 'performed', answer: await callOut(request, around), claim: { naturalKey: request.naturalKey } };
  } catch (error) {
    if (!isRejected(error)) throw error;
    ports.telemetry.log('warn', 'event rejected', { address: delivery.address, eventId: delivery.event.id, code: error.code });
    return settled({ outcome: 'rejected', code: error.code });
  }
}

/**
 * What an earlier try has frozen, or what this one freezes. The marker is asked for first: a key may have been forgotten since the event has
 * settled, and what was frozen goes before what would be prepared now, which may say otherwise.
 */
async function frozenRequest(around: Around): Promise<FrozenRequest | NoEffect | 'already'> {
  const { delivery, ports, deadlineMillis } = around;
  const inInbox = (pk: string) => readItem(ports, { table: delivery.tables.inbox, key: { pk } }, deadlineMillis);
  const [marker, row] = await Promise.all([inInbox(markerKey(delivery)), inInbox(frozenKey(delivery))]);
  if (marker !== undefined) return 'already';
  return row === undefined ? freeze(around) : readFrozen(row);
}

async function freeze({ delivery, sender, ports, toolsInput, deadlineMillis }: Around): Promise<FrozenRequest | NoEffect> {
  const { address, get, idempotencyKey } = createTools(toolsInput).tools;
  const prepared = await beforeDeadline(ports.clock, deadlineMillis, () =>
    sender.prepare(delivery.event, { address, get, idempotencyKey }),
  );
  if (prepared.kind === 'late') throw tooSlow('prepare', delivery);
  const sent = prepared.value;
  if (sent === 'duplicate' || sent === 'stale') return sent;
  const nowMillis = ports.clock.nowMillis();
  const item = frozenItem(delivery, { sent, naturalKey: naturalKeyOf(delivery), nowMillis });
  const decision = await commit(ports, freezePlan(delivery, item, nowMillis), deadlineMillis);
  if (decision.kind === 'condition') return 'duplicate';
  if (decision.kind === 'committed') return readFrozen(item);
  // Another delivery of the same event was faster: what it froze is sent by both.
  if (decision.item !== undefined) return readFrozen(decision.item);
  throw new RetryableError(
    'FROZEN_MEANWHILE',
    'Another delivery of the event has frozen what is sent, and DynamoDB did not say what. The next try reads it.',
  );
}

/** A key that the other side may have forgotten guards nothing: then it is asked what became of the call, or a person decides. */
async function callOut(request: FrozenRequest, around: Around): Promise<unknown> {
  const { delivery, sender, ports } = around;
  if (isKeyTooOld(request, sender, ports.clock.nowMillis())) {
    if (sender.lookUp === undefined) throw keyTooOld(request, around);
    ports.telemetry.count('OutsideLookUps');
    const found = await bounded(around, request, (tools) => sender.lookUp?.(request.sent, tools));
    if (found !== undefined) return found;
    ports.telemetry.log('warn', 'nothing was done elsewhere: sent anew', { address: delivery.address, eventId: delivery.event.id });
  }
  ports.telemetry.count('OutsideCalls');
  return bounded(around, request, (tools) => sender.perform(request.sent, tools));
}

/** Clocks differ, and nobody says when exactly a key is forgotten. */
const KEY_LIFE_SHARE_USED = 0.8;

function isKeyTooOld({ firstAttemptAt }: FrozenRequest, { keyLifeSeconds }: Sender, nowMillis: number): boolean {
  if (keyLifeSeconds === undefined) return false;
  return nowMillis - Date.parse(firstAttemptAt) >= keyLifeSeconds * 1000 * KEY_LIFE_SHARE_USED;
}

function keyTooOld({ firstAttemptAt }: FrozenRequest, { sender, ports }: Around): RetryableError {
  ports.telemetry.count('OutsideKeysTooOld');
  return new RetryableError(
    'KEY_TOO_OLD',
    `The consumer ${sender.name} first sent this at ${firstAttemptAt}, and the other side remembers a key for ${sender.keyLifeSeconds} s: sent again it could be done twice. ` +
      'See there what became of it; then close the event with `oncehook settle waive`, or let the consumer offer `lookUp` and deploy.',
  );
}

/** Ends with the function still able to write down what came of it. The call is told to end, and what it would have answered is left to the next try. */
async function bounded<T>(
  { delivery, ports, toolsInput, secret, deadlineMillis }: Around,
  { firstAttemptAt }: FrozenRequest,
  call: (tools: PerformTools) => T | Promise<T>,
): Promise<T> {
  const untilMillis = deadlineMillis - PERFORM_RESERVE_MILLIS;
  if (ports.clock.nowMillis() >= untilMillis) throw tooSlow('perform', delivery);
  const { address, idempotencyKey } = createTools(toolsInput).tools;
  const ending = new AbortController();
  const answered = await beforeDeadline(ports.clock, untilMillis, () =>
    call({ address, idempotencyKey, firstAttemptAt, signal: ending.signal, secret }),
  );
  if (answered.kind === 'done') return answered.value;
  ending.abort();
  throw tooSlow('perform', delivery);
}

function tooSlow(step: 'prepare' | 'perform', { consumer, event }: Delivery): RetryableError {
  return new RetryableError(
    `${step.toUpperCase()}_TIMEOUT`,
    `The consumer ${consumer.name} did not ${step} ${event.type} before the deadline of its function. Something it waits for hangs, or the whole batch was slow. The message is tried again later.`,
  );
}
