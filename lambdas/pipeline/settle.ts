/** Settlement, the end-to-end check: each outbox item must get a marker for every address it is sent to; what has none is sent again. */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context } from 'aws-lambda';
import pLimit from 'p-limit';
import { errorCode, RetryableError } from '../core/errors.ts';
import {
  INVOCATION_MARGIN_MILLIS,
  OPEN_ROWS_ITEMS_MAX,
  OUTBOX_SHARDS,
  PARTITIONS_IN_FLIGHT_ITEMS_MAX,
  REQUEST_TIMEOUT_MILLIS,
} from '../core/limits.ts';
import type { Action, Item, Key } from '../core/ports.ts';
import {
  CURSOR,
  dueThrough,
  firstLookMillis,
  OPEN,
  type OpenRow,
  openItem,
  readOpenItem,
  type Slot,
  slotEndMillis,
} from '../core/settlement.ts';
import { partitionsOfSlot, slotOf } from '../core/time.ts';
import { commit } from './commit.ts';
import { flushTelemetry } from './flush-telemetry.ts';
import { type Look, type LookPorts, type LookSettings, lookAtPartition, untilAnswered } from './look-at-partition.ts';
import { readItem } from './read-item.ts';
import { createResender, type SendAgainPorts, type SendAgainSettings } from './send-again.ts';

export type SettleSettings = SendAgainSettings & {
  readonly retired: LookSettings['retired'];
  readonly tables: LookSettings['tables'] & { readonly settlement: string };
};

export type SettlePorts = LookPorts & SendAgainPorts;

/** What one run did. */
export type SettleReport = {
  /** Slots that had their first look. */
  readonly slots: number;
  /** Open rows that were looked at again. */
  readonly rows: number;
  /** Messages that were handed to queues again. */
  readonly sent: number;
};

export type SettleHandler = MiddyfiedHandler<unknown, SettleReport>;

/**
 * The handler of the scheduled function. What was due while it did not run is worked first; what one run does not get to, the next one does.
 * Two runs at once do the same work twice, which sends a message twice, and markers absorb that. Throws where the store does not answer:
 * nothing is passed over then.
 */
export function createSettle(settings: SettleSettings, ports: SettlePorts): SettleHandler {
  return middy<unknown, SettleReport>({ timeoutEarlyInMillis: 0 })
    .use(flushTelemetry(ports.telemetry))
    .handler(async (_event: unknown, context: Context) => {
      const startMillis = ports.clock.nowMillis();
      const leftMillis = context.getRemainingTimeInMillis() - INVOCATION_MARGIN_MILLIS - REQUEST_TIMEOUT_MILLIS;
      const run: Run = {
        settings,
        ports,
        resender: createResender(settings, ports),
        id: ports.random.uuid(),
        deadlineMillis: startMillis + leftMillis,
        // Half of the time for what is open keeps the other half for slots that nobody has looked at.
        rowsUntilMillis: startMillis + leftMillis / 2,
      };
      const rows = await lookAtOpenRows(run);
      const slots = await lookAtNewSlots(run);
      return { slots, rows, sent: run.resender.tried() };
    });
}

type Run = {
  readonly settings: SettleSettings;
  readonly ports: SettlePorts;
  readonly resender: Look['resender'];
  readonly id: string;
  readonly deadlineMillis: number;
  readonly rowsUntilMillis: number;
};

/** Rows that are due, the oldest first. One that cannot be read or worked on stays as it is and holds up no other. */
async function lookAtOpenRows(run: Run): Promise<number> {
  const { clock, telemetry } = run.ports;
  const range = { partition: OPEN, from: '0', through: dueThrough(clock.nowMillis()) };
  let looked = 0;
  let overdueMillis = 0;
  let after: Key | undefined;
  do {
    const page = await untilAnswered(run.ports, run.deadlineMillis, async () => ({
      done: true,
      value: await run.ports.partitions.page(run.settings.tables.settlement, range, after),
    }));
    for (const item of page.items) {
      if (looked < OPEN_ROWS_ITEMS_MAX && clock.nowMillis() < run.rowsUntilMillis) looked += (await lookAtRow(item, run)) ? 1 : 0;
      else overdueMillis = Math.max(overdueMillis, clock.nowMillis() - dueMillisOf(item, clock.nowMillis()));
    }
    after = page.after;
  } while (after !== undefined && looked < OPEN_ROWS_ITEMS_MAX && clock.nowMillis() < run.rowsUntilMillis);
  telemetry.count('SettlementOverdueSeconds', Math.round(overdueMillis / 1000));
  return looked;
}

async function lookAtRow(item: Item, run: Run): Promise<boolean> {
  try {
    const row = readOpenItem(item);
    // Nothing it lacks may be sent in this run any more: it keeps its place.
    if (row.to !== undefined && !row.to.some((address) => run.resender.hasRoom(address))) return false;
    const left = await lookAtPartition(row, run);
    const old: Action = { kind: 'delete', table: run.settings.tables.settlement, key: { pk: OPEN, sk: item['sk'] as string } };
    await writeRows(left, run, [old]);
    return true;
  } catch (error) {
    run.ports.telemetry.count('SettlementRowFailed');
    run.ports.telemetry.log('error', 'settlement row not worked', { code: errorCode(error), row: String(item['sk']) });
    return false;
  }
}

function dueMillisOf(item: Item, otherwise: number): number {
  const millis = Date.parse(String(item['sk']).slice(0, 24));
  return Number.isNaN(millis) ? otherwise : millis;
}

/** The new rows stand before, or in the same moment in which, the old one goes. */
async function writeRows(rows: readonly OpenRow[], run: Run, also: readonly Action[] = []): Promise<void> {
  const { ports, settings, deadlineMillis } = run;
  const puts = rows.map((row): Action => ({ kind: 'put', table: settings.tables.settlement, item: openItem(row, run.id) }));
  const actions = [...puts, ...also];
  if (actions.length === 0) return;
  const steps = actions.map((action) => ({ meaning: 'never' as const, action }));
  await commit(ports, { frozenAtMillis: ports.clock.nowMillis(), steps }, deadlineMillis + REQUEST_TIMEOUT_MILLIS);
}

/** Slots whose youngest item is old enough, one after the other from where the cursor stands, however long ago that was. */
async function lookAtNewSlots(run: Run): Promise<number> {
  const { clock, telemetry } = run.ports;
  const first = await cursorOf(run);
  let slot = first;
  let looked = 0;
  while (firstLookMillis(slot) <= clock.nowMillis() && clock.nowMillis() < run.deadlineMillis) {
    await lookAtSlot(slot, run);
    const next = slotOf(slotEndMillis(slot));
    // Another run that was faster has looked at the same slot: its place is taken over.
    slot = (await moveCursor({ from: slot, to: next, isFirst: looked === 0 }, run)) ? next : await cursorOf(run);
    looked += 1;
  }
  telemetry.count('SettlementLagSeconds', Math.round((clock.nowMillis() - Date.parse(slot)) / 1000));
  return looked;
}

async function lookAtSlot(slot: Slot, run: Run): Promise<void> {
  const inFlight = pLimit(PARTITIONS_IN_FLIGHT_ITEMS_MAX);
  const looks = partitionsOfSlot(slot, OUTBOX_SHARDS).map((partition) =>
    inFlight(async () => writeRows(await lookAtPartition({ range: { partition } }, run), run)),
  );
  const results = await Promise.allSettled(looks);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Where nobody has looked yet: the slot in which the outbox was made, so that nothing of it is left out. */
async function cursorOf(run: Run): Promise<Slot> {
  const { ports, settings, deadlineMillis } = run;
  const item = await readItem(ports, { table: settings.tables.settlement, key: CURSOR }, deadlineMillis);
  if (item === undefined) {
    return slotOf(
      await untilAnswered(ports, deadlineMillis, async () => ({
        done: true,
        value: await ports.partitions.createdAtMillis(settings.tables.outbox),
      })),
    );
  }
  const { slot } = item;
  if (typeof slot === 'string' && !Number.isNaN(Date.parse(slot))) return slot;
  throw new RetryableError(
    'BAD_CURSOR',
    'The cursor of the settlement table names no slot; something else wrote to the table. Put it right with `oncehook settle rewind`.',
  );
}

/** False where another run moved it in the meantime. */
async function moveCursor(move: { readonly from: Slot; readonly to: Slot; readonly isFirst: boolean }, run: Run): Promise<boolean> {
  const { ports, settings, deadlineMillis } = run;
  const condition = move.isFirst ? 'attribute_not_exists(pk) OR slot = :from' : 'slot = :from';
  const decision = await commit(
    ports,
    {
      frozenAtMillis: ports.clock.nowMillis(),
      steps: [
        {
          meaning: 'done',
          action: {
            kind: 'put',
            table: settings.tables.settlement,
            item: { ...CURSOR, slot: move.to },
            condition: { expression: condition, values: { ':from': move.from } },
          },
        },
      ],
    },
    deadlineMillis + REQUEST_TIMEOUT_MILLIS,
  );
  return decision.kind === 'committed';
}
