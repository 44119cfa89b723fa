/** What a provider has to tell in one seed: payments, refunds, states, seats and oddities, some of them twice under two ids. */
import { createHash } from 'node:crypto';
import { RANK } from './consumers/status.ts';
import type { Fact, PlannedEvent } from './planned-event.ts';
import type { SeededRandom } from './seeded-random.ts';

export type Workload = {
  readonly events: readonly PlannedEvent[];
  /** The text of a body that must never be seen in a log. */
  readonly canary: string;
  /** Many at once: they clash. */
  readonly busy: boolean;
};

/** `stripe` takes events of both modes; `stripe-eu` is for live ones; the requests of `stripe-batch` hold several events. */
export const SOURCES = ['stripe', 'stripe-eu', 'stripe-batch'] as const;

const CANARY = 'canary 4242424242424242';
const FACTS = { min: 3, max: 8, busyMax: 24 };

type Draft = {
  readonly type: string;
  readonly object: object;
  readonly fact: Fact;
  readonly at?: number;
  /** Too large for a message, which then only points to its payload. */
  readonly large?: boolean;
};

const LARGE_SHARE = 0.01;
const LARGE = 'large '.repeat(36_000);

/** What a JSON parser would write otherwise, or an encoding would lose: digits, an escape, letters of one to four bytes. */
const EXACT = '"exact":[12345678901234567890.10,1.0,1e2],"letters":"\\u00e9 é 支 🎉",';

export function createWorkload(random: SeededRandom, startMillis: number): Workload {
  const startSeconds = Math.floor(startMillis / 1000);
  const events: PlannedEvent[] = [];
  let number = 0;
  const add = (source: string, draft: Draft, of: { readonly live: boolean; readonly account: string | undefined }): void => {
    number += 1;
    // The same ids come from both sources: they are two events. They are as long as real ones and differ at their ends.
    const id = `evt_1TCanarySameBeginning${number % 7}${random.chance(0.3) ? 'a' : `_${number}`}`;
    const created = draft.at ?? startSeconds - random.between(0, 3600);
    const event = plannedEvent({ id, source, created, draft, ...of });
    if (events.every(({ eventKey }) => eventKey !== event.eventKey)) events.push(event);
  };
  const busy = random.chance(0.05);
  const facts = busy ? FACTS.busyMax : random.between(FACTS.min, FACTS.max);
  for (let fact = 0; fact < facts; fact += 1) {
    const source = random.pick(SOURCES);
    const of = { live: random.chance(0.9), account: random.chance(0.15) ? 'acct_1' : undefined };
    // Some things have names that differ from others' by their letters' case only.
    const name = fact % 3 === 1 ? `${source}_${fact - 1}`.toUpperCase() : `${source}_${fact}`;
    const draft = { name, startSeconds, busy };
    for (const one of draftsOf(random, draft)) add(source, { ...one, large: random.chance(LARGE_SHARE) }, of);
  }
  return { events, canary: CANARY, busy };
}

function draftsOf(
  random: SeededRandom,
  { name, startSeconds, busy }: { readonly name: string; readonly startSeconds: number; readonly busy: boolean },
): Draft[] {
  const customer = `cus_${random.between(1, 3)}`;
  const currency = random.pick(['usd', 'eur']);
  // In a busy seed all want to change the same item.
  const drawn = random.fraction() * (busy ? 0.3 : 1);
  if (drawn < 0.3) {
    const amount = random.between(1, 90_000);
    const draft: Draft = {
      type: 'payment_intent.succeeded',
      object: { id: `pi_${name}`, object: 'payment_intent', amount, amount_received: amount, currency, customer },
      fact: { kind: 'payment', object: `pi_${name}`, amount, currency, customer },
    };
    // The provider may say the same under two ids.
    return random.chance(0.3) ? [draft, draft] : [draft];
  }
  if (drawn < 0.48) return refunds(random, { object: `ch_${name}`, currency, customer });
  if (drawn < 0.64) return states(random, `cus_${name}`, startSeconds);
  if (drawn < 0.76) return seats(random, `seat_${name}`);
  if (drawn < 0.88) {
    const step = { left: random.between(0, 2), branches: random.between(1, 2) };
    return [{ type: 'invoice.paid', object: { id: `in_${name}`, ...step }, fact: { kind: 'invoice', ...step } }];
  }
  if (drawn < 0.94) {
    const object = { id: `pi_${name}`, object: 'payment_intent', amount: 1, amount_received: '12.50', currency, customer };
    return [{ type: 'payment_intent.succeeded', object, fact: { kind: 'worthless' } }];
  }
  return [{ type: random.pick(['', 'payment_intent.succeeded']), object: { id: `pi_${name}`, odd: true }, fact: { kind: 'odd' } }];
}

function refunds(random: SeededRandom, of: { readonly object: string; readonly currency: string; readonly customer: string }): Draft[] {
  const { object: id, currency, customer } = of;
  let refunded = 0;
  return Array.from({ length: random.between(1, 3) }, () => {
    // Equal sums of one customer are two refunds all the same.
    refunded += random.chance(0.5) ? 100 : random.between(1, 5_000);
    const object = { id, object: 'charge', amount: 90_000, amount_refunded: refunded, currency, customer };
    return { type: 'charge.refunded', object, fact: { kind: 'refund', object: id, refunded, currency, customer } };
  });
}

/** Some of one second: then the rank of the type decides, and then the event's id. */
function states(random: SeededRandom, customer: string, startSeconds: number): Draft[] {
  return Array.from({ length: random.between(2, 4) }, (_, index) => {
    const state = `state ${index}`;
    const at = startSeconds - 1000 + random.between(0, 3);
    const type = random.pick(Object.keys(RANK));
    const fact: Fact = { kind: 'state', customer, state, rank: RANK[type] ?? 0 };
    return { type, object: { id: customer, object: 'customer', state }, at, fact };
  });
}

/** The last of several may close it: then all who come later are rejected. */
function seats(random: SeededRandom, seat: string): Draft[] {
  const count = random.between(1, 5);
  return Array.from({ length: count }, (_, index) => {
    const otherwise = random.pick(['reject', 'duplicate', 'stale'] as const);
    const closes = index > 1 && random.chance(0.3);
    const object = { id: `cs_${seat}_${index}`, object: 'checkout.session', seat, otherwise, closes };
    return { type: 'checkout.session.completed', object, fact: { kind: 'seat', seat, otherwise, closes } };
  });
}

type Named = Pick<PlannedEvent, 'source' | 'live' | 'account'> & { readonly id: string; readonly created: number; readonly draft: Draft };

function plannedEvent({ id, source, created, live, account, draft }: Named): PlannedEvent {
  const { type, object, fact, large = false } = draft;
  const isOddBody = fact.kind === 'odd';
  const json = (delivery: number, changed: boolean) =>
    JSON.stringify({
      ...(isOddBody ? { note: id } : { id }),
      object: 'event',
      ...(account === undefined ? {} : { account }),
      api_version: '2026-10-28.endive',
      created,
      data: { object: { ...object, description: `${CANARY}${changed ? ' changed' : ''}${large ? LARGE : ''}` } },
      livemode: live,
      // Differs from delivery to delivery at Stripe; but what is known by its bytes must keep them.
      pending_webhooks: isOddBody ? 1 : delivery,
      type,
    });
  const body = (delivery: number, changed = false) => `{${EXACT}${json(delivery, changed).slice(1)}`;
  const otherMode = source === 'stripe-eu' && !live;
  const hash = () => createHash('sha256').update(body(1)).digest('hex');
  const odd = isOddBody || otherMode;
  const plainKey = `${source}#${account ?? '-'}#${live ? 'live' : 'test'}#${id}`;
  const eventKey = isOddBody ? `${source}#-#-#sha256:${hash()}` : otherMode ? `${source}#-#-#${id}` : plainKey;
  return {
    eventKey,
    source,
    type,
    live,
    account,
    occurredAt: new Date(created * 1000).toISOString(),
    odd,
    body,
    fact: odd ? { kind: 'odd' } : fact,
  };
}
