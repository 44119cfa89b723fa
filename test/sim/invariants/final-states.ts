/**
 * I16 and I17 for the simulator's own consumers: what stands in their tables at the end is what the stored events come to, in whatever order
 * they came. Which of several events got a seat is left open: only that exactly one did.
 */
import { addressesOf } from '../committed-state.ts';
import { stepsFrom } from '../consumers/steps.ts';
import type { Invariant, MakeInvariant, Report, RestView } from '../invariant.ts';
import type { PlannedEvent } from '../planned-event.ts';
import type { WireItem } from '../sighting.ts';

export const finalStates: MakeInvariant = (): Invariant => ({
  name: 'I17 final states',
  atRest: (rest, report) => {
    for (const address of new Set(rest.routes.map((route) => route.address))) {
      const events = rest.planned.filter(({ eventKey }) => isSentTo(rest, eventKey, address));
      CHECKS[address.split('@')[0] as string]?.({ rest, report, address, events });
    }
  },
});

type Check = (input: {
  readonly rest: RestView;
  readonly report: Report;
  readonly address: string;
  readonly events: readonly PlannedEvent[];
}) => void;

const CHECKS: { readonly [consumer: string]: Check } = {
  counter: ({ rest, report, address, events }) => {
    const count = Number(rest.items('Counters').find(({ pk }) => pk?.S === address)?.['count']?.N ?? 0);
    if (count !== events.length) report(`${address} counted ${count} events instead of ${events.length}`, address);
  },
  fragile: ({ rest, report, address, events }) => {
    const notes = rest.items('Notes').length;
    if (notes !== events.length) report(`${address} wrote ${notes} notes for ${events.length} events`, address);
  },
  status: ({ rest, report, address, events }) => {
    const newest = new Map<string, { readonly order: string; readonly state: string }>();
    for (const { source, eventKey, occurredAt, fact } of events) {
      if (fact.kind !== 'state') continue;
      const name = `${address}#${source}#${fact.customer}`;
      const order = `${occurredAt}#${String(fact.rank).padStart(6, '0')}#${eventKey}`;
      if (order > (newest.get(name)?.order ?? '')) newest.set(name, { order, state: fact.state });
    }
    const states = new Map(rest.items('States').map((item) => [item['pk']?.S, item['state']?.S]));
    for (const [name, { state }] of newest)
      if (states.get(name) !== state) report(`${name} is "${states.get(name)}", the newest state is "${state}"`, name);
  },
  seat: ({ rest, report, address, events }) => {
    const asked = events.flatMap(({ fact }) => (fact.kind === 'seat' ? [fact] : []));
    const nameOf = ({ seat }: { readonly seat: string }) => `${address}#${seat}`;
    const given = new Set(
      rest
        .items('Seats')
        .filter(({ sk }) => sk?.S === 'seat')
        .map(({ pk }) => String(pk?.S)),
    );
    const closed = new Set(asked.filter(({ closes }) => closes).map(nameOf));
    const wanted = new Set(asked.filter(({ closes }) => !closes).map(nameOf));
    for (const name of wanted) if (!given.has(name) && !closed.has(name)) report(`nobody got ${name}`, name);
    for (const name of given) if (!wanted.has(name)) report(`somebody got ${name}, and nobody asked for it`, name);
  },
  steps: ({ rest, report, events }) => {
    const right = events.reduce((sum, { fact }) => sum + (fact.kind === 'invoice' ? stepsFrom(fact) : 0), 0);
    const items = rest.items('Steps');
    if (items.length !== right) report(`${items.length} steps were made instead of ${right}`, 'steps@1');
    const keys = new Set(items.map((item) => item['key']?.S));
    if (keys.size !== items.length) report('two effects were given one idempotency key', 'steps@1');
  },
};

function isSentTo({ state }: RestView, eventKey: string, address: string): boolean {
  return (state.outboxKeys.get(eventKey) ?? []).some((key) => addressesOf(state.outbox.get(key) as WireItem).includes(address));
}
