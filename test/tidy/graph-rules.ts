/** What the files are to each other: nobody's files, contracts without a test, limits without a reason. */
import { type Finding, isCode, lineAt, type Tree } from './finding.ts';
import { readSource, type SourceFacts } from './source-facts.ts';

/** The last or a middle word of a limit's name: what is counted. */
const UNITS = [
  'BYTES',
  'CHARACTERS',
  'SECONDS',
  'MILLIS',
  'DEPTH',
  'ATTEMPTS',
  'ACTIONS',
  'SHARDS',
  'ENTRIES',
  'RECEIVES',
  'RECORDS',
  'BATCHES',
  'EVENTS',
  'SECRETS',
  'SIGNATURES',
  'TRANSACTIONS',
  'LEVELS',
  'ITEMS',
  'PAGES',
  'FRACTION',
];
const UNIT = new RegExp(`(?:^|_)(?:${UNITS.join('|')})(?:_|$)`);

/** Started by a person, a tool or AWS, or found by looking into their folder. */
const ENTRY_POINTS = [
  /^bin\//,
  /^lambdas\/(?:entry|providers|consumers|provider-apis)\//,
  /^ops\/(?:commands|fixtures)\//,
  /\.config\.mjs$/,
  /\.test\.ts$/,
  /^test\/(?:mutants|bench|sim|chaos)\/run\.ts$/,
  /^test\/mutants\/play-seeds\.ts$/,
  /^test\/docs\/make-crash-matrix\.ts$/,
  /^test\/run\.mjs$/,
];

/** What no entry point reaches; what only tests reach is not part of the product. */
export function nobodysFiles(tree: Tree): Finding[] {
  const facts = readAll(tree);
  const named = entryPointsOfPackage(tree.get('package.json') ?? '{}');
  const starts = [...facts.keys()].filter((path) => named.has(path) || ENTRY_POINTS.some((pattern) => pattern.test(path)));
  const shipped = reachedFrom(
    starts.filter((path) => !path.startsWith('test/')),
    facts,
  );
  const tested = reachedFrom(starts, facts);
  return [...facts.keys()].flatMap((path) => {
    if (path.startsWith('test/')) return tested.has(path) ? [] : [`${path}:1: no test and no runner uses it; delete it or use it`];
    return shipped.has(path) ? [] : [`${path}:1: no entry point outside test/ uses it; delete it or use it`];
  });
}

function reachedFrom(starts: readonly string[], facts: ReadonlyMap<string, SourceFacts>): Set<string> {
  const reached = new Set<string>();
  const waiting = [...starts];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    waiting.push(...(facts.get(path)?.refersTo ?? []));
  }
  return reached;
}

/** What every provider keeps, and every consumer and provider API: their own test calls it. */
const CONTRACTS = {
  providers: 'test/contracts/provider-contract.ts',
  consumers: 'test/contracts/consumer-contract.ts',
  'provider-apis': 'test/contracts/provider-api-contract.ts',
};

export function contractTests(tree: Tree): Finding[] {
  return [...tree.keys()].flatMap((path) => {
    const [, kind, name] = /^lambdas\/(providers|consumers|provider-apis)\/([^/]+)\.ts$/.exec(path) ?? [];
    if (kind === undefined) return [];
    const test = `test/${kind}/${name}.test.ts`;
    const text = tree.get(test);
    if (text === undefined) return [`${path}:1: has no test; write ${test}`];
    const contract = CONTRACTS[kind as keyof typeof CONTRACTS];
    const { imports, calls, refersTo } = readSource(test, text);
    const called = [...calls].some((name) => imports.get(name) === contract);
    return refersTo.has(path) && called ? [] : [`${test}:1: does not call ${contract} with ${path}`];
  });
}

export function limitsWithReasons(tree: Tree): Finding[] {
  const path = 'lambdas/core/limits.ts';
  const text = tree.get(path) ?? '';
  return readSource(path, text).constants.flatMap((name) => {
    const position = text.search(new RegExp(`^export const ${name}\\b`, 'm'));
    const where = `${path}:${lineAt(text, position)}: ${name}`;
    const reason = /\*\/\n$/.test(text.slice(0, position)) ? [] : [`${where} has no reason; put one in /** … */ on the line above`];
    return UNIT.test(name) ? reason : [...reason, `${where} has no unit in its name; use one of ${UNITS.join(', ')}`];
  });
}

function readAll(tree: Tree): Map<string, SourceFacts> {
  return new Map([...tree].filter(([path]) => isCode(path)).map(([path, text]) => [path, readSource(path, text)]));
}

function entryPointsOfPackage(text: string): Set<string> {
  const { imports = {} } = JSON.parse(text) as { imports?: Record<string, string> };
  return new Set(Object.values(imports).map((target) => target.replace(/^\.\//, '')));
}
