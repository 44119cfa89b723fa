/** A stack's status as a person reads it and as a program does. */
import type { ConsumerStatus, StackStatus } from './stack-status.ts';
import { tableText } from './table-text.ts';

/** The form promised in docs/cli.md: exactly these members, in one line. */
export function statusJson({ events, outbox, consumers, queues }: StackStatus): string {
  const stable = ({ outcomes, waiting, deadLetters }: ConsumerStatus) => ({
    applied: outcomes['applied'] ?? 0,
    rejected: outcomes['rejected'] ?? 0,
    waiting,
    deadLetters,
  });
  return JSON.stringify({
    events,
    outbox,
    consumers: Object.fromEntries(Object.entries(consumers).map(([name, consumer]) => [name, stable(consumer)])),
    ...(Object.keys(queues).length === 0 ? {} : { queues: queueCounts(queues) }),
  });
}

const OUTCOMES = ['applied', 'duplicate', 'stale', 'rejected', 'waived'] as const;

function queueCounts(queues: StackStatus['queues']) {
  return Object.fromEntries(Object.entries(queues).map(([name, { waiting, deadLetters }]) => [name, { waiting, deadLetters }]));
}

export function statusLines({ events, outbox, consumers, queues }: StackStatus): string[] {
  const rows = Object.values(consumers).map(({ address, outcomes, waiting, deadLetters }) => [
    address,
    ...OUTCOMES.map((outcome) => outcomes[outcome] ?? 0),
    waiting,
    deadLetters,
  ]);
  const summary = `${events} ${events === 1 ? 'event' : 'events'}, ${outbox} outbox ${outbox === 1 ? 'item' : 'items'}`;
  const queued = Object.values(queues).map(({ address, waiting, deadLetters }) => [address, waiting, deadLetters]);
  const others = queued.length === 0 ? [] : ['', ...tableText(['queue', 'waiting', 'dead letters'], queued)];
  return [summary, '', ...tableText(['consumer', ...OUTCOMES, 'waiting', 'dead letters'], rows), ...others];
}
