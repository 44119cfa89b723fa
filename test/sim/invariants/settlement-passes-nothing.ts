/**
 * I7, hop by hop: settlement moves on from a slot, or takes an open row away, only when each event in it has its markers or stands in another
 * open row, and nothing comes into a slot that it has passed. It does not see whether the row is looked at again in time: at the end, `everything-settles` does.
 */
import { addressesOf } from '../committed-state.ts';
import type { MakeInvariant } from '../invariant.ts';
import type { WireItem } from '../sighting.ts';

export const settlementPassesNothing: MakeInvariant = ({ state }) => {
  const rows = new Map<string, WireItem>();
  let passedSlot: string | undefined;
  const names = (row: WireItem, eventKey: string, address: string) =>
    row['unsettled'] === undefined ||
    (row['unsettled'].L ?? []).some((entry) => {
      const { id, to } = entry['M'] as WireItem;
      return id?.S === eventKey && (to?.L ?? []).some(({ S }) => S === address);
    });
  const overlooked = (partition: string): string[] => {
    const open = [...rows.values()].filter((row) => row['partition']?.S === partition);
    return [...state.outbox.values()]
      .filter(({ pk }) => pk?.S === partition)
      .flatMap((item) => {
        const eventKey = String(item['sk']?.S);
        const missing = addressesOf(item).filter((address) => !state.inbox.has(`${address}#${eventKey}`));
        return missing
          .filter((address) => !open.some((row) => names(row, eventKey, address)))
          .map((address) => `${eventKey} at ${address}`);
      });
  };
  return {
    name: 'I7 settlement passes nothing over',
    see: (sighting, report) => {
      if (sighting.kind !== 'commit') return;
      const writes = sighting.writes.filter(({ table }) => table === 'Settlement');
      const touched = new Set<string>();
      for (const { kind, key, item } of writes) {
        const old = rows.get(key);
        if (kind === 'delete' && old !== undefined) {
          rows.delete(key);
          touched.add(String(old['partition']?.S));
        }
        if (kind === 'put' && item?.['pk']?.S === 'open') rows.set(key, item);
      }
      for (const { item } of writes) {
        if (item?.['pk']?.S !== 'cursor') continue;
        const slot = String(item['slot']?.S);
        for (const { pk } of state.outbox.values()) {
          const [itemSlot = ''] = String(pk?.S).split('#');
          if (itemSlot < slot && (passedSlot === undefined || itemSlot >= passedSlot)) touched.add(String(pk?.S));
        }
        passedSlot = slot;
      }
      for (const { table, kind, item } of sighting.writes) {
        const slot = String(item?.['pk']?.S).split('#')[0] as string;
        if (table === 'Outbox' && kind === 'put' && passedSlot !== undefined && slot < passedSlot)
          report(`an outbox item came into the slot ${slot}, which settlement has passed`, item?.['sk']?.S);
      }
      for (const partition of touched)
        for (const event of overlooked(partition))
          report(`settlement went on without an event that lacks a marker: ${event}`, event.split(' at ')[0]);
    },
  };
};
