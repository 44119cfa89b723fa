/** Publishes what it subscribes to: a tree of events that ends after so many steps. */
import type { Consumer, Event } from '../../../lambdas/core/contracts.ts';

export type Step = { readonly left: number; readonly branches: number };

export const STEP_TYPE = 'steps.next';

export const steps: Consumer = {
  name: 'steps',
  epoch: 1,
  subscribes: { stripe: ['invoice.paid'], oncehook: [STEP_TYPE] },
  tables: { Steps: { access: ['put'] } },
  naturalKey: (event) => (event.type === 'invoice.paid' ? undefined : event.id),
  apply: (event, tools) => {
    const { left, branches } = stepOf(event);
    if (left > 0) {
      for (let branch = 0; branch < branches; branch += 1) tools.publish({ type: STEP_TYPE, data: { left: left - 1, branches } });
    }
    const item = { pk: tools.address, sk: event.id, key: tools.idempotencyKey('step'), left };
    return [{ kind: 'put', table: 'Steps', item }];
  },
};

/** How many effects an event leads to, its own included. */
export function stepsFrom({ left, branches }: Step): number {
  return left === 0 ? 1 : 1 + branches * stepsFrom({ left: left - 1, branches });
}

function stepOf(event: Event): Step {
  if (event.provider === 'oncehook') return event.data as Step;
  return (event.data as { readonly data: { readonly object: Step } }).data.object;
}
