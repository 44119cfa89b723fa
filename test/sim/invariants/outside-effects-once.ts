/**
 * I18: what is done elsewhere is done once for each event and address, and once for each payment; it was frozen before, word by word; and whatever
 * a marker calls applied was done before. It does not count how often the service is asked: that may be more than once.
 */
import { addressesOf } from '../committed-state.ts';
import type { MakeInvariant } from '../invariant.ts';

export const outsideEffectsOnce: MakeInvariant = ({ state }) => {
  /** The ids of what was done, by reference and by payment. */
  const done = new Map<string, readonly string[]>();
  const add = (name: string, id: string) => {
    const ids = [...(done.get(name) ?? []), id];
    done.set(name, ids);
    return ids.length;
  };
  return {
    name: 'I18 outside effects once',
    see: (sighting, report) => {
      if (sighting.kind === 'key used otherwise')
        report(`the key ${sighting.key} was used for something else`, sighting.reference.split(/ (.*)/)[1]);
      if (sighting.kind === 'done elsewhere') {
        const { mail, id } = sighting;
        const [address = '', eventKey = ''] = mail.reference.split(/ (.*)/);
        const times = add(mail.reference, id);
        if (times > 1) report(`a mail was sent ${times} times for ${address}`, eventKey);
        const ofPayment = add(mail.payment, id);
        if (ofPayment > 1) report(`${ofPayment} mails were sent for one payment, ${mail.payment}`, eventKey);
        const frozen = state.inbox.get(`prepared#${address}#${eventKey}`)?.['sent']?.S;
        if (frozen !== JSON.stringify(mail)) report(`what was sent for ${address} is not what was frozen: ${frozen}`, eventKey);
        const sentTo = (state.outboxKeys.get(eventKey) ?? []).flatMap((key) => addressesOf(state.outbox.get(key) ?? {}));
        if (!sentTo.includes(address)) report(`a mail was sent for ${address}, to which the event was never sent`, eventKey);
      }
      if (sighting.kind !== 'commit') return;
      for (const { table, key, item } of sighting.writes) {
        if (table !== 'Inbox' || !key.startsWith('mail@') || item?.['kind']?.S !== 'event' || item['outcome']?.S !== 'applied') continue;
        const [address = '', eventKey = ''] = key.split(/#(.*)/);
        if (!done.has(`${address} ${eventKey}`)) report(`a marker at ${address} says applied, and nothing was sent`, eventKey);
      }
    },
    atRest: ({ items }, report) => {
      for (const { pk, id } of items('Mails')) {
        const [address = '', eventKey = ''] = String(pk?.S).split(/#(.*)/);
        const [sent] = done.get(`${address} ${eventKey}`) ?? [];
        if (id?.S !== sent) report(`${address} wrote down the mail ${id?.S}; what was sent is ${sent}`, eventKey);
      }
    },
  };
};
