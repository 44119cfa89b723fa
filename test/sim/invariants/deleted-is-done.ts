/** I8: a message leaves its queue as done only when its marker is durable. It does not see messages that expire or are purged: I7 finds those. */
import type { MakeInvariant } from '../invariant.ts';

export const deletedIsDone: MakeInvariant = ({ state }) => ({
  name: 'I8 deleted is done',
  see: (sighting, report) => {
    if (sighting.kind !== 'message deleted') return;
    const { address, id } = JSON.parse(sighting.body) as { readonly address: string; readonly id: string };
    if (!state.inbox.has(`${address}#${id}`)) report(`a message for ${address} was deleted from ${sighting.queue} without a marker`, id);
  },
});
