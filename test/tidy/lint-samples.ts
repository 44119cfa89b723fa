/** For each rule that Biome executes: a file that breaks it and, where the rule has a home, the same code where it is allowed. */

export type LintSample = {
  readonly rule: string;
  readonly path: string;
  readonly text: string;
  /** Biome's category, and a part of the message where several rules share the category. */
  readonly category: string;
  readonly says?: string;
  /** Where the same text is no violation of this rule. */
  readonly allowedAt?: string;
};

const PLUGIN = 'plugin';
const PARAMS = 'lint/complexity/useMaxParams';
const lines = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, index) => line(index)).join('\n');
const clock = { category: PLUGIN, says: 'reads the clock', allowedAt: 'lambdas/aws/system-clock.ts' };
const timer = { category: PLUGIN, says: 'timer of its own', allowedAt: 'lambdas/aws/system-clock.ts' };

export const lintSamples: readonly LintSample[] = [
  { rule: 'formatting', path: 'lib/format.ts', text: 'export const name = "double quotes"', category: 'format' },
  {
    rule: 'sorted imports',
    path: 'lib/sort.ts',
    text: "import './b.ts';\nimport { z } from './z.ts';\nimport { a } from './a.ts';\n\nexport const both = [z, a];\n",
    category: 'assist/source/organizeImports',
  },
  { rule: 'kebab-case', path: 'lib/camelCase.ts', text: 'export const name = 1;\n', category: 'lint/style/useFilenamingConvention' },
  {
    rule: 'three parameters',
    path: 'lib/params.ts',
    text: 'export const four = (a: 1, b: 1, c: 1, d: 1) => [a, b, c, d];\n',
    category: PARAMS,
    allowedAt: 'test/params.ts',
  },
  {
    rule: 'file length',
    path: 'lib/long-file.ts',
    text: `${lines(251, (index) => `export const line${index} = ${index};`)}\n`,
    category: 'lint/style/noExcessiveLinesPerFile',
  },
  {
    rule: 'function length',
    path: 'lib/long-function.ts',
    text: `export function long(): number {\n  let sum = 0;\n${lines(50, (index) => `  sum += ${index};`)}\n  return sum;\n}\n`,
    category: 'lint/complexity/noExcessiveLinesPerFunction',
    allowedAt: 'test/long-function.ts',
  },
  {
    rule: 'default export',
    path: 'lambdas/core/default.ts',
    text: 'export default 1;\n',
    category: 'lint/style/noDefaultExport',
    allowedAt: 'lambdas/providers/default.ts',
  },
  {
    rule: 'default export',
    path: 'lib/default.ts',
    text: 'export default 1;\n',
    category: 'lint/style/noDefaultExport',
    allowedAt: 'lambdas/consumers/default.ts',
  },
  {
    rule: 'barrel',
    path: 'lib/barrel.ts',
    text: "export { clock } from './clock.ts';\nexport { timer } from './timer.ts';\n",
    category: 'lint/performance/noBarrelFile',
  },
  { rule: 're-export of all', path: 'lib/all.ts', text: "export * from './clock.ts';\n", category: 'lint/performance/noReExportAll' },
  {
    rule: 'cycle',
    path: 'lib/cycle-one.ts',
    text: "import { two } from './cycle-two.ts';\n\nexport const one = () => two;\n",
    category: 'lint/suspicious/noImportCycles',
  },
  {
    rule: 'cycle of types',
    path: 'lib/cycle-two.ts',
    text: "import type { one } from './cycle-one.ts';\n\nexport const two = 2 as unknown as typeof one;\n",
    category: 'lint/suspicious/noImportCycles',
  },
  {
    rule: 'environment',
    path: 'local/engines/env.ts',
    text: 'export const home = process.env.HOME;\n',
    category: 'lint/style/noProcessEnv',
    allowedAt: 'local/environment.ts',
  },
  {
    rule: 'environment',
    path: 'lambdas/pipeline/env.ts',
    text: 'export const home = process.env.HOME;\n',
    category: 'lint/style/noProcessEnv',
    allowedAt: 'lambdas/entry/env.ts',
  },
  {
    rule: 'environment',
    path: 'ops/env.ts',
    text: 'export const home = process.env.HOME;\n',
    category: 'lint/style/noProcessEnv',
    allowedAt: 'ops/environment.ts',
  },
  { rule: 'console', path: 'ops/console.ts', text: "console.log('x');\n", category: 'lint/suspicious/noConsole' },
  {
    rule: 'type import',
    path: 'lib/type.ts',
    text: "import { Clock } from './clock.ts';\n\nexport const clock: Clock = 1;\n",
    category: 'lint/style/useImportType',
  },
  {
    rule: 'undeclared dependency',
    path: 'lib/undeclared.ts',
    text: "import leftPad from 'left-pad';\n\nexport const padded = leftPad;\n",
    category: 'lint/correctness/noUndeclaredDependencies',
  },
  {
    rule: 'dev dependency',
    path: 'lib/dev.ts',
    text: "import Stripe from 'stripe';\n\nexport const stripe = Stripe;\n",
    category: 'lint/correctness/noUndeclaredDependencies',
    allowedAt: 'test/dev.ts',
  },
  {
    rule: 'floating promise',
    path: 'lib/floating.ts',
    text: 'async function late(): Promise<void> {}\n\nexport function early(): void {\n  late();\n}\n',
    category: 'lint/nursery/noFloatingPromises',
  },
  {
    rule: 'misused promise',
    path: 'lib/misused.ts',
    text: 'async function late(): Promise<boolean> {\n  return true;\n}\n\nexport const odd = () => (late() ? 1 : 2);\n',
    category: 'lint/nursery/noMisusedPromises',
  },
  {
    rule: 'focused test',
    path: 'test/focused.test.ts',
    text: "import { it } from '@jest/globals';\n\nit.only('works', () => {});\n",
    category: 'lint/suspicious/noFocusedTests',
  },
  {
    rule: 'skipped test',
    path: 'test/skipped.test.ts',
    text: "import { describe } from '@jest/globals';\n\ndescribe.skip('works', () => {});\n",
    category: 'lint/suspicious/noSkippedTests',
  },
  {
    rule: 'unused import',
    path: 'lib/unused-import.ts',
    text: "import { a } from './a.ts';\n",
    category: 'lint/correctness/noUnusedImports',
  },
  { rule: 'unused variable', path: 'lib/unused-variable.ts', text: 'const unused = 1;\n', category: 'lint/correctness/noUnusedVariables' },
  {
    rule: 'assigned parameter',
    path: 'lib/assigned.ts',
    text: 'export const one = (a: number) => {\n  a = 1;\n  return a;\n};\n',
    category: 'lint/style/noParameterAssign',
  },
  {
    rule: 'a let that never changes',
    path: 'lib/let.ts',
    text: 'let one = 1;\n\nexport const two = one + one;\n',
    category: 'lint/style/useConst',
  },
  { rule: 'var', path: 'lib/var.ts', text: 'var one = 1;\n\nexport const two = one;\n', category: 'lint/suspicious/noVar' },
  {
    rule: 'a thrown text',
    path: 'lib/thrown.ts',
    text: "export const fail = () => {\n  throw 'text';\n};\n",
    category: 'lint/style/useThrowOnlyError',
  },
  {
    rule: 'bare node import',
    path: 'lib/bare.ts',
    text: "import { join } from 'path';\n\nexport const path = join('a');\n",
    category: 'lint/style/useNodejsImportProtocol',
  },
  { rule: 'clock', path: 'lambdas/pipeline/now.ts', text: 'export const now = Date.now();\n', ...clock },
  { rule: 'clock', path: 'local/now.ts', text: 'export const now = new Date();\n', ...clock },
  { rule: 'clock', path: 'ops/now.ts', text: 'export const now = new Date;\n', ...clock },
  { rule: 'clock', path: 'lib/now.ts', text: 'export const now = Date();\n', ...clock },
  {
    rule: 'clock',
    path: 'lambdas/core/stopwatch.ts',
    text: 'export const now = performance.now();\n',
    ...clock,
    allowedAt: 'ops/stopwatch.ts',
  },
  { rule: 'a given time', path: 'lambdas/core/clock-given.ts', text: 'export const now = Date.now;\n', ...clock },
  { rule: 'timer', path: 'lambdas/pipeline/timer.ts', text: 'setTimeout(() => {}, 1);\n', ...timer },
  { rule: 'timer', path: 'ops/timer.ts', text: 'export const later = globalThis.setInterval;\n', ...timer },
  {
    rule: 'timer',
    path: 'lambdas/aws/timer.ts',
    text: "import { setTimeout } from 'node:timers/promises';\n\nexport const later = setTimeout;\n",
    ...timer,
  },
  {
    rule: 'randomness',
    path: 'test/random.ts',
    text: 'export const draw = Math.random();\n',
    category: PLUGIN,
    says: 'Unseeded',
    allowedAt: 'lambdas/aws/system-random.ts',
  },
  {
    rule: 'entropy',
    path: 'lambdas/core/uuid.ts',
    text: "import { randomUUID } from 'node:crypto';\n\nexport const id = randomUUID();\n",
    category: PLUGIN,
    says: 'Randomness of its own',
    allowedAt: 'lambdas/aws/system-random.ts',
  },
  {
    rule: 'output',
    path: 'local/out.ts',
    text: "process.stdout.write('x');\n",
    category: PLUGIN,
    says: 'Output goes',
    allowedAt: 'ops/terminal.ts',
  },
];
