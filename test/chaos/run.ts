/**
 * `npm run chaos -- [--seconds N] [--seed S] [--json] [--history FILE]`: webhooks and payments on real engines under load and faults, then a
 * check of what senders and callers saw against what stands in the tables and at the provider. Exits with 1 on any violation. The seed decides
 * load and weather; the machine's timing decides what they meet, so a seed makes a run alike and not the same.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import { projectRoot } from '../../lib/project.ts';
import { print, printError } from '../../ops/terminal.ts';
import { type ChaosResult, runChaos } from './chaos.ts';

const SEEDS = 1_000_000_000;
const SHOWN_VIOLATIONS = 50;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
    history: { type: 'string', default: join(projectRoot, '.oncehook', 'chaos-history.jsonl') },
  },
});
const seed = values.seed === undefined ? Math.floor(systemRandom.fraction() * SEEDS) : wholeOf(values.seed, 'seed');
const seconds = wholeOf(values.seconds, 'seconds');
// What is for a machine to read stays alone on standard output.
const say = values.json ? printError : print;

say(`seed ${seed}`);
const result = await runChaos({ seed, seconds, historyFile: values.history, say });
if (values.json) print(JSON.stringify(result));
else for (const line of linesOf(result)) print(line);
process.exitCode = result.violations.length === 0 ? 0 : 1;

function linesOf(result: ChaosResult): string[] {
  const { counts, violations, attempted, acked, applied } = result;
  const width = Math.max(...Object.keys(counts).map((what) => what.length));
  return [
    ...Object.entries(counts).map(([what, count]) => `  ${what.padEnd(width)}  ${count}`),
    `${attempted} events attempted, ${acked} acknowledged, ${applied} applied; ${result.eventsPerSecond.toFixed(0)} events/s; at rest after ${result.restSeconds.toFixed(1)} s`,
    `payments: ${Object.entries(result.payments)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ')}`,
    ...violations.slice(0, SHOWN_VIOLATIONS).map((violation) => `violation: ${violation}`),
    ...(violations.length > 0 ? [`the history is ${values.history}; the seed ${result.seed}`] : []),
    `${applied} applied once, ${violations.length} violations`,
  ];
}

function wholeOf(text: string, name: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name} takes a whole number of at most nine digits; received ${JSON.stringify(text)}.`);
}
