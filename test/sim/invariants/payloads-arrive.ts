/**
 * I6: what a consumer applies is byte for byte what the provider sent, whichever of its deliveries was first; and what a consumer published says
 * whose it is as its cause does. It does not check what nobody applied, nor what stands in quarantine.
 */
import { payloadHash, TALLY } from '../consumers/counted-consumer.ts';
import type { MakeInvariant } from '../invariant.ts';
import type { WireItem } from '../sighting.ts';

export const payloadsArrive: MakeInvariant = ({ state, planned }) => ({
  name: 'I6 payloads arrive',
  see: (sighting, report) => {
    if (sighting.kind !== 'commit') return;
    for (const { table, kind, item } of sighting.writes) {
      if (table !== 'Outbox' || kind !== 'put' || item?.['causationId'] === undefined) continue;
      const cause = causeOf(item, state);
      const other = ['account', 'mode'].find((name) => item[name]?.S !== cause?.[name]?.S);
      if (cause !== undefined && other !== undefined)
        report(`a published event has the ${other} ${item[other]?.S}, its cause ${cause[other]?.S}`, item['sk']?.S);
    }
  },
  atRest: ({ items }, report) => {
    const sent = new Map(
      planned.map((event) => [event.eventKey, [event.body(1), event.body(1, true)].map((body) => payloadHash(Buffer.from(body)))]),
    );
    for (const item of items(TALLY)) {
      const hashes = sent.get(String(item['sk']?.S));
      if (hashes !== undefined && !hashes.includes(String(item['payload']?.S)))
        report(`${item['pk']?.S} applied other bytes than the provider sent`, item['sk']?.S);
    }
  },
});

function causeOf(item: WireItem, { outbox, outboxKeys }: Parameters<MakeInvariant>[0]['state']): WireItem | undefined {
  const [key] = outboxKeys.get(String(item['causationId']?.S)) ?? [];
  return key === undefined ? undefined : outbox.get(key);
}
