/** Looks for a payment at the provider by our own name: a search may find it, and only a whole list of its time proves that it is not there. */
import { LOOK_MARGIN_SECONDS, LOOK_PAGES_MAX, PROVIDER_READ_TIMEOUT_MILLIS } from '../core/limits.ts';
import type { Payment } from '../core/payment.ts';
import type { Clock, Telemetry } from '../core/ports.ts';
import type { ProviderApi, ProviderPayment, Window } from '../core/provider-api.ts';
import type { ProviderCalls } from './provider-calls.ts';

export type Found =
  | { readonly kind: 'found'; readonly payments: readonly ProviderPayment[] }
  | { readonly kind: 'absent' }
  /** Nobody answered, or the list was too long to be read to its end. */
  | { readonly kind: 'undecided'; readonly code: string; readonly after?: string | undefined };

type Ports = { readonly api: ProviderApi; readonly calls: ProviderCalls; readonly clock: Clock; readonly telemetry: Telemetry };

export async function lookForPayment(payment: Payment, ports: Ports, deadlineMillis: number): Promise<Found> {
  const searched = ports.api.charge?.search === undefined ? undefined : await ports.calls.search(payment.intent.id);
  const quick = searched?.kind === 'answered' ? ofThis(payment, searched.value.items) : [];
  if (quick.length > 0) return { kind: 'found', payments: quick };
  const window = windowOf(payment, ports.clock.nowMillis());
  let after = payment.lookAfter;
  for (let page = 1; page <= LOOK_PAGES_MAX; page += 1) {
    if (ports.clock.nowMillis() + PROVIDER_READ_TIMEOUT_MILLIS > deadlineMillis) return incomplete(ports, 'OUT_OF_TIME', after);
    const answer = await ports.calls.listPayments(window, after);
    if (answer.kind !== 'answered')
      // Where there is no such list there is no such cursor either: the next turn begins anew.
      return answer.kind === 'absent' ? { kind: 'undecided', code: 'NO_LIST' } : { kind: 'undecided', code: answer.code, after };
    const found = ofThis(payment, answer.value.items);
    if (found.length > 0) return { kind: 'found', payments: found };
    if (answer.value.after === undefined) return { kind: 'absent' };
    // A cursor that does not move would go round for ever.
    if (answer.value.after === after) return incomplete(ports, 'CURSOR_STANDS');
    after = answer.value.after;
  }
  return incomplete(ports, 'LIST_TOO_LONG', after);
}

function incomplete({ telemetry }: Ports, code: string, after?: string): Found {
  telemetry.count('LookupIncomplete', 1, { code });
  return { kind: 'undecided', code, after };
}

/** What the provider found by another name is nothing of ours, whatever it says. */
function ofThis(payment: Payment, items: readonly ProviderPayment[]): readonly ProviderPayment[] {
  return items.filter(({ paymentId }) => paymentId === payment.intent.id);
}

/**
 * From when it was asked for to the last try there can have been: the object was made by one of the tries, of which a restored table may have forgotten some or
 * all, and none comes after `notAfter`.
 */
function windowOf({ lastAttemptAt, madeAt, notAfter }: Payment, nowMillis: number): Window {
  const first = Math.floor(Date.parse(madeAt) / 1000);
  const possible = Math.min(nowMillis, Date.parse(notAfter));
  const last = Math.ceil(Math.max(possible, Date.parse(lastAttemptAt ?? madeAt)) / 1000);
  return { fromSeconds: first - LOOK_MARGIN_SECONDS, toSeconds: last + LOOK_MARGIN_SECONDS };
}
