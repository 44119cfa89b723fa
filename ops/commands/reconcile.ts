/** `oncehook reconcile`: holds the provider's own lists against our records, now and from here; `--last` shows what the last run found. */
import { type Command, Option } from 'commander';
import type { Connection } from '../connection.ts';
import type { ShownRun } from '../reconcile-text.ts';
import type { PaymentsDescription } from '../stack-description.ts';
import { type StackOptions, type VerbContext, wholeNumber, withStack } from './verb.ts';

type Options = StackOptions & {
  readonly hours?: number;
  readonly from?: string;
  readonly to?: string;
  readonly source?: string;
  readonly grace?: number;
  readonly dryRun?: boolean;
  readonly last?: boolean;
  readonly format: 'table' | 'json' | 'csv';
};

export function addReconcileVerb(program: Command, context: VerbContext): void {
  withStack(
    program
      .command('reconcile')
      .description("hold the provider's lists of events, payments and movements against ours, and bring in what never came")
      .option('--hours <n>', 'so far back from now; 24 where no window is given', wholeNumber(1, 9_999))
      .option('--from <time>', 'the beginning of a window, for example 2026-11-24T00:00:00Z')
      .option('--to <time>', 'its end, which is no part of it')
      .option('--source <source>', 'only payments through this source; without it all')
      .option('--grace <seconds>', 'how old the youngest thing is that is looked at; without it 900', wholeNumber(0, 86_400))
      .option('--dry-run', 'bring nothing in and write nothing down')
      .addOption(new Option('--format <format>', 'how it is printed').choices(['table', 'json', 'csv']).default('table'))
      .addOption(new Option('--last', 'show the newest report, and run nothing').conflicts(['hours', 'from', 'to', 'grace', 'dryRun'])),
  )
    .addHelpText(
      'after',
      '\nExits with 1 where there are differences, or the run was stopped; what was brought in is none.' +
        '\n--grace 0 is for a person who knows that nothing is on its way; a webhook that comes after all is a duplicate.',
    )
    .action((options: Options) => reconcileAll(context, options));
}

async function reconcileAll(context: VerbContext, options: Options): Promise<void> {
  const { connect } = await import('../connection.ts');
  const { paymentsOf } = await import('../payments-of.ts');
  const { isEqual, reconcileCsv, reconcileJson, reconcileLines } = await import('../reconcile-text.ts');
  const { print } = await import('../terminal.ts');
  const { url, stack, format } = options;
  const connection = await connect({ url, stack, directory: context.directory });
  const payments = paymentsOf(connection);
  const runs = await (options.last === true ? lastRuns : newRuns)({ connection, payments }, options);
  const lines = { table: reconcileLines, json: (all: typeof runs) => [reconcileJson(all)], csv: reconcileCsv }[format](runs);
  for (const line of lines) print(line);
  if (!runs.every(isEqual)) context.exitWith(1);
}

type Stack = { readonly connection: Connection; readonly payments: PaymentsDescription };

async function newRuns({ connection, payments }: Stack, options: Options): Promise<readonly ShownRun[]> {
  const { systemClock } = await import('../../lambdas/aws/system-clock.ts');
  const { paymentsOfSource } = await import('../payments-of.ts');
  const { reconcile } = await import('../reconciler.ts');
  const { reconcileRequest } = await import('../reconcile-request.ts');
  const { storedDifferences } = await import('../stored-report.ts');
  const { printError } = await import('../terminal.ts');
  const request = reconcileRequest(options, systemClock.nowMillis());
  const table = payments.tables.reconciliation;
  const runs: ShownRun[] = [];
  for (const output of paymentsOfSource(payments, options.source)) {
    const { source } = output;
    const results = await reconcile(connection, { payments, output }, { request, hear: (line) => printError(`${source}: ${line}`) });
    for (const result of results) {
      // A dry run wrote nothing down, also where it was stopped.
      const differences = 'found' in result ? result.found : await storedDifferences({ connection, table, source }, result.runId);
      runs.push({ source, result, differences });
    }
  }
  return runs;
}

async function lastRuns({ connection, payments }: Stack, { source: named }: Options): Promise<readonly ShownRun[]> {
  const { OperatorError } = await import('../operator-error.ts');
  const { paymentsOfSource } = await import('../payments-of.ts');
  const { newestReport, storedDifferences } = await import('../stored-report.ts');
  const table = payments.tables.reconciliation;
  const runs: ShownRun[] = [];
  for (const { source } of paymentsOfSource(payments, named)) {
    const result = await newestReport({ connection, table, source });
    if (result === undefined)
      throw new OperatorError(
        'NO_REPORT',
        `No reconciliation of ${source} has come to its end yet. One runs each hour; run one now without --last.`,
      );
    runs.push({ source, result, differences: await storedDifferences({ connection, table, source }, result.runId) });
  }
  return runs;
}
