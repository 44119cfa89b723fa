/** A consumer with a mistake in it that a later deploy mends: until then some events fail, others hang. */
import type { Consumer } from '../../../lambdas/core/contracts.ts';
import { sha256 } from '../../../lambdas/core/hash.ts';

export type Mistake = 'none' | 'throws' | 'hangs' | 'rejects';

/** `mistake` is asked at each try. */
export function fragile(mistakeNow: () => boolean): Consumer {
  return {
    name: 'fragile',
    epoch: 1,
    subscribes: { stripe: ['*'] },
    tables: { Notes: { access: ['put'] } },
    apply: async (event, tools) => {
      const kind = mistakeOf(event.id);
      if (kind !== 'none' && mistakeNow()) {
        if (kind === 'hangs') return new Promise(() => {});
        throw new TypeError(`Cannot read properties of ${JSON.stringify(event.data)}`);
      }
      return [{ kind: 'put', table: 'Notes', item: { pk: `${tools.address}#${event.id}`, sk: 'note' } }];
    },
  };
}

function mistakeOf(eventId: string): Mistake {
  const drawn = sha256(eventId)[0] as number;
  if (drawn < 40) return 'throws';
  return drawn < 50 ? 'hangs' : 'none';
}
