/** A folder that is gone once the test file is through. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(what: string): string {
  const folder = mkdtempSync(join(tmpdir(), `oncehook-${what}-`));
  made.push(folder);
  return folder;
}
