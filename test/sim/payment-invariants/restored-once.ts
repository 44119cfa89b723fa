/**
 * I20: what a restore took out of the Inbox comes back, each marker exactly once, and so does its effect, which other invariants count in the restored tables. It
 * does not check a transaction that the restore cut in two, since here a second lies between two commits; nor tables that are replaced while somebody writes to
 * them; nor what a consumer has sent elsewhere; nor a caller who has kept no record of what it asked for.
 */
import type { MakePaymentInvariant } from '../payments/payment-invariant.ts';

export const restoredOnce: MakePaymentInvariant = () => {
  const standing = new Set<string>();
  /** How often each lost marker was written since. */
  const lost = new Map<string, number>();
  return {
    name: 'I20 restored once',
    see: (sighting) => {
      if (sighting.kind === 'tables restored') {
        const kept = new Set((sighting.tables.get('Inbox') ?? []).map(({ pk }) => String(pk?.S)));
        for (const key of standing) if (!kept.has(key)) lost.set(key, 0);
      }
      if (sighting.kind !== 'commit') return;
      for (const { kind, table, key } of sighting.writes) {
        if (kind !== 'put' || table !== 'Inbox') continue;
        standing.add(key);
        const times = lost.get(key);
        if (times !== undefined) lost.set(key, times + 1);
      }
    },
    atRest: (_, report) => {
      for (const [key, times] of lost)
        if (times !== 1) report(`a marker that a restore took away was written ${times} times since`, key.slice(key.indexOf('#') + 1));
    },
  };
};
