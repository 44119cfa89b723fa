import { describe, expect, it } from '@jest/globals';
import { checkHistory } from './check-history.ts';
import type { FinalState, LedgerEntry } from './final-state.ts';
import type { HistoryLine, Meaning } from './history.ts';

const payment = (object = 'pi_1', amount = 500): Meaning => ({ kind: 'payment', object, customer: 'cus_1', amount });
const refund = (amount: number): Meaning => ({ kind: 'refund', object: 'ch_1', customer: 'cus_1', amount });
const sent = (event: string, means: Meaning, ...answers: ('ok' | 'info' | 'fail')[]): HistoryLine[] =>
  answers.flatMap((what, attempt) => [
    { what: 'invoke', attempt, event, means },
    what === 'ok' ? { what, attempt, event } : { what, attempt, event, why: 'HTTP 503' },
  ]);
const entry = (event: string, kind: string, object: string, amount: number): LedgerEntry => ({
  id: `${kind}#${object}#${amount}`,
  kind,
  object,
  event,
  customer: 'cus_1',
  amount,
  lines: [
    { account: 'provider:stripe:usd', amount },
    { account: 'customer:cus_1:usd', amount: -amount },
  ],
});

/** A state in which everything agrees: these events, each marker, and what follows from the entries. */
function state(
  markers: { readonly [event: string]: string },
  entries: readonly LedgerEntry[],
  given: Partial<FinalState> = {},
): FinalState {
  const balances = new Map<string, number>();
  for (const { account, amount } of entries.flatMap(({ lines }) => lines)) balances.set(account, (balances.get(account) ?? 0) + amount);
  return {
    events: new Set(Object.keys(markers)),
    markers: new Map(Object.entries(markers)),
    entries,
    balances,
    receipts: new Set(entries.map(({ id }) => id)),
    waiting: 0,
    deadLetters: 0,
    ...given,
  };
}

const applied = state({ e1: 'applied' }, [entry('e1', 'payment', 'pi_1', 500)]);
const acked = sent('e1', payment(), 'ok');

describe('a history without a fault', () => {
  it.each([
    ['of nothing', [], state({}, [])],
    ['of an event that was acknowledged and applied', acked, applied],
    ['of one that was acknowledged at the second try', sent('e1', payment(), 'info', 'ok'), applied],
    ['of one whose answer was lost and that was applied', sent('e1', payment(), 'info'), applied],
    ['of one whose answer was lost and that was not stored', sent('e1', payment(), 'info'), state({}, [])],
    [
      'of a payment that two events told of',
      [...acked, ...sent('e2', payment(), 'ok')],
      state({ e1: 'applied', e2: 'duplicate' }, [entry('e1', 'payment', 'pi_1', 500)]),
    ],
    [
      'of refunds that came in the wrong order',
      [...sent('r1', refund(30), 'ok'), ...sent('r2', refund(50), 'ok')],
      state({ r1: 'stale', r2: 'applied' }, [entry('r2', 'refund', 'ch_1', -50)]),
    ],
    [
      'of what nobody subscribes to, and of what is no event',
      [...sent('e1', { kind: 'ignored' }, 'ok'), ...sent('e2', { kind: 'odd' }, 'ok')],
      state({}, [], { events: new Set(['e1', 'e2']) }),
    ],
  ] as const)('%s passes', (_, history, final) => {
    expect(checkHistory(history, final)).toEqual([]);
  });
});

describe('a history is refused, and the event named,', () => {
  const half = (given: Partial<FinalState>) => ({ ...applied, ...given });
  const twice = [entry('e1', 'payment', 'pi_1', 500), { ...entry('e1', 'payment', 'pi_1', 500), id: 'again' }];

  it.each<[string, readonly HistoryLine[], FinalState, string]>([
    ['where an acknowledged event is lost', acked, state({}, []), 'e1 was acknowledged and is not stored'],
    ['where a stored event was never sent', [], applied, 'e1 is stored and was never sent'],
    ['where a stored event was not applied', acked, state({}, [], { events: new Set(['e1']) }), 'e1 is stored and was never applied'],
    ['where an effect stands twice', acked, state({ e1: 'applied' }, twice), 'e1 took effect 2 times'],
    [
      'where a payment is booked by two events',
      [...acked, ...sent('e2', payment(), 'ok')],
      state({ e1: 'applied', e2: 'applied' }, [
        entry('e1', 'payment', 'pi_1', 500),
        { ...entry('e2', 'payment', 'pi_1', 500), id: 'again' },
      ]),
      'pi_1 of e1 and e2 is booked 2 times',
    ],
    ['where an effect has no event', [], half({ events: new Set(), markers: new Map() }), 'e1 has an entry and was never sent'],
    ['where a marker has no event', sent('e1', payment(), 'info'), half({ events: new Set() }), 'e1 has a marker and is not stored'],
    ['where a marker is of what was never sent', [], state({ e9: 'applied' }, []), 'e9 has a marker and was never sent'],
    ['where a marker has no effect', acked, state({ e1: 'applied' }, []), 'e1 is marked as applied and has no entry'],
    ['where an effect has no marker', acked, half({ markers: new Map() }), 'e1 has an entry, and its marker says nothing'],
    [
      'where the effect of a duplicate stands',
      acked,
      state({ e1: 'duplicate' }, applied.entries),
      'e1 has an entry, and its marker says duplicate',
    ],
    ['where the only event of a payment ended as its duplicate', acked, state({ e1: 'duplicate' }, []), 'pi_1 of e1 is booked 0 times'],
    ['where an event was rejected', acked, state({ e1: 'rejected' }, []), 'e1 ended as rejected'],
    [
      'where the amount is another',
      acked,
      state({ e1: 'applied' }, [entry('e1', 'payment', 'pi_1', 499)]),
      'pi_1 of e1 is booked with 499',
    ],
    [
      'where the customer is another',
      acked,
      state({ e1: 'applied' }, [{ ...entry('e1', 'payment', 'pi_1', 500), customer: 'cus_2' }]),
      '500 of cus_2',
    ],
    [
      'where a refund is missing',
      sent('r1', refund(30), 'ok'),
      state({ r1: 'stale' }, []),
      '0 of ch_1 is booked as refunded; 30 was, by r1',
    ],
    [
      'where refunds are added instead of compared',
      [...sent('r1', refund(30), 'ok'), ...sent('r2', refund(50), 'ok')],
      state({ r1: 'applied', r2: 'applied' }, [entry('r1', 'refund', 'ch_1', -30), entry('r2', 'refund', 'ch_1', -50)]),
      '80 of ch_1 is booked as refunded; 50 was',
    ],
    [
      'where a counter was added to twice',
      acked,
      half({
        balances: new Map([
          ['provider:stripe:usd', 1000],
          ['customer:cus_1:usd', -500],
        ]),
      }),
      'provider:stripe:usd stands at 1000; its entries add up to 500 (e1)',
    ],
    [
      'where a counter was added to without an entry',
      [],
      state({}, [], { balances: new Map([['customer:cus_1:usd', 5]]) }),
      'there are none',
    ],
    [
      'where the accounts do not cancel out',
      [],
      state({}, [], { balances: new Map([['customer:cus_1:usd', 5]]) }),
      'all accounts add up to 5',
    ],
    ['where a receipt is missing', acked, half({ receipts: new Set() }), 'e1 has the entry payment#pi_1#500 and no receipt'],
    [
      'where a receipt has no entry',
      acked,
      half({ receipts: new Set(['payment#pi_1#500', 'payment#pi_9']) }),
      'a receipt for payment#pi_9',
    ],
    [
      'where what nobody subscribes to was applied',
      sent('e1', { kind: 'ignored' }, 'ok'),
      state({ e1: 'applied' }, []),
      'nobody subscribes to it',
    ],
    ['where a sound request was refused', [...acked, ...sent('e1', payment(), 'fail')], applied, 'e1 was refused with HTTP 503'],
    ['where messages wait', acked, half({ waiting: 2 }), '2 messages still wait'],
    ['where there are dead letters', acked, half({ deadLetters: 1 }), '1 messages are in dead-letter queues'],
  ])('%s', (_, history, final, says) => {
    expect(checkHistory(history, final)).toContainEqual(expect.stringContaining(says));
  });
});
