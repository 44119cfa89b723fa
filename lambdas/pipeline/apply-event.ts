/** Applies one event at one address: marker and effect in one transaction, decided by which condition failed. */
import { isRejected, RetryableError } from '../core/errors.ts';
import { APPLY_ATTEMPTS_MAX } from '../core/limits.ts';
import type { Item } from '../core/ports.ts';
import type { Route } from '../core/routes.ts';
import { beforeDeadline } from './before-deadline.ts';
import { type CommitPorts, type Committed, commit, type Plan } from './commit.ts';
import { commitMarker } from './commit-marker.ts';
import type { ReadSecret } from './consumer-secret.ts';
import { createTools, type ToolsInput } from './consumer-tools.ts';
import { isSender, performOutside } from './perform-outside.ts';
import { type Applied, type Claim, type Delivery, effectPlan } from './plan-effect.ts';
import { readItem } from './read-item.ts';

type Options = { readonly routes: readonly Route[]; readonly secret: ReadSecret; readonly deadlineMillis: number };

/** Resolves once the marker stands. Throws where it does not: then the message must be seen again. */
export async function applyEvent(delivery: Delivery, ports: CommitPorts, options: Options): Promise<Applied> {
  const { consumer } = delivery;
  const { secret, deadlineMillis } = options;
  const toolsInput = toolsInputOf(delivery, ports, options);
  const outside = isSender(consumer)
    ? await performOutside({ delivery, sender: consumer, ports, toolsInput, secret, deadlineMillis })
    : NOTHING_OUTSIDE;
  if (outside.kind === 'settled') return outside.applied;
  for (let attempt = 1; attempt <= APPLY_ATTEMPTS_MAX; attempt += 1) {
    const settled = await applyOnce(delivery, ports, { ...options, ...outside });
    if (settled !== 'retry') return settled;
    ports.telemetry.count('ApplyRetried');
  }
  throw new RetryableError(
    'STATE_KEEPS_CHANGING',
    `The consumer ${delivery.consumer.name} met a changed state ${APPLY_ATTEMPTS_MAX} times in a row; many events write the same item. The message is tried again later.`,
  );
}

const NOTHING_OUTSIDE = { kind: 'performed', answer: undefined, claim: undefined } as const;

function toolsInputOf(delivery: Delivery, ports: CommitPorts, { routes, deadlineMillis }: Options): ToolsInput {
  const { consumer, event, address, tables } = delivery;
  const read: ToolsInput['read'] = (table, key) => readItem(ports, { table, key }, deadlineMillis);
  return { consumer, event, address, routes, tables: tables.own, read, nowMillis: ports.clock.nowMillis() };
}

/** What was done elsewhere, and whether the natural key was taken before that. */
type Outside = { readonly answer: unknown; readonly claim: Claim | undefined };

async function applyOnce(delivery: Delivery, ports: CommitPorts, options: Options & Outside): Promise<Applied | 'retry'> {
  const { answer, claim } = options;
  const input = toolsInputOf(delivery, ports, options);
  const { tools, published } = createTools(input);
  let planned: Plan | 'duplicate' | 'stale';
  try {
    const applied = await beforeDeadline(ports.clock, options.deadlineMillis, () => delivery.consumer.apply(delivery.event, tools, answer));
    if (applied.kind === 'late') throw tooSlow(delivery);
    const effect = applied.value;
    planned = typeof effect === 'string' ? effect : effectPlan(delivery, { writes: effect, published, claim }, input.nowMillis);
  } catch (error) {
    if (!isRejected(error)) throw error;
    ports.telemetry.log('warn', 'event rejected', { address: delivery.address, eventId: delivery.event.id, code: error.code });
    return commitMarker(delivery, ports, { outcome: 'rejected', code: error.code, deadlineMillis: options.deadlineMillis });
  }
  if (typeof planned === 'string') return commitMarker(delivery, ports, { outcome: planned, deadlineMillis: options.deadlineMillis });
  return outcomeOf(await commit(ports, planned, options.deadlineMillis), delivery, { ports, deadlineMillis: options.deadlineMillis });
}

function tooSlow({ consumer, event }: Delivery): RetryableError {
  return new RetryableError(
    'APPLY_TIMEOUT',
    `The consumer ${consumer.name} did not decide ${event.type} before the deadline of its function. Something it waits for hangs: it may read through tools and call nothing else. The message is tried again later.`,
  );
}

async function outcomeOf(
  decision: Committed,
  delivery: Delivery,
  at: { readonly ports: CommitPorts; readonly deadlineMillis: number },
): Promise<Applied | 'retry'> {
  const { ports, deadlineMillis } = at;
  if (decision.kind === 'condition' && isOwnClaim(decision.item, delivery)) throw frozenByAnotherRelease(delivery);
  if (decision.kind === 'committed') return 'applied';
  if (decision.kind === 'done') return 'already';
  if (decision.means === 'retry') return 'retry';
  if (decision.means !== 'reject') return commitMarker(delivery, ports, { outcome: decision.means, deadlineMillis });
  return commitMarker(delivery, ports, { outcome: 'rejected', code: `CONDITION_${decision.index}`, deadlineMillis });
}

/** The natural key was taken for this very event, by a release that froze what it sends elsewhere: that is no duplicate. */
function isOwnClaim(item: Item | undefined, { address, event }: Delivery): boolean {
  return item?.['kind'] === 'natural' && item['eventId'] === event.id && String(item['pk']).startsWith(`${address}#key#`);
}

function frozenByAnotherRelease({ consumer, event }: Delivery): RetryableError {
  return new RetryableError(
    'FROZEN_BY_ANOTHER_RELEASE',
    `An earlier release of the consumer ${consumer.name} began to send something elsewhere for ${event.id}, and this one sends nothing. ` +
      'Deploy that release until its address has settled, and take `perform` away under a new epoch; or close the event with `oncehook settle waive`.',
  );
}
