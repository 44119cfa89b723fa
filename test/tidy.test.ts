import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Rule, repositoryTree, type Tree } from './tidy/finding.ts';
import { contractTests, limitsWithReasons, nobodysFiles } from './tidy/graph-rules.ts';
import { fileLength, folderDepth, medianLength, purposeLine, telltaleNames } from './tidy/shape-rules.ts';
import { deadLinks, leftovers, machinePaths, registryHosts, switchedOffChecks } from './tidy/text-rules.ts';

type Files = { readonly [path: string]: string };

const lines = (count: number) => 'x\n'.repeat(count);
const providerTest =
  "import { checks } from '../contracts/provider-contract.ts';\nimport stripe from '../../lambdas/providers/stripe.ts';\n";
const consumerTest =
  "import { keeps } from '../contracts/consumer-contract.ts';\nimport ledger from '../../lambdas/consumers/ledger.ts';\n";
const limit = (name: string, comment = '/** Because of that. */\n') => ({
  'lambdas/core/limits.ts': `/** Bounds. */\n\n${comment}export const ${name} = 1;\n`,
});

/** Each rule with trees that break it in one way each, what it then says, and a tree that keeps it. */
const rules: readonly { readonly rule: Rule; readonly bad: readonly (readonly [Files, string])[]; readonly good: Files }[] = [
  {
    rule: fileLength,
    bad: [
      [{ 'lib/a.ts': lines(251) }, 'lib/a.ts:251: 251 lines'],
      [{ 'README.md': lines(151) }, 'README.md:151: 151 lines'],
    ],
    good: { 'lib/a.ts': lines(250), 'README.md': lines(150), 'docs/long.md': lines(900) },
  },
  {
    rule: medianLength,
    bad: [[{ 'lib/a.ts': lines(1), 'lib/b.ts': lines(121), 'lib/c.ts': lines(122) }, 'the median source file has 121 lines']],
    good: { 'lib/a.ts': lines(1), 'lib/b.ts': lines(120), 'lib/c.ts': lines(200) },
  },
  {
    rule: folderDepth,
    bad: [[{ 'one/two/three/four/a.ts': '' }, 'one/two/three/four/a.ts:1: lies in more than 3']],
    good: { 'one/two/three/a.ts': '' },
  },
  {
    rule: telltaleNames,
    bad: [
      ...['index', 'utils', 'helpers', 'common', 'shared', 'misc', 'types'].map(
        (name) => [{ [`lib/${name}.ts`]: '' }, `lib/${name}.ts:1: the name says nothing`] as const,
      ),
      [{ 'lambdas/core/utils/money.ts': '' }, 'lambdas/core/utils/money.ts:1: the name'],
      [{ 'test/helpers.test.ts': '' }, 'test/helpers.test.ts:1: the name'],
    ],
    good: { 'lib/index-of-tables.ts': '', 'lambdas/core/contracts.ts': '' },
  },
  {
    rule: purposeLine,
    bad: [[{ 'lib/a.ts': "import './b.ts';\n" }, 'lib/a.ts:1: does not begin']],
    good: { 'lib/a.ts': '/** Why. */\n', 'bin/a.mjs': '#!/usr/bin/env node\n/** Why. */\n' },
  },
  {
    rule: leftovers,
    bad: ['TO|DO', 'FIX|ME', 'XX|X'].map((parts) => [{ 'docs/a.md': `fine\n${parts.replace('|', '')}: later` }, 'docs/a.md:2:'] as const),
    good: { 'lib/a.ts': 'const mastodon = 1;' },
  },
  {
    rule: switchedOffChecks,
    bad: ['biome|-ignore lint: no', '@ts|-ignore', '@ts|-expect-error'].map(
      (parts) => [{ 'lib/a.ts': `// ${parts.replace('|', '')}` }, 'lib/a.ts:1:'] as const,
    ),
    good: { 'lib/a.ts': '// Biome is not ignored.' },
  },
  {
    rule: registryHosts,
    bad: ['https://registry|.npmjs.org/x', 'https://npm|mirror.com', 'deb|.debian.org'].map(
      (parts) => [{ '.npmrc': parts.replace('|', '') }, '.npmrc:1:'] as const,
    ),
    good: { '.npmrc': 'omit-lockfile-registry-resolved=true' },
  },
  {
    rule: machinePaths,
    bad: ['/ho|me/ann/x', '"/wo|rk/main"', '(/Us|ers/ann)', 'C:\\Us|ers\\ann'].map(
      (parts) => [{ 'lib/a.ts': parts.replace('|', '') }, 'lib/a.ts:1:'] as const,
    ),
    good: { 'lib/a.ts': "'/webhooks/stripe' '../ops/home/x' '/usr/bin/chromium'" },
  },
  {
    rule: deadLinks,
    bad: [
      [{ 'docs/a.md': 'fine\n[there](b.md)' }, 'docs/a.md:2: links to b.md'],
      [{ 'docs/a.md': '[up](../README.md#top)', 'docs/README.md': '' }, 'docs/a.md:1: links to ../README.md'],
    ],
    good: {
      'docs/a.md': '[b](b.md#part) [up](../README.md) [folder](../lib/) [web](https://example.com/x) [here](#top)',
      'docs/b.md': '',
      'README.md': '',
      'lib/a.ts': '',
    },
  },
  {
    rule: nobodysFiles,
    bad: [
      [{ 'lib/a.ts': '' }, 'lib/a.ts:1: no entry point outside test/'],
      [{ 'lib/a.ts': '', 'test/a.test.ts': "import '../lib/a.ts';" }, 'lib/a.ts:1: no entry point outside test/'],
      [{ 'lib/a.ts': "import './b.ts';", 'lib/b.ts': "import './a.ts';" }, 'lib/b.ts:1: no entry point'],
      [{ 'test/contracts/a.ts': '' }, 'test/contracts/a.ts:1: no test and no runner'],
    ],
    good: {
      'package.json': '{"imports":{"#routes":"./lib/routes.ts"}}',
      'bin/app.ts': "import type { A } from '../lib/a.ts'; const later = () => import('../lib/b.ts'); type C = import('../lib/c.ts').C;",
      'lib/a.ts':
        "export { d } from './d.ts'; new Worker(new URL('./worker.ts', import.meta.url)); bundle(join(root, 'lib/e.ts'), join(root, 'lib', 'f.ts'));",
      ...Object.fromEntries(['b', 'c', 'd', 'e', 'f', 'worker', 'routes'].map((name) => [`lib/${name}.ts`, ''])),
      'test/a.test.ts': "import './contracts/a.ts';",
      'test/contracts/a.ts': '',
      'jest.config.mjs': "export default { globalSetup: '<rootDir>/test/engines/setup.mjs' };",
      'test/engines/setup.mjs': '',
    },
  },
  {
    rule: contractTests,
    bad: [
      [{ 'lambdas/providers/stripe.ts': '' }, 'lambdas/providers/stripe.ts:1: has no test'],
      [{ 'lambdas/consumers/ledger.ts': '' }, 'lambdas/consumers/ledger.ts:1: has no test'],
      [
        { 'lambdas/provider-apis/stripe.ts': '' },
        'lambdas/provider-apis/stripe.ts:1: has no test; write test/provider-apis/stripe.test.ts',
      ],
      [
        { 'lambdas/providers/stripe.ts': '', 'test/providers/stripe.test.ts': providerTest },
        'test/providers/stripe.test.ts:1: does not call',
      ],
      [
        { 'lambdas/providers/stripe.ts': '', 'test/providers/stripe.test.ts': `${providerTest}// checks(stripe)\n` },
        'test/providers/stripe.test.ts:1: does not call',
      ],
      [
        { 'lambdas/consumers/ledger.ts': '', 'test/consumers/ledger.test.ts': consumerTest },
        'test/consumers/ledger.test.ts:1: does not call',
      ],
      [
        {
          'lambdas/consumers/ledger.ts': '',
          'test/consumers/ledger.test.ts': `${consumerTest.replace('consumers/ledger', 'consumers/receipts')}keeps(ledger);\n`,
        },
        'with lambdas/consumers/ledger.ts',
      ],
    ],
    good: {
      'lambdas/providers/stripe.ts': '',
      'test/providers/stripe.test.ts': `${providerTest}checks(stripe);\n`,
      'lambdas/consumers/ledger.ts': '',
      'test/consumers/ledger.test.ts': `${consumerTest}keeps(ledger);\n`,
    },
  },
  {
    rule: limitsWithReasons,
    bad: [
      [limit('BODY_BYTES_MAX', ''), 'limits.ts:3: BODY_BYTES_MAX has no reason'],
      [limit('BODY_MAX'), 'limits.ts:4: BODY_MAX has no unit'],
      [limit('MEGABYTES'), 'MEGABYTES has no unit'],
    ],
    good: limit('BODY_BYTES_MAX'),
  },
];

let repository: Tree;

beforeAll(() => {
  repository = repositoryTree(join(import.meta.dirname, '..'));
});

describe.each(rules)('The rule $rule.name', ({ rule, bad, good }) => {
  it.each(bad.map(([files, says]) => ({ files, says })))('reports "$says"', ({ files, says }) => {
    expect(rule(new Map(Object.entries(files)))).toContainEqual(expect.stringContaining(says));
  });

  it('says nothing of files that keep it', () => {
    expect(rule(new Map(Object.entries(good)))).toEqual([]);
  });

  it('is kept by the repository', () => {
    expect(repository.size).toBeGreaterThan(50);
    expect(rule(repository)).toEqual([]);
  });
});
