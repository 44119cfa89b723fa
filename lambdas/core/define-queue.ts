/** The declaration of a queue that somebody else reads, in any language: events are sent to it, and what becomes of them is not known here. */
import { type Consumer, subscriptionFault } from './contracts.ts';

/**
 * A consumer that is only delivered to. It gets the same messages as any other (docs/effects-elsewhere.md has their form), at least once and in no
 * order. Nobody here marks them, so settlement does not wait for it: what the relay gives up for it (an alarm tells) is not sent again.
 */
export type QueueConsumer = Pick<Consumer, 'name' | 'epoch' | 'subscribes'> & { readonly settled: false };

export type QueueDeclaration = Pick<Consumer, 'name' | 'subscribes'> & Partial<Pick<Consumer, 'epoch'>>;

/**
 * Checks a declaration at import; its file in `consumers/` has the result as the default export. The epoch is 1 where it is left out: it is part of the
 * address in each message, by which the reader deduplicates.
 */
export function defineQueue({ name, subscribes, epoch = 1 }: QueueDeclaration): QueueConsumer {
  const queue: QueueConsumer = { name, epoch, subscribes, settled: false };
  const fault = subscriptionFault(queue);
  if (fault !== undefined) throw new TypeError(`Queue ${JSON.stringify(name)}: ${fault}`);
  return queue;
}
