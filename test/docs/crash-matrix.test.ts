/** The crash matrix in the page for doubters is what stands above the tests, and no cell that we owe is empty. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryTree } from '../tidy/finding.ts';
import { CRASH_CELLS } from './crash-cells.ts';
import { crashMatrix, MATRIX_END, MATRIX_START, matrixTable, withMatrix } from './crash-matrix.ts';

const root = join(import.meta.dirname, '..', '..');

describe('the crash matrix of docs/exactly-once.md', () => {
  const { rows, findings } = crashMatrix(repositoryTree(root));

  it('has a test for each fault at each hop, and every line above a test can be read', () => {
    expect(findings).toEqual([]);
  });

  it('is up to date: `npm run docs` writes it', () => {
    const page = readFileSync(join(root, 'docs', 'exactly-once.md'), 'utf8');
    expect(withMatrix(page, matrixTable(rows))).toBe(page);
  });
});

describe('the crash matrix of a sample', () => {
  const line = (hop: string, faults: string, outcome = 'it is sent again') => `  // crash matrix: ${hop} | ${faults} | ${outcome}`;
  const sample = (...lines: readonly string[]) => crashMatrix(new Map([['test/a.test.ts', lines.join('\n')]]));
  const complaints = (...lines: readonly string[]) => sample(...lines).findings.filter((finding) => finding.startsWith('test/a.test.ts'));
  /** A test for every cell, and then without one of them. */
  const all = Object.entries(CRASH_CELLS).flatMap(([hop, faults]) =>
    faults.map((fault) => [line(hop, fault), `  it('shows ${fault}', f);`]),
  );

  it('is complete with a test for each cell, in the order of the hops and their faults', () => {
    const { rows, findings } = sample(...all.toReversed().flat());
    expect(findings).toEqual([]);
    expect(rows.map(({ hop, faults }) => [hop, faults])).toEqual(
      Object.entries(CRASH_CELLS).flatMap(([hop, faults]) => faults.map((fault) => [hop, [fault]])),
    );
  });

  it.each(all.map(([tag = '']) => tag.trim()))('is refused without %s', (tag) => {
    const [, hop, fault] = /: (.*) \| (.*) \|/.exec(tag) ?? [];
    const { findings } = sample(...all.filter(([left]) => left?.trim() !== tag).flat());
    expect(findings).toEqual([expect.stringContaining(`${hop} | ${fault} is shown by no test`)]);
  });

  it.each([
    ['a hop that there is not', [line('relay → queues', 'throttled'), "  it('a', f);"], ':1: there is no hop "relay → queues"'],
    [
      'a fault that its hop has not',
      [line('settlement', 'backlog, throttled'), "  it('a', f);"],
      ':1: settlement has no fault "throttled"',
    ],
    ['no word of what happens', ['  // crash matrix: settlement | backlog', "  it('a', f);"], ':1: received'],
    ['other signs', ['  // Crash matrix settlement, backlog', "  it('a', f);"], ':1: received'],
    ['no test below it', [line('settlement', 'backlog'), '', "  it('a', f);"], ':1: stands above no test'],
    ['a test below it that has no title', [line('settlement', 'backlog'), '  it(title, f);'], ':1: stands above no test'],
    ['a describe below it', [line('settlement', 'backlog'), "  describe('a', f);"], ':1: stands above no test'],
    ['nothing below it', ['', line('settlement', 'backlog')], ':2: stands above no test'],
  ])('refuses a line with %s', (_, lines, says) => {
    expect(complaints(...lines)).toEqual([expect.stringContaining(says)]);
  });

  it.each([
    ['in one line', ["  it('waits', f);"], 'waits'],
    ['in the next line', ['  it(', '    "doesn\'t wait",', '    f,', '  );'], "doesn't wait"],
    ['with an escape', ["  it('doesn\\'t wait', f);"], "doesn't wait"],
    ['run at the same time', ["  it.concurrent('waits', f);"], 'waits'],
    ['of a table in one line', ["  it.each([1, 2])('waits %d s', f);"], 'waits … s'],
    [
      'of a table of many lines',
      ['  it.each<[string, F]>([', "    ['a', () => f('b')],", '  ])(', "    '%s is $name',", '    f,', '  );'],
      '… is …',
    ],
    ['inside a describe', ["describe('a queue', () => {", "  it('waits', f);"], 'a queue waits'],
    ['inside two', ["describe('all', () => {", " describe.each([1])('queue %s', () => {", "  it('waits', f);"], 'queue … waits'],
    ['after a describe', ["  describe('a queue', () => {", '  });', "  it('waits', f);"], 'waits'],
  ])('reads the title of a test %s', (_, lines, title) => {
    const place = lines.findIndex((text) => /^\s*it\b/.test(text));
    const { rows } = sample(...lines.slice(0, place), line('settlement', 'backlog'), ...lines.slice(place));
    expect(rows.map(({ tests }) => tests)).toEqual([[{ path: 'test/a.test.ts', title }]]);
  });

  it('puts tests that show the same into one row, links them, and shows each hop once', () => {
    const { rows } = sample(
      ...[line('settlement', 'backlog, dead letter'), "  it('a|b', f);", line('settlement', 'backlog, dead letter'), "  it('c', f);"],
      ...[line('settlement', 'lost again', 'x'), "  it('d', f);"],
    );
    expect(matrixTable(rows).split('\n').slice(2)).toEqual([
      '| **settlement** | lost again | x | [d](../test/a.test.ts) |',
      '|  | backlog, dead letter | it is sent again | [a\\|b](../test/a.test.ts)<br>[c](../test/a.test.ts) |',
    ]);
  });

  it('takes the place of what stood between the marks, and needs both marks', () => {
    expect(withMatrix(`a\n${MATRIX_START}\nold\n${MATRIX_END}\nb\n`, 'new')).toBe(`a\n${MATRIX_START}\nnew\n${MATRIX_END}\nb\n`);
    expect(() => withMatrix(`a\n${MATRIX_START}\nb\n`, 'new')).toThrow('no place for the crash matrix');
    expect(() => withMatrix('a\n', 'new')).toThrow('no place for the crash matrix');
  });
});
