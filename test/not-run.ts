/** Tests that need something this machine may not have: where it is missing they are counted with the reason, never silently skipped. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

export type Where = {
  /** Asked when the tests are declared and again when they run. */
  readonly holds: () => boolean;
  /** What is missing where it does not hold, as a sentence for the one who reads the summary. */
  readonly reason: string;
  /** With `CI=1` a missing part is a failure, for what `.ci/run` installs. */
  readonly requiredInCi?: boolean;
};

/** One line of the file: a group of tests that did not run. */
export type NotRun = { readonly title: string; readonly reason: string };

/** JSON lines, appended by each test process; who starts the run deletes it before and prints it after. */
export const notRunFile = join(import.meta.dirname, '..', '.oncehook', 'not-run.jsonl');

/** `describe`, where the condition holds. Elsewhere one test stands in for the group: it fails if the condition holds after all. */
export function describeWhere(where: Where, title: string, body: () => void): void {
  if (where.holds()) {
    describe(title, body);
    return;
  }
  record({ title, reason: where.reason });
  describe(title, () => {
    it(`did not run: ${where.reason}`, () => {
      const mustRun = where.requiredInCi === true && process.env['CI'] === '1';
      expect({ ranAnyway: where.holds(), missingInCi: mustRun }).toEqual({ ranAnyway: false, missingInCi: false });
    });
  });
}

function record(line: NotRun): void {
  mkdirSync(dirname(notRunFile), { recursive: true });
  appendFileSync(notRunFile, `${JSON.stringify(line)}\n`);
}
