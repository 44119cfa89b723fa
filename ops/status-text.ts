/** A stack's status as a person reads it and as a program does. */
import type { ConsumerStatus, StackStatus } from './stack-status.ts';
import { tableText } from './table-text.ts';

/** The form promised in docs/cli.md: exactly these members, in one line. */
export function statusJson({ events, outbox, consumers }: StackStatus): string {
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
  });
}

const OUTCOMES = ['applied', 'duplicate', 'stale', 'rejected', 'waived'] as const;

export function statusLines({ events, outbox, consumers }: StackStatus): string[] {
  const rows = Object.values(consumers).map(({ address, outcomes, waiting, deadLetters }) => [
    address,
    ...OUTCOMES.map((outcome) => outcomes[outcome] ?? 0),
    waiting,
    deadLetters,
  ]);
  const summary = `${events} ${events === 1 ? 'event' : 'events'}, ${outbox} outbox ${outbox === 1 ? 'item' : 'items'}`;
  return [summary, '', ...tableText(['consumer', ...OUTCOMES, 'waiting', 'dead letters'], rows)];
}
