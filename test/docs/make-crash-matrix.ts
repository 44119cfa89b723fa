/** `npm run docs` writes the crash matrix into `docs/exactly-once.md` from the lines above the tests; a test fails while the two differ. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../lib/project.ts';
import { print, printError } from '../../ops/terminal.ts';
import { repositoryTree } from '../tidy/finding.ts';
import { crashMatrix, matrixTable, withMatrix } from './crash-matrix.ts';

const page = join(projectRoot, 'docs', 'exactly-once.md');
const { rows, findings } = crashMatrix(repositoryTree(projectRoot));
writeFileSync(page, withMatrix(readFileSync(page, 'utf8'), matrixTable(rows)));
print(`wrote docs/exactly-once.md: ${rows.length} rows of the crash matrix`);
for (const finding of findings) printError(finding);
process.exitCode = findings.length === 0 ? 0 : 1;
