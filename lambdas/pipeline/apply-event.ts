/** Applies one event at one address: marker and effect in one transaction, decided by which condition failed. */
import { isRejected, RetryableError } from '../core/errors.ts';
import { APPLY_ATTEMPTS_MAX } from '../core/limits.ts';
import type { Route } from '../core/routes.ts';
import { beforeDeadline } from './before-deadline.ts';
import { type CommitPorts, type Committed, commit, type Plan } from './commit.ts';
import { createTools } from './consumer-tools.ts';
import { type Delivery, effectPlan, markerPlan, type Outcome } from './plan-effect.ts';
import { readItem } from './read-item.ts';

/** `already`: an earlier try committed the marker, and whatever it decided stands. */
export type Applied = Outcome | 'already';

/** Resolves once the marker stands. Throws where it does not: then the message must be seen again. */
export async function applyEvent(
  delivery: Delivery,
  ports: CommitPorts,
  options: { readonly routes: readonly Route[]; readonly deadlineMillis: number },
): Promise<Applied> {
  for (let attempt = 1; attempt <= APPLY_ATTEMPTS_MAX; attempt += 1) {
    const settled = await applyOnce(delivery, ports, options);
    if (settled !== 'retry') return settled;
    ports.telemetry.count('ApplyRetried');
  }
  throw new RetryableError(
    'STATE_KEEPS_CHANGING',
    `The consumer ${delivery.consumer.name} met a changed state ${APPLY_ATTEMPTS_MAX} times in a row; many events write the same item. The message is tried again later.`,
  );
}

type Options = Parameters<typeof applyEvent>[2];

async function applyOnce(delivery: Delivery, ports: CommitPorts, options: Options): Promise<Applied | 'retry'> {
  const nowMillis = ports.clock.nowMillis();
  const { tools, published } = createTools({
    consumer: delivery.consumer,
    event: delivery.event,
    address: delivery.address,
    routes: options.routes,
    tables: delivery.tables.own,
    read: (table, key) => readItem(ports, { table, key }, options.deadlineMillis),
    nowMillis,
  });
  let planned: Plan | 'duplicate' | 'stale';
  try {
    const applied = await beforeDeadline(ports.clock, options.deadlineMillis, () => delivery.consumer.apply(delivery.event, tools));
    if (applied.kind === 'late') throw tooSlow(delivery);
    const effect = applied.value;
    planned = typeof effect === 'string' ? effect : effectPlan(delivery, { writes: effect, published }, nowMillis);
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
  if (decision.kind === 'committed') return 'applied';
  if (decision.kind === 'done') return 'already';
  if (decision.means === 'retry') return 'retry';
  if (decision.means !== 'reject') return commitMarker(delivery, ports, { outcome: decision.means, deadlineMillis });
  return commitMarker(delivery, ports, { outcome: 'rejected', code: `CONDITION_${decision.index}`, deadlineMillis });
}

async function commitMarker(
  delivery: Delivery,
  ports: CommitPorts,
  marker: { readonly outcome: Outcome; readonly code?: string; readonly deadlineMillis: number },
): Promise<Applied> {
  const { outcome, deadlineMillis, ...code } = marker;
  const decision = await commit(ports, markerPlan(delivery, outcome, { nowMillis: ports.clock.nowMillis(), ...code }), deadlineMillis);
  return decision.kind === 'committed' ? outcome : 'already';
}
