/** Where a reconciliation keeps its place, the differences that it finds, and its report. */
import { DIFFERENCES_ITEMS_MAX, REPORT_SECONDS } from '../core/limits.ts';
import type { Item, Partitions } from '../core/ports.ts';
import type { Window } from '../core/provider-api.ts';
import { type Difference, differenceItem, type ReconcileCounts, type Report, readDifference, reportItem } from '../core/reconciliation.ts';
import { type CommitPorts, commit, type Plan } from './commit.ts';
import { untilAnswered } from './until-answered.ts';

/** A run that is under way: everything from `toSeconds` to the end of its window has been compared. */
export type OpenRun = {
  readonly runId: string;
  readonly window: Window;
  readonly toSeconds: number;
  readonly counts: ReconcileCounts;
  readonly dryRun: boolean;
};

export type ReconciliationStore = {
  /** What an earlier run of this kind left open. */
  openRun(kind: string): Promise<OpenRun | undefined>;
  goOn(run: OpenRun): Promise<void>;
  keep(runId: string, difference: Difference): Promise<void>;
  differences(runId: string): Promise<readonly Difference[]>;
  finish(report: Report): Promise<void>;
};

type Settings = { readonly source: string; readonly tables: { readonly reconciliation: string } };
type Ports = CommitPorts & { readonly partitions: Partitions };

export function createReconciliationStore(settings: Settings, ports: Ports, deadlineMillis: number): ReconciliationStore {
  const { source } = settings;
  const table = settings.tables.reconciliation;
  const write = async (...steps: Plan['steps'][number]['action'][]) => {
    // Written once or written alike: two runs at once say the same.
    const plan = { frozenAtMillis: ports.clock.nowMillis(), steps: steps.map((action) => ({ action, meaning: 'never' as const })) };
    await commit(ports, plan, deadlineMillis);
  };
  const put = (item: Item) => ({ kind: 'put' as const, table, item: { ...item, expiresAt: expiry(ports.clock.nowMillis()) } });
  const openKey = (runId: string) => ({ pk: `${source}#open`, sk: runId.split('#')[0] as string });
  return {
    openRun: async (kind) => {
      const item = await untilAnswered(ports, deadlineMillis, () => ports.store.get(table, { pk: `${source}#open`, sk: kind }));
      return item === undefined ? undefined : readOpen(item);
    },
    goOn: ({ runId, window, toSeconds, counts }) =>
      write(put({ ...openKey(runId), runId, from: window.fromSeconds, to: window.toSeconds, toSeconds, ...counts })),
    keep: async (runId, difference) => write(put(differenceItem(source, runId, difference))),
    differences: async (runId) => {
      const found: Difference[] = [];
      let after: Awaited<ReturnType<Partitions['page']>>['after'];
      do {
        const page = await untilAnswered(ports, deadlineMillis, () =>
          ports.partitions.page(table, { partition: `${source}#${runId}` }, after),
        );
        found.push(...page.items.map(readDifference));
        after = page.after;
      } while (after !== undefined && found.length < DIFFERENCES_ITEMS_MAX);
      return found;
    },
    finish: (report) => write(put(reportItem(source, report)), { kind: 'delete', table, key: openKey(report.runId) }),
  };
}

function expiry(nowMillis: number): number {
  return Math.floor(nowMillis / 1000) + REPORT_SECONDS;
}

function readOpen(item: Item): OpenRun {
  const number = (name: string) => Number(item[name] ?? 0);
  return {
    runId: String(item['runId']),
    window: { fromSeconds: number('from'), toSeconds: number('to') },
    toSeconds: number('toSeconds'),
    counts: { events: number('events'), payments: number('payments'), transactions: number('transactions') },
    dryRun: false,
  };
}
