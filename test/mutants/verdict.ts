/** Whether a mutant is dead: the test that its patch names failed on an expectation, or an invariant of the simulator did in its seed. */
import type { NamedTest } from './patch-file.ts';
import type { JestRun, SeedRun, TestResult } from './workbench.ts';

/** `killed`, or the reason why the guard is not shown to matter. */
export type Verdict = { readonly killed: true } | { readonly killed: false; readonly why: string };

/** Matchers of jest, of node:assert, and of aws-sdk-client-mock begin their message like this; a crash, a missing name or a timeout does not. */
const ASSERTION = /\bexpect(?:\(|\.)|\bAssertionError\b/;

/** Before the patch: the title means one test, and that passes. Answers with what is wrong. */
export function faultBefore(named: NamedTest, before: JestRun): string | undefined {
  const tests = matching(named, before);
  if (tests.length === 0) return `${before.trouble ?? 'no test ran'} that "${named.title}" in ${named.testFile} would name`;
  if (tests.length > 1) return `"${named.title}" names ${tests.length} tests: ${tests.map(({ fullName }) => fullName).join('; ')}`;
  return tests[0]?.status === 'passed' ? undefined : 'its test fails without the patch';
}

export function judge(named: NamedTest, after: JestRun): Verdict {
  const [test] = matching(named, after);
  if (test === undefined) return { killed: false, why: `its test did not run: ${after.trouble ?? 'jest left it out'}` };
  if (test.status === 'passed') return { killed: false, why: 'its test still passes' };
  // What a property found stands below the stack, as the cause of its own error.
  const errors = test.failureMessages.flatMap((message) => message.split(/\n\n\[cause\]: /));
  const messages = errors.map((error) => error.split(/\n {4}at /)[0] ?? '');
  if (messages.some((message) => ASSERTION.test(message))) return { killed: true };
  return { killed: false, why: `its test failed, but not on an assertion: ${messages[0]?.split('\n')[0] ?? ''}` };
}

/** `seeds` is how many were played. */
export function judgeSeeds(seeds: number, { violation, trouble }: SeedRun): Verdict {
  if (violation !== undefined) return { killed: true };
  return { killed: false, why: trouble ?? (seeds === 1 ? 'no invariant fails in its seed' : `no invariant fails in ${seeds} seeds`) };
}

function matching({ testFile, title }: NamedTest, { tests }: JestRun): readonly TestResult[] {
  const pattern = new RegExp(title, 'i');
  return tests.filter(({ file, fullName }) => file.endsWith(`/${testFile}`) && pattern.test(fullName));
}
