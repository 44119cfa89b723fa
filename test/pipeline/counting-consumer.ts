/** A small consumer for tests of the pipeline: one entry and one counter an event, and one event published. */
import type { Consumer, Write } from '../../lambdas/core/contracts.ts';
import { type ConsumerSample, messageOf } from '../contracts/consumer-sample.ts';

/** The write that puts an entry, with what its failed condition means. */
export const entry = (means: 'retry' | 'duplicate' | 'stale' | 'reject'): Write => ({
  kind: 'put',
  table: 'Books',
  item: { pk: 'entry', sk: 'entry' },
  condition: { expression: 'attribute_not_exists(pk)', means },
});

export const counter: Write = {
  kind: 'update',
  table: 'Books',
  key: { pk: 'counter', sk: 'counter' },
  update: { expression: 'ADD #n :n', names: { '#n': 'amount' }, values: { ':n': 50 } },
};

/** `apply` and whatever else is given replace the members of a consumer called `books`. */
export function booksConsumer(given: Partial<Consumer> = {}): Consumer {
  return {
    name: 'books',
    epoch: 1,
    subscribes: { stripe: ['payment_intent.succeeded'] },
    tables: { Books: { access: ['get', 'put', 'update'] } },
    apply: (event, tools) => {
      tools.publish({ type: 'books.posted', subject: 'pi_1', data: { of: event.id } });
      return [entry('duplicate'), counter];
    },
    ...given,
  };
}

export const paid: ConsumerSample = {
  provider: 'stripe',
  type: 'payment_intent.succeeded',
  subject: 'pi_1',
  identity: '1',
  data: { data: { object: { id: 'pi_1', amount: 50 } } },
};

/** The key of `paid`. */
export const PAID = 'stripe#-#live#evt_1';

/** Messages for `books@1`, of the events `evt_0`, `evt_1` … */
export function messages(count: number, address = 'books@1'): string[] {
  return Array.from({ length: count }, (_, index) => messageOf({ ...paid, identity: String(index) }, address));
}

export const paidMessage = (address = 'books@1') => messageOf(paid, address);
