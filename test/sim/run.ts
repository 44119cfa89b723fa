/**
 * `npm run sim -- --seeds N [--seed S] [--json] [--sdk-share 0.06] [--level ports|sdk|payments] [--workers 2]`: plays seeds in several processes.
 * The first seed is printed first and decides everything. Ends with 1 on any violation, and from 500 seeds on also where a fault class
 * or an error branch never came up.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { PAYMENT_AT_REST } from './payments/payment-branches.ts';
import { replay } from './replay.ts';
import { addTotals, noTotals, type RunOptions, type RunTotals, runSeeds } from './run-seeds.ts';
import { neverHappened } from './sometimes.ts';

type Job = Pick<RunOptions, 'from' | 'count' | 'level'>;

const CHUNK_SEEDS = 20;
const FAILURES_SHOWN_MAX = 5;

// Nobody reads the stack of an injected error, and making it is dear. A replay has them.
if (process.send === undefined) await main();
else {
  Error.stackTraceLimit = 0;
  process.on('message', (job: Job) => {
    runSeeds(job).then((totals) => process.send?.(totals), crash);
  });
}

function crash(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(2);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '500' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
      'sdk-share': { type: 'string', default: '0.06' },
      level: { type: 'string' },
      workers: { type: 'string', default: '2' },
    },
  });
  const count = wholeNumber('--seeds', values.seeds);
  const from = values.seed === undefined ? randomInt(2 ** 40) : wholeNumber('--seed', values.seed);
  const level = levelOption(values.level, values['sdk-share']);
  if (!values.json) say(`first seed ${from}, ${count} seeds`);
  const started = performance.now();
  const totals = await playAll({ from, count, level }, Math.min(wholeNumber('--workers', values.workers), Math.ceil(count / CHUNK_SEEDS)));
  const seconds = (performance.now() - started) / 1000;
  // Where one level was asked for, the other is not missed.
  const never = neverHappened(totals, level === 'payments' ? 'payments' : 'webhooks').filter(
    (name) => typeof level !== 'string' || !name.startsWith('level '),
  );
  process.exitCode = totals.failed > 0 || never.length > 0 ? 1 : 0;
  if (values.json) say(JSON.stringify({ from, seconds, never, ...totals }));
  else await report(totals, { seconds, never });
}

/** Chunks go to whoever is free; how they are spread changes nothing in what happens in them. */
async function playAll({ from, count, level }: Job, workers: number): Promise<RunTotals> {
  const totals = noTotals();
  const waiting: Job[] = [];
  for (let start = from; start < from + count; start += CHUNK_SEEDS)
    waiting.push({ from: start, count: Math.min(CHUNK_SEEDS, from + count - start), level });
  const children = Array.from({ length: workers }, () => fork(import.meta.filename));
  try {
    await Promise.all(children.map((child) => work(child, waiting, totals)));
  } finally {
    for (const child of children) child.kill();
  }
  totals.failures.sort((left, right) => left.seed - right.seed);
  return totals;
}

async function work(child: ChildProcess, waiting: Job[], totals: RunTotals): Promise<void> {
  for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
    const answer = new Promise<RunTotals>((resolve, reject) => {
      child.removeAllListeners('exit');
      child.once('message', (message) => resolve(message as RunTotals));
      child.once('exit', (code) => reject(new Error(`A worker ended with ${code} within the seeds from ${job?.from} on.`)));
    });
    child.send(job);
    addTotals(totals, await answer);
  }
  child.removeAllListeners('exit');
}

async function report(
  totals: RunTotals,
  { seconds, never }: { readonly seconds: number; readonly never: readonly string[] },
): Promise<void> {
  for (const failure of totals.failures.slice(0, FAILURES_SHOWN_MAX)) say(`\n${await replay(failure)}`);
  const rows = Object.entries(totals.faultsByClass).sort(([, left], [, right]) => right - left);
  say(`\n${rows.map(([name, times]) => `${String(times).padStart(9)}  ${name}`).join('\n')}`);
  if (never.length > 0) say(`\nnever: ${never.join(', ')}`);
  const rate = (value: number) => (value / seconds).toFixed(value / seconds < 100 ? 1 : 0);
  const payments = totals.happened[PAYMENT_AT_REST];
  if (payments !== undefined) say(`\n${payments} payments came to their end`);
  say(
    `\n${totals.seeds} seeds in ${seconds.toFixed(1)} s (${rate(totals.seeds)} a second), ${totals.faults} faults (${rate(totals.faults)} a second), ` +
      `${(totals.seeds / totals.cpuSeconds).toFixed(1)} seeds for each second of a processor, ${totals.failed} seeds with violations`,
  );
}

function levelOption(level: string | undefined, share: string): RunOptions['level'] {
  if (level === undefined) return { sdkShare: Number(share) };
  if (level === 'ports' || level === 'sdk' || level === 'payments') return level;
  throw new TypeError(`--level is ports, sdk or payments; received ${JSON.stringify(level)}.`);
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new TypeError(`${name} is a whole number; received ${JSON.stringify(text)}.`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
