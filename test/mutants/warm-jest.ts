/**
 * A process that runs jest again and again: to start it is more than half of what a named test takes. It is started by `JestProcess`, in the
 * folder whose tests it runs, and answers each `JestOrder` with an empty message when the report is written.
 *
 * Never for tests whose project has a global setup: that is loaded by this process itself, and would stay what it was before the patch.
 */
import { runCLI } from 'jest';

export type JestOrder = {
  /** Patterns of whole paths. */
  readonly files: readonly string[];
  readonly titles: string;
  /** The file for jest's report in JSON. */
  readonly report: string;
};

process.on('message', ({ files, titles, report }: JestOrder) => {
  const argv: Parameters<typeof runCLI>[0] = {
    config: 'jest.config.mjs',
    ci: true,
    // In this very process: jest would start another one for each run, because its config has a limit for the memory of workers.
    runInBand: true,
    json: true,
    outputFile: report,
    reporters: [],
    testNamePattern: titles,
    testPathPatterns: [...files],
    _: [],
    $0: 'jest',
  };
  runCLI(argv, [process.cwd()]).then(
    () => process.send?.({}),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
