/** Each invariant notices when it is broken: shown on ports that break it on purpose. */
import { describe, expect, it } from '@jest/globals';
import type { Action, Store } from '../../lambdas/core/ports.ts';
import { createCommittedState } from './committed-state.ts';
import { outcomesAreRight } from './invariants/outcomes-are-right.ts';
import { relayIsBounded } from './invariants/relay-is-bounded.ts';
import { runSeed } from './run-seed.ts';
import type { WireItem } from './sighting.ts';
import type { Sabotage } from './simulated-stack.ts';

const SEEDS = { from: 8_300, count: 12 };

/** Whether an invariant says something about a product whose ports are worse than any network. */
async function notices(invariant: string, sabotage: Sabotage): Promise<boolean> {
  const only = { 'webhook again after the answer': 25, 'webhook twice at once': 5 };
  for (let seed = SEEDS.from; seed < SEEDS.from + SEEDS.count; seed += 1) {
    const { violations } = await runSeed(seed, { level: 'ports', only, sabotage });
    if (violations.some((violation) => violation.invariant === invariant)) return true;
  }
  return false;
}

/** Ports whose store treats transactions in its own way. */
function badStore(of: RegExp, transact: (store: Store) => Store['transact']): Sabotage {
  return (ports, name) => (of.test(name) ? { ...ports, store: { ...ports.store, transact: transact(ports.store) } } : ports);
}

const parts =
  (store: Store): Store['transact'] =>
  async (transaction) => {
    const answer = await store.transact({ ...transaction, actions: transaction.actions.slice(0, 1) });
    if (answer.kind !== 'committed' || transaction.actions.length === 1) return answer;
    return store.transact({ ...transaction, token: `${transaction.token.slice(0, -1)}x`, actions: transaction.actions.slice(1) });
  };

const without =
  (table: string) =>
  (store: Store): Store['transact'] =>
  async (transaction) =>
    store.transact({
      ...transaction,
      actions: transaction.actions.filter((action: Action) => action.table !== table || action.kind === 'check'),
    });

describe('an invariant', () => {
  it('notices a 200 before the event is durable', async () => {
    expect(
      await notices(
        'I1 acked is durable',
        badStore(/^ingest/, () => async () => ({ kind: 'committed' })),
      ),
    ).toBe(true);
  });

  it('notices an event that is written over', async () => {
    const unconditional =
      (store: Store): Store['transact'] =>
      async (transaction) =>
        store.transact({ ...transaction, actions: transaction.actions.map(({ condition: _, ...action }) => action as Action) });
    expect(await notices('I2 events never change', badStore(/^ingest/, unconditional))).toBe(true);
  });

  it('notices an event that is written apart from its outbox item', async () => {
    expect(await notices('I3 event with outbox', badStore(/^ingest/, parts))).toBe(true);
  });

  it('notices a marker that is written apart from its effect', async () => {
    expect(await notices('I4 one effect', badStore(/^consume/, parts))).toBe(true);
  });

  it('notices a stream record that is passed over', async () => {
    const deaf: Sabotage = (ports, name) =>
      name === 'relay'
        ? {
            ...ports,
            queues: {
              ...ports.queues,
              sendBatch: async (_, entries) => ({ kind: 'answered', sent: entries.map(({ id }) => id), failed: [] }),
            },
          }
        : ports;
    expect(await notices('I8 relayed is sent', deaf)).toBe(true);
  });

  it('notices a message that is deleted before its marker is durable', async () => {
    expect(
      await notices(
        'I8 deleted is done',
        badStore(/^consume/, () => async () => ({ kind: 'committed' })),
      ),
    ).toBe(true);
  });

  it('notices a token that is used for two transactions', async () => {
    const oneToken: Sabotage = (ports) => ({ ...ports, random: { ...ports.random, uuid: () => '00000000-0000-4000-8000-000000000000' } });
    expect(await notices('I9 never errors', oneToken)).toBe(true);
  });

  it('notices a wait without a bound', async () => {
    const silent: Sabotage = (ports) => ({ ...ports, secrets: { current: () => new Promise(() => {}) } });
    expect(await notices('I9 ends in time', silent)).toBe(true);
  });

  it('notices a secret in a log', async () => {
    const chatty: Sabotage = (ports) => ({
      ...ports,
      secrets: {
        current: async (secretId) => {
          const text = await ports.secrets.current(secretId);
          ports.telemetry.log('info', 'secret read', { text });
          return text;
        },
      },
    });
    expect(await notices('I13 logs are clean', chatty)).toBe(true);
  });

  it('notices that something writes to itself', () => {
    const state = createCommittedState();
    const invariant = relayIsBounded({ state, planned: [], nowMillis: () => 0, hidden: () => [], routes: [] });
    const reports: string[] = [];
    for (let number = 0; number < 20; number += 1) {
      const item = { pk: { S: 'slot#00' }, sk: { S: `event-${number}` } };
      const sighting = {
        kind: 'commit',
        by: 'consume',
        writes: [{ kind: 'put', table: 'Outbox', key: `slot#00 event-${number}`, item }],
      } as const;
      state.see(sighting);
      invariant.see?.(sighting, (what) => reports.push(what));
    }
    expect(reports).not.toEqual([]);
  });

  it('notices a settlement that overlooks what is missing', async () => {
    const blind: Sabotage = (ports, name) => {
      if (name === 'relay')
        return {
          ...ports,
          queues: {
            ...ports.queues,
            sendBatch: async (_, entries) => ({ kind: 'answered', sent: entries.map(({ id }) => id), failed: [] }),
          },
        };
      return name === 'settle'
        ? { ...ports, partitions: { ...ports.partitions, page: async () => ({ items: [], after: undefined }) } }
        : ports;
    };
    expect(await notices('I7 settlement passes nothing over', blind)).toBe(true);
    expect(await notices('I7 everything settles', blind)).toBe(true);
  });

  it('notices a settlement that sends again what has settled', async () => {
    const forgetful: Sabotage = (ports, name) =>
      name === 'settle' ? { ...ports, partitions: { ...ports.partitions, existing: async () => ({ found: [], unanswered: [] }) } } : ports;
    expect(await notices('I14 settlement is bounded', forgetful)).toBe(true);
  });

  it("notices a payload that is another event's", async () => {
    let before: Uint8Array | undefined;
    const mixed = badStore(/^ingest/, (store) => async (transaction) => {
      const actions = transaction.actions.map((action): Action => {
        const payload = action.kind === 'put' ? action.item['payload'] : undefined;
        if (action.kind !== 'put' || !(payload instanceof Uint8Array)) return action;
        const item = { ...action.item, payload: before ?? payload };
        before = payload;
        return { ...action, item };
      });
      return store.transact({ ...transaction, actions });
    });
    expect(await notices('I6 payloads arrive', mixed)).toBe(true);
  });

  it('notices a published event that is in another account than its cause', async () => {
    const misplaced = badStore(/^consume/, (store) => async (transaction) => {
      const moved = (action: Action): Action =>
        action.kind === 'put' && action.table === 'Outbox' ? { ...action, item: { ...action.item, account: 'acct_other' } } : action;
      return store.transact({ ...transaction, actions: transaction.actions.map(moved) });
    });
    expect(await notices('I6 payloads arrive', misplaced)).toBe(true);
  });

  it('notices an outcome that another condition has decided', () => {
    const state = createCommittedState();
    let nowMillis = 0;
    const fact = { kind: 'seat', seat: 'seat_1', otherwise: 'duplicate', closes: false } as const;
    const event = {
      eventKey: 'late',
      source: 's',
      type: 't',
      live: true,
      account: undefined,
      occurredAt: '',
      odd: false,
      body: () => '',
      fact,
    };
    const invariant = outcomesAreRight({ state, planned: [event], nowMillis: () => nowMillis, hidden: () => [], routes: [] });
    const reports: string[] = [];
    const commit = (table: string, key: string, item: WireItem) =>
      invariant.see?.({ kind: 'commit', by: 'consume', writes: [{ kind: 'put', table, key, item }] }, (what) => reports.push(what));
    commit('Inbox', 'seat@1#late', { outcome: { S: 'duplicate' } });
    commit('Seats', 'seat@1#seat_1 closed', { pk: { S: 'seat@1#seat_1' }, sk: { S: 'closed' } });
    nowMillis = 120_000;
    commit('Inbox', 'seat@1#late', { outcome: { S: 'rejected' } });
    expect(reports).toEqual([]);
    commit('Inbox', 'seat@1#late', { outcome: { S: 'duplicate' } });
    expect(reports).toHaveLength(1);
  });

  it('notices money that is missing in a balance', async () => {
    const withoutBalances =
      (store: Store): Store['transact'] =>
      async (transaction) =>
        store.transact({
          ...transaction,
          actions: transaction.actions.filter((action) => action.kind !== 'update' || action.table !== 'Ledger'),
        });
    expect(await notices('I5 books are right', badStore(/^consume-ledger/, withoutBalances))).toBe(true);
  });

  it('notices something that was sent elsewhere before it was frozen', async () => {
    const warm = badStore(/^consume-mail/, (store) => async (transaction) => {
      const [first] = transaction.actions;
      const freezes = first?.kind === 'put' && first.item['kind'] === 'prepared';
      return freezes ? { kind: 'committed' } : store.transact(transaction);
    });
    expect(await notices('I18 outside effects once', warm)).toBe(true);
  });

  it('notices an effect that is not there', async () => {
    const lossy = badStore(/^consume-(?:counter|fragile|steps|status|seat)/, (store) => async (transaction) => {
      const tables = ['Counters', 'Notes', 'Steps', 'States', 'Seats'];
      const first = transaction.actions.find(({ table }) => tables.includes(table))?.table;
      return first === undefined ? store.transact(transaction) : without(first)(store)(transaction);
    });
    expect(await notices('I17 final states', lossy)).toBe(true);
  });
});
