/** Where a reconciliation keeps its place, the differences that it finds, and its report. */
import { DIFFERENCES_ITEMS_MAX, REPORT_SECONDS } from '../core/limits.ts';
import type { Expression, Item, Partitions, Range } from '../core/ports.ts';
import type { Window } from '../core/provider-api.ts';
import {
  type Difference,
  differenceItem,
  type ReconcileCounts,
  type Report,
  readDifference,
  reportItem,
  windowNameIn,
} from '../core/reconciliation.ts';
import { type CommitPorts, type Committed, commit, type Plan } from './commit.ts';
import type { Aside } from './reconciliation-run.ts';
import { untilAnswered } from './until-answered.ts';

export type Tally = ReconcileCounts & { readonly [aside in Aside]: number };

/** A run that is under way: everything from `toSeconds` to the end of its window has been compared. */
export type OpenRun = { readonly runId: string; readonly window: Window; readonly toSeconds: number; readonly tally: Tally };

export type ReconciliationStore = {
  /** Writes down that a run has begun. Answers with the one that has begun in the same window, and has not ended, where there is one. */
  begin(run: OpenRun): Promise<OpenRun>;
  /** The runs of a kind that have begun and not ended, the oldest first. */
  begun(kind: string): Promise<readonly OpenRun[]>;
  /** Moves a run's place on from `fromSeconds`. Answers with where it is: another invocation may be ahead. Undefined where that one has ended it. */
  goOn(run: OpenRun, fromSeconds: number): Promise<OpenRun | undefined>;
  keep(runId: string, difference: Difference): Promise<void>;
  differences(runId: string): Promise<readonly Difference[]>;
  /** False where another invocation has written the report. */
  finish(report: Report): Promise<boolean>;
};

type Settings = { readonly source: string; readonly tables: { readonly reconciliation: string } };
type Ports = CommitPorts & { readonly partitions: Partitions };

export function createReconciliationStore(settings: Settings, ports: Ports, deadlineMillis: number): ReconciliationStore {
  const { source } = settings;
  const table = settings.tables.reconciliation;
  const openPk = `${source}#open`;
  const write = (...actions: readonly Plan['steps'][number]['action'][]): Promise<Committed> => {
    const steps = actions.map((action, index) => ({ action, meaning: index === 0 ? ('done' as const) : ('never' as const) }));
    return commit(ports, { frozenAtMillis: ports.clock.nowMillis(), steps }, deadlineMillis);
  };
  const put = (item: Item, condition?: Expression) => {
    const expiresAt = Math.floor(ports.clock.nowMillis() / 1000) + REPORT_SECONDS;
    return { kind: 'put' as const, table, item: { ...item, expiresAt }, ...(condition === undefined ? {} : { condition }) };
  };
  const read = (range: Range, itemsMax: number) => itemsOf(ports, { table, range, itemsMax, deadlineMillis });
  return {
    begin: async (run) => {
      const decision = await write(put(openItem(openPk, run), { expression: 'attribute_not_exists(pk)' }));
      return decision.kind === 'done' && decision.item !== undefined ? readOpen(decision.item) : run;
    },
    begun: async (kind) => {
      const range = { partition: openPk, from: `${kind}#`, through: `${kind}#~` };
      return (await read(range, Number.POSITIVE_INFINITY)).map(readOpen);
    },
    goOn: async (run, fromSeconds) => {
      const condition = { expression: 'runId = :run AND toSeconds = :from', values: { ':run': run.runId, ':from': fromSeconds } };
      const decision = await write(put(openItem(openPk, run), condition));
      if (decision.kind !== 'done') return run;
      return decision.item?.['runId'] === run.runId ? readOpen(decision.item) : undefined;
    },
    // Written alike by everybody who finds it.
    keep: async (runId, difference) => {
      await write(put(differenceItem(source, runId, difference)));
    },
    differences: async (runId) => (await read({ partition: `${source}#${runId}` }, DIFFERENCES_ITEMS_MAX)).map(readDifference),
    finish: async (report) => {
      const condition = { expression: 'runId = :run', values: { ':run': report.runId } };
      const key = { pk: openPk, sk: windowNameIn(report.runId) };
      const decision = await write({ kind: 'delete', table, key, condition }, put(reportItem(source, report)));
      return decision.kind === 'committed';
    },
  };
}

type Reading = { readonly table: string; readonly range: Range; readonly itemsMax: number; readonly deadlineMillis: number };

async function itemsOf(ports: Ports, { table, range, itemsMax, deadlineMillis }: Reading): Promise<readonly Item[]> {
  const items: Item[] = [];
  let after: Awaited<ReturnType<Partitions['page']>>['after'];
  do {
    const start = after;
    const page = await untilAnswered(ports, deadlineMillis, () => ports.partitions.page(table, range, start));
    items.push(...page.items);
    after = page.after;
  } while (after !== undefined && items.length < itemsMax);
  return items.slice(0, itemsMax);
}

function openItem(pk: string, { runId, window, toSeconds, tally }: OpenRun): Item {
  return { pk, sk: windowNameIn(runId), runId, from: window.fromSeconds, to: window.toSeconds, toSeconds, ...tally };
}

function readOpen(item: Item): OpenRun {
  const number = (name: string) => Number(item[name] ?? 0);
  return {
    runId: String(item['runId']),
    window: { fromSeconds: number('from'), toSeconds: number('to') },
    toSeconds: number('toSeconds'),
    tally: {
      events: number('events'),
      payments: number('payments'),
      transactions: number('transactions'),
      elsewhere: number('elsewhere'),
      unkept: number('unkept'),
      unkeptInjected: number('unkeptInjected'),
    },
  };
}
