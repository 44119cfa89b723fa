/** Sends one mail for each payment, through a service elsewhere. What it would send is another thing each time, so that only what was frozen is the same. */
import type { Consumer } from '../../../lambdas/core/contracts.ts';
import type { Mail } from '../sighting.ts';

/** Shorter than some seeds go on, so that keys are forgotten in them. */
export const KEY_LIFE_SECONDS = 1_800;

/** The service as one instance of a function sees it. */
export type Outside = {
  /** Sends it, or answers again what was sent under this key. */
  ask(key: string, sent: Mail): Promise<{ readonly id: string }>;
  /** Undefined where nothing was sent; throws where it does not answer. */
  find(reference: string): Promise<{ readonly id: string } | undefined>;
  /** Another number each time. */
  draft(): number;
};

export function mail(outside: Outside): Consumer {
  return {
    name: 'mail',
    epoch: 1,
    subscribes: { stripe: ['payment_intent.succeeded'] },
    tables: { Mails: { access: ['put'] } },
    keyLifeSeconds: KEY_LIFE_SECONDS,
    // Sources and accounts may have payments of one name.
    naturalKey: (event) => paymentOf(event),
    prepare: (event, tools) => ({ reference: `${tools.address} ${event.id}`, payment: paymentOf(event), draft: outside.draft() }),
    perform: (sent, tools) => outside.ask(tools.idempotencyKey(), sent as Mail),
    lookUp: (sent) => outside.find((sent as Mail).reference),
    apply: (event, tools, performed) => {
      const { id } = performed as { readonly id: string };
      return [{ kind: 'put', table: 'Mails', item: { pk: `${tools.address}#${event.id}`, sk: 'mail', id } }];
    },
  };
}

function paymentOf({ source, account, mode, subject }: Parameters<NonNullable<Consumer['naturalKey']>>[0]): string {
  return [source, account ?? '-', mode, subject].join(' ');
}
