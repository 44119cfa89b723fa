/** What reconciliation found, as a person reads it, as a program does, and as a spreadsheet does. */
import { DIFFERENCES_ITEMS_MAX } from '../lambdas/core/limits.ts';
import type { Difference, ReconcileResult, Report } from '../lambdas/core/reconciliation.ts';
import { stopText } from './reconcile-stop.ts';
import { alignedText, tableText } from './table-text.ts';

/** One run of one source with all that it found, or has found so far where it was stopped. */
export type ShownRun = { readonly source: string; readonly result: ReconcileResult; readonly differences: readonly Difference[] };

/** Whether nothing is left for a person: what was brought in takes effect by itself. */
export function isEqual({ result, differences }: ShownRun): boolean {
  return !('open' in result) && result.differences === 0 && differences.every(isInjected);
}

export function reconcileLines(runs: readonly ShownRun[]): readonly string[] {
  return runs.flatMap((run, index) => [...(index === 0 ? [] : ['']), ...runLines(run)]);
}

/** The form promised in docs/cli.md. */
export function reconcileJson(runs: readonly ShownRun[]): string {
  return JSON.stringify(runs.map(jsonOf), null, 2);
}

/** RFC 4180 with a header; each line ends with CR, to which the terminal adds LF. */
export function reconcileCsv(runs: readonly ShownRun[]): readonly string[] {
  const head = ['source', 'run', 'what', 'id', 'difference', 'ours', 'theirs', 'injected'];
  const rows = runs.flatMap(({ source, result, differences }) =>
    differences.map((one) => [source, result.runId, ...cellsOf(one), String(isInjected(one))]),
  );
  return [head, ...rows].map((row) => `${row.map(csvField).join(',')}\r`);
}

function runLines(run: ShownRun): readonly string[] {
  const { result, differences } = run;
  const injected = differences.filter(isInjected);
  const ours = differences.filter((one) => !isInjected(one));
  const isDry = dryOf(result);
  const facts = 'open' in result ? stoppedFacts(result, differences) : reportFacts(result);
  const listed = ours.length === 0 ? [] : ['', ...tableText(['what', 'id', 'difference', 'ours', 'theirs'], ours.map(cellsOf))];
  const brought = isDry ? 'would be brought in by a run that is not dry:' : 'brought in, and taking effect as their webhooks would have:';
  const rows = injected.map(({ what, id, theirs = '' }) => [what, id, theirs]);
  return [
    titleOf(run),
    ...alignedText(facts.map(([name, value]) => [`  ${name}`, value])),
    ...listed,
    ...(injected.length === 0 ? [] : ['', brought, ...tableText(['what', 'id', 'theirs'], rows)]),
    ...(differences.length >= DIFFERENCES_ITEMS_MAX ? ['', `Only the first ${DIFFERENCES_ITEMS_MAX} are kept and shown.`] : []),
    ...(isEqual(run) ? ['', injected.length === 0 ? 'all equal' : 'all equal but for these'] : []),
  ];
}

type Fact = readonly [string, string];

function reportFacts({ counts, differences, injected, finishedAt, notes }: Report): readonly Fact[] {
  return [
    ['compared', `${counts.events} events, ${counts.payments} payments, ${counts.transactions} movements on the balance`],
    ['differences', String(differences)],
    ['injected', String(injected)],
    ['finished', finishedAt],
    ...notes.map((note): Fact => ['note', note]),
  ];
}

function stoppedFacts({ runId, code }: Extract<ReconcileResult, { open: true }>, differences: readonly Difference[]): readonly Fact[] {
  const { why, next } = stopText(runId, code);
  return [
    ['stopped', why],
    ['next', next],
    ['so far', `${differences.filter((one) => !isInjected(one)).length} differences, ${differences.filter(isInjected).length} injected`],
  ];
}

function titleOf({ source, result }: ShownRun): string {
  const { from, to } = timesOf(result.runId);
  return `${source}: ${from} to ${to}${dryOf(result) ? ', a dry run, which writes nothing' : ''}`;
}

/** `{kind}#{from}#{to}`, with `#dry` behind it for a dry run. */
function timesOf(runId: string): { readonly from: string; readonly to: string } {
  const [, from = '', to = ''] = runId.split('#');
  return { from, to };
}

function dryOf({ runId }: ReconcileResult): boolean {
  return runId.endsWith('#dry');
}

function isInjected({ injected }: Difference): boolean {
  return injected === true;
}

function cellsOf({ what, id, difference, ours = '', theirs = '' }: Difference): string[] {
  return [what, id, difference, ours, theirs];
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function jsonOf({ source, result, differences }: ShownRun): object {
  const report = 'open' in result ? undefined : result;
  return {
    source,
    runId: result.runId,
    ...timesOf(result.runId),
    dryRun: dryOf(result),
    open: report === undefined,
    code: 'open' in result ? result.code : null,
    finishedAt: report?.finishedAt ?? null,
    counts: report?.counts ?? null,
    differences: differences.map(({ what, id, difference, ours, theirs, injected }) => ({
      what,
      id,
      difference,
      ours: ours ?? null,
      theirs: theirs ?? null,
      injected: injected === true,
    })),
    notes: report?.notes ?? [],
  };
}
