/** An outbox item that is still needed must not expire: the look that finds it unsettled moves its expiry on. */
import { OUTBOX_RETENTION_SECONDS, SETTLEMENT_REPEAT_SECONDS } from '../core/limits.ts';
import type { Item } from '../core/ports.ts';
import { type CommitPorts, commit } from './commit.ts';

/**
 * Written once a day at most: until then the item has more than 29 of its 30 days. An item without an expiry stays without one. Throws where
 * the store does not answer.
 */
export async function keepItem(
  item: Item,
  at: { readonly settings: { readonly tables: { readonly outbox: string } }; readonly ports: CommitPorts; readonly deadlineMillis: number },
): Promise<void> {
  const nowMillis = at.ports.clock.nowMillis();
  const nowSeconds = Math.floor(nowMillis / 1000);
  const { pk, sk, expiresAt } = item;
  if (typeof expiresAt !== 'number' || expiresAt - nowSeconds >= OUTBOX_RETENTION_SECONDS - SETTLEMENT_REPEAT_SECONDS) return;
  await commit(
    at.ports,
    {
      frozenAtMillis: nowMillis,
      steps: [
        {
          // Another run may have moved it on further, or the item may have expired this very moment.
          meaning: 'done',
          action: {
            kind: 'update',
            table: at.settings.tables.outbox,
            key: { pk: String(pk), sk: String(sk) },
            update: { expression: 'SET expiresAt = :at', values: { ':at': nowSeconds + OUTBOX_RETENTION_SECONDS } },
            condition: { expression: 'attribute_exists(pk) AND expiresAt < :at' },
          },
        },
      ],
    },
    at.deadlineMillis,
  );
  at.ports.telemetry.count('OutboxItemsKept');
}
