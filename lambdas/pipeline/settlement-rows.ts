/** The rows that one run of settlement writes down: added, replaced by what is left of them, taken away. */
import { REQUEST_TIMEOUT_MILLIS } from '../core/limits.ts';
import { OPEN, type OpenRow, openItem } from '../core/settlement.ts';
import { commit, type Plan } from './commit.ts';
import type { Look, LookPorts, LookSettings } from './look-at-partition.ts';

export type SettleRun = {
  readonly settings: LookSettings & { readonly tables: LookSettings['tables'] & { readonly settlement: string } };
  readonly ports: LookPorts;
  readonly resender: Look['resender'];
  readonly deadlineMillis: number;
  readonly rowsUntilMillis: number;
};

type Step = Plan['steps'][number];

/** Answers with the sort keys of the new rows. Each has a key of its own, so that no row is ever overwritten. */
export async function addRows(rows: readonly OpenRow[], run: SettleRun): Promise<string[]> {
  const steps = rows.map((row) => put(row, run));
  if (steps.length > 0)
    await write(
      steps.map(({ step }) => step),
      run,
    );
  return steps.map(({ sk }) => sk);
}

/**
 * The new rows stand in the same moment in which the old one goes. Where another run has replaced it already, what that one wrote covers all that
 * is unsettled still, and nothing is written.
 */
export async function replaceRow(old: string, rows: readonly OpenRow[], run: SettleRun): Promise<void> {
  await write([remove(old, run), ...rows.map((row) => put(row, run).step)], run);
}

/** For rows that turned out to be another run's as well. */
export async function removeRow(sk: string, run: SettleRun): Promise<void> {
  await write([remove(sk, run)], run);
}

function put(row: OpenRow, { ports, settings }: SettleRun): { readonly sk: string; readonly step: Step } {
  const item = openItem(row, ports.random.uuid());
  return { sk: item['sk'] as string, step: { meaning: 'never', action: { kind: 'put', table: settings.tables.settlement, item } } };
}

function remove(sk: string, { settings }: SettleRun): Step {
  const condition = { expression: 'attribute_exists(pk)' };
  return { meaning: 'done', action: { kind: 'delete', table: settings.tables.settlement, key: { pk: OPEN, sk }, condition } };
}

async function write(steps: readonly Step[], { ports, deadlineMillis }: SettleRun): Promise<void> {
  await commit(ports, { frozenAtMillis: ports.clock.nowMillis(), steps }, deadlineMillis + REQUEST_TIMEOUT_MILLIS);
}
