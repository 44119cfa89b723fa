/**
 * The crash matrix of `docs/exactly-once.md`: collected from lines `// crash matrix: hop | faults | what happens` that stand directly above a
 * test. That a test shows what its line says is for a reviewer to see.
 */
import type { Finding, Tree } from '../tidy/finding.ts';
import { CRASH_CELLS } from './crash-cells.ts';

type CrashTest = { readonly path: string; readonly title: string };

export type CrashRow = {
  readonly hop: string;
  /** One or more of the hop's faults that end in the same way. */
  readonly faults: readonly string[];
  readonly outcome: string;
  readonly tests: readonly CrashTest[];
};

export type CrashMatrix = { readonly rows: readonly CrashRow[]; readonly findings: readonly Finding[] };

export const MATRIX_START = '<!-- The table is written by `npm run docs` from the tests. -->';
export const MATRIX_END = '<!-- End of what is written from the tests. -->';

const TAG = /^\s*\/\/.*crash matrix/i;
const CELLS: { readonly [hop: string]: readonly string[] } = CRASH_CELLS;
const HOPS = Object.keys(CELLS);

export function crashMatrix(tree: Tree): CrashMatrix {
  const findings: Finding[] = [];
  const rows = new Map<string, CrashRow>();
  const paths = [...tree.keys()].filter((path) => /^test\/.*\.test\.ts$/.test(path)).sort();
  for (const path of paths) {
    const lines = (tree.get(path) as string).split('\n');
    for (const [index, line] of lines.entries()) {
      if (!TAG.test(line)) continue;
      const row = readTag(line);
      const title = titleBelow(lines, index);
      if (typeof row === 'string') findings.push(`${path}:${index + 1}: ${row}`);
      else if (title === undefined)
        findings.push(`${path}:${index + 1}: stands above no test; put it directly above the \`it(\` that shows it`);
      else {
        const key = [row.hop, ...row.faults, row.outcome].join('|');
        rows.set(key, { ...row, tests: [...(rows.get(key)?.tests ?? []), { path, title }] });
      }
    }
  }
  return { rows: [...rows.values()].sort(byPlace), findings: [...findings, ...missing([...rows.values()])] };
}

/** What the line says, or what is wrong with it. */
function readTag(line: string): Omit<CrashRow, 'tests'> | string {
  const [, hop = '', named = '', outcome = ''] = /^\s*\/\/ crash matrix: ([^|]+) \| ([^|]+) \| ([^|]+)$/.exec(line) ?? [];
  if (outcome === '') return `received ${JSON.stringify(line.trim())}; allowed is \`// crash matrix: hop | faults | what happens\``;
  const known = CELLS[hop];
  if (known === undefined) return `there is no hop ${JSON.stringify(hop)}; use one of ${HOPS.join(', ')}`;
  const faults = named.split(', ');
  const unknown = faults.find((fault) => !known.includes(fault));
  if (unknown === undefined) return { hop, faults, outcome };
  return `${hop} has no fault ${JSON.stringify(unknown)}; use one of ${known.join('; ')}, or add it to test/docs/crash-cells.ts`;
}

function missing(rows: readonly CrashRow[]): Finding[] {
  return Object.entries(CELLS).flatMap(([hop, faults]) =>
    faults
      .filter((fault) => !rows.some((row) => row.hop === hop && row.faults.includes(fault)))
      .map((fault) => `test/docs/crash-cells.ts:1: ${hop} | ${fault} is shown by no test; write one and put the line above it`),
  );
}

const DESCRIBED = /^\s*describe\w*(?:\.each)?\(/;
/** A text in quotes of any kind that is the first argument: after the first parenthesis, or after the table of an `each`. */
const FIRST_TEXT = /^\s*(?:it|describe)\w*(?:\.concurrent)?\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/;
const TEXT_AFTER_TABLE = /\)\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/;

/** The title of the test in the next line, after that of the innermost `describe` around it. */
function titleBelow(lines: readonly string[], index: number): string | undefined {
  const below = lines[index + 1] ?? '';
  if (!/^\s*it(?:\.each|\.concurrent)?[(<]/.test(below)) return undefined;
  const title = titleAt(lines, index + 1);
  const around = lines.findLastIndex((line, place) => place <= index && DESCRIBED.test(line) && indentOf(line) < indentOf(below));
  return title === undefined ? undefined : [around < 0 ? undefined : titleAt(lines, around), title].filter(Boolean).join(' ');
}

function titleAt(lines: readonly string[], index: number): string | undefined {
  const text = lines.slice(index).join('\n');
  const found = (/^\s*\w+\.each/.test(text) ? TEXT_AFTER_TABLE : FIRST_TEXT).exec(text);
  return found?.[2]?.replace(/\\(.)/g, '$1').replace(/%[sdijp]|\$\w+/g, '…');
}

function indentOf(line: string): number {
  return line.search(/\S/);
}

function byPlace(left: CrashRow, right: CrashRow): number {
  return placeOf(left) - placeOf(right);
}

function placeOf({ hop, faults: [first = ''] }: CrashRow): number {
  return HOPS.indexOf(hop) * 1000 + (CELLS[hop] ?? []).indexOf(first);
}

/** The table, with links as seen from `docs/`. */
export function matrixTable(rows: readonly CrashRow[]): string {
  const lines = rows.map(({ hop, faults, outcome, tests }, index) => {
    const shown = rows[index - 1]?.hop === hop ? '' : `**${hop}**`;
    const links = tests.map(({ path, title }) => `[${escaped(title)}](../${path})`);
    return `| ${shown} | ${faults.join(', ')} | ${outcome} | ${links.join('<br>')} |`;
  });
  return ['| hop | fault | what happens | the test that shows it |', '|---|---|---|---|', ...lines].join('\n');
}

function escaped(text: string): string {
  return text.replace(/[\\[\]|<*_`]/g, '\\$&');
}

/** The page with this table between its two marks. */
export function withMatrix(page: string, table: string): string {
  const [before, rest = ''] = page.split(MATRIX_START);
  const [, after] = rest.split(MATRIX_END);
  if (after !== undefined) return `${before}${MATRIX_START}\n${table}\n${MATRIX_END}${after}`;
  throw new Error(`docs/exactly-once.md has no place for the crash matrix; it stands between ${MATRIX_START} and ${MATRIX_END}.`);
}
