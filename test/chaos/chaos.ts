/** One run: a stack on real engines under load and faults, then none of them, then the check. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { allSettled, readMarkers } from '../../local/demo-books.ts';
import { findJava } from '../../local/engines/find-java.ts';
import { localEnvironment } from '../../local/environment.ts';
import { seededFraction } from '../../local/seeded-fraction.ts';
import { type LocalStack, startLocal } from '../../local/start-local.ts';
import { synthesizeApart } from '../../local/synthesize-apart.ts';
import { type Connection, connect } from '../../ops/connection.ts';
import { readStatus } from '../../ops/stack-status.ts';
import { checkHistory, readSender } from './check-history.ts';
import { strike } from './disasters.ts';
import { readFinalState } from './final-state.ts';
import { openHistory, readHistory } from './history.ts';
import { type Operator, openOperator } from './operator.ts';
import { createProvider, type Provider } from './provider.ts';
import { type RestartingEngine, startRestartingEngine } from './restarting-engine.ts';
import { createTally, type Tally } from './tally.ts';
import { createWeather } from './weather.ts';
import { createWireFaults } from './wire-faults.ts';

export type ChaosOptions = {
  readonly seed: number;
  /** Of load and faults; starting and coming to rest take some more. */
  readonly seconds: number;
  /** Where the history is written. */
  readonly historyFile: string;
  readonly say: (line: string) => void;
};

export type ChaosResult = {
  readonly seed: number;
  readonly seconds: number;
  readonly counts: { readonly [what: string]: number };
  /** Events, not requests. */
  readonly attempted: number;
  readonly acked: number;
  readonly applied: number;
  /** Acknowledged events for each second of load. */
  readonly eventsPerSecond: number;
  readonly restSeconds: number;
  readonly violations: readonly string[];
};

const SECRET = 'whsec_of_the_chaos_run_0123456789';
/** The template's minutes would make the run wait; what happens after a lapse does not depend on its length. */
const VISIBILITY_SECONDS = 3;
const STORIES_IN_FLIGHT = 12;
const REST_MILLIS_MAX = 120_000;
const POLL_MILLIS = 250;

/** Throws where the machine cannot run it; what is wrong with the product is in `violations`. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const java = await findJava(localEnvironment());
  if (java.kind !== 'found') throw new Error('DynamoDB Local needs Java 17 or newer, which is not on this machine.');
  const outdir = mkdtempSync(join(tmpdir(), 'oncehook-chaos-'));
  let engine: RestartingEngine | undefined;
  try {
    const synthesized = synthesizeApart(outdir, { context: { sources: { stripe: { provider: 'stripe' } }, payments: {} } });
    [engine] = await Promise.all([startRestartingEngine(java.command), synthesized]);
    return await runOn(engine, outdir, options);
  } finally {
    await engine?.stop();
    rmSync(outdir, { recursive: true, force: true });
  }
}

async function runOn(engine: RestartingEngine, outdir: string, options: ChaosOptions): Promise<ChaosResult> {
  const { seed, seconds, historyFile } = options;
  const tally = createTally();
  const weather = createWeather(seededFraction(seed), systemClock.nowMillis);
  const faults = createWireFaults(weather, tally);
  const { intercept, interceptWebhook } = faults;
  const env = { ONCEHOOK_SECRET_STRIPE: SECRET };
  const place = { engine: 'real', port: 0, outdir, dynamodbUrl: engine.url, prefix: 'chaos-', logDirectory: join(outdir, 'logs') } as const;
  const stack = await startLocal({ ...place, env, intercept, interceptWebhook });
  const history = openHistory(historyFile);
  try {
    const connection = await connect({ url: stack.url, directory: '.' });
    const operator = openOperator(stack, connection);
    await operator.shortenVisibility(VISIBILITY_SECONDS);
    const provider = createProvider({
      url: stack.url,
      secret: SECRET,
      fraction: seededFraction(seed + 1),
      nowSeconds: () => Math.floor(systemClock.nowMillis() / 1000),
      history,
      tally,
    });
    options.say(`ready after ${stack.readySeconds.toFixed(1)} s; ${seconds} s of load and faults`);
    faults.begin(operator.send);
    const over = new AbortController();
    const stories = load(provider, over.signal);
    const striking = strike({ stack, engine, operator, faults, weather, tally }, seconds, over.signal);
    await systemClock.sleep(seconds * 1_000);
    over.abort();
    await striking;
    faults.end();
    const calmMillis = systemClock.nowMillis();
    options.say('faults off; waiting until everything is at rest');
    await stories;
    await comeToRest({ stack, connection, operator, tally });
    operator.close();
    const restSeconds = (systemClock.nowMillis() - calmMillis) / 1_000;
    const judged = await judge(connection, historyFile);
    return { ...judged, seed, seconds, counts: tally.all(), eventsPerSecond: judged.acked / seconds, restSeconds };
  } finally {
    history.close();
    await stack.stop();
  }
}

/** Keeps so many stories going; resolves when the last of them has come to its end. */
async function load(provider: Provider, signal: AbortSignal): Promise<void> {
  const teller = async () => {
    while (!signal.aborted) await provider.tell();
  };
  signal.addEventListener('abort', () => provider.insist());
  await Promise.all(Array.from({ length: STORIES_IN_FLIGHT }, teller));
}

type Rest = { readonly stack: LocalStack; readonly connection: Connection; readonly operator: Operator; readonly tally: Tally };

/** Until each event has its markers and the queues are empty, or nothing helps any more: then the check says what is missing. */
async function comeToRest({ connection, operator, tally }: Rest): Promise<void> {
  const deadlineMillis = systemClock.nowMillis() + REST_MILLIS_MAX;
  while (systemClock.nowMillis() < deadlineMillis) {
    const moved = await operator.redrive();
    if (moved > 0) tally.count('dead letters redriven', moved);
    const { consumers } = await readStatus(connection);
    const empty = Object.values(consumers).every(({ waiting, deadLetters }) => waiting === 0 && deadLetters === 0);
    if (empty && moved === 0 && (await allSettled(connection, await readMarkers(connection)))) return;
    await systemClock.sleep(POLL_MILLIS);
  }
}

async function judge(connection: Connection, historyFile: string) {
  const history = readHistory(historyFile);
  const state = await readFinalState(connection);
  const { attempted, acked } = readSender(history);
  return {
    attempted: attempted.size,
    acked: acked.size,
    applied: state.markers.size,
    violations: checkHistory(history, state),
  };
}
