/** The invariant of a restore notices a marker that does not come back, and one that comes back twice. */
import { describe, expect, it } from '@jest/globals';
import type { PaymentsAtRest, PaymentsView } from '../payments/payment-invariant.ts';
import type { Sighting } from '../sighting.ts';
import { restoredOnce } from './restored-once.ts';

const marker = (pk: string): Sighting => ({
  kind: 'commit',
  by: 'consume-ledger/1',
  writes: [{ kind: 'put', table: 'Inbox', key: pk, item: { pk: { S: pk } } }],
});
const restored: Sighting = { kind: 'tables restored', tables: new Map([['Inbox', [{ pk: { S: 'ledger@1#kept' } }]]]) };

function said(...sightings: readonly Sighting[]): readonly string[] {
  const invariant = restoredOnce({} as PaymentsView);
  const reports: string[] = [];
  for (const sighting of sightings) void invariant.see?.(sighting, (what) => reports.push(what));
  invariant.atRest?.({} as PaymentsAtRest, (what, about) => reports.push(`${what}: ${about}`));
  return reports;
}

describe('A marker that a restore took away', () => {
  const before = [marker('ledger@1#kept'), marker('ledger@1#lost'), restored];

  it('may come back once, and only that', () => {
    expect(said(...before, marker('ledger@1#lost'))).toEqual([]);
    expect(said(...before)).toEqual(['a marker that a restore took away was written 0 times since: lost']);
    expect(said(...before, marker('ledger@1#lost'), marker('ledger@1#lost'))).toEqual([
      'a marker that a restore took away was written 2 times since: lost',
    ]);
  });
});
