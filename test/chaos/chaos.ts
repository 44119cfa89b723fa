/** One run: a stack on real engines under load and faults, then none of them, then the check. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { findJava } from '../../local/engines/find-java.ts';
import { localEnvironment } from '../../local/environment.ts';
import { seededFraction } from '../../local/seeded-fraction.ts';
import { type LocalStack, startLocal } from '../../local/start-local.ts';
import { synthesizeApart } from '../../local/synthesize-apart.ts';
import { type Connection, connect } from '../../ops/connection.ts';
import { type ChargedStripe, createChargedStripe } from './charged-stripe.ts';
import { checkHistory, readSender } from './check-history.ts';
import { checkPayments } from './check-payments.ts';
import { comeToRest, type Resting, triedOnce } from './come-to-rest.ts';
import { strike } from './disasters.ts';
import { readFinalPayments } from './final-payments.ts';
import { readFinalState } from './final-state.ts';
import { type History, type HistoryLine, type Meaning, openHistory, readHistory } from './history.ts';
import { hurryPayments } from './hurried-payments.ts';
import { load } from './load.ts';
import { openOperator } from './operator.ts';
import { createProvider } from './provider.ts';
import type { ProviderRecords } from './provider-records.ts';
import { type Reconciled, reconcileAll } from './reconcile-all.ts';
import { type RestartingEngine, startRestartingEngine } from './restarting-engine.ts';
import { createShop } from './shop.ts';
import { createTally, type Tally } from './tally.ts';
import { createWeather, type Weather } from './weather.ts';
import { createWireFaults, type WireFaults } from './wire-faults.ts';

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
  /** How many ended so, by their state. */
  readonly payments: { readonly [state: string]: number };
  /** Acknowledged events for each second of load. */
  readonly eventsPerSecond: number;
  readonly restSeconds: number;
  readonly violations: readonly string[];
};

/** Two sources of one provider: what is told of strangers' payments, and what the account tells that this stack charges through. */
const SECRETS = { stripe: 'whsec_of_the_chaos_run_0123456789', shop: 'whsec_of_the_charged_account_0123456789' };
const CONTEXT = {
  sources: { stripe: { provider: 'stripe' }, shop: { provider: 'stripe' } },
  payments: { stripe: { source: 'shop', mode: 'test' } },
};
/** The template's minutes would make the run wait; what happens after a lapse does not depend on its length. */
const VISIBILITY_SECONDS = 3;
const REST_MILLIS_MAX = 120_000;
/** How much longer than all else the provider's faults may last. */
const TRIED_MILLIS_MAX = 20_000;

/** Throws where the machine cannot run it; what is wrong with the product is in `violations`. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const java = await findJava(localEnvironment());
  if (java.kind !== 'found') throw new Error('DynamoDB Local needs Java 17 or newer, which is not on this machine.');
  const outdir = mkdtempSync(join(tmpdir(), 'oncehook-chaos-'));
  let engine: RestartingEngine | undefined;
  try {
    const synthesized = synthesizeApart(outdir, { context: CONTEXT });
    [engine] = await Promise.all([startRestartingEngine(java.command), synthesized]);
    return await runOn(engine, outdir, options);
  } finally {
    await engine?.stop();
    rmSync(outdir, { recursive: true, force: true });
  }
}

async function runOn(engine: RestartingEngine, outdir: string, options: ChaosOptions): Promise<ChaosResult> {
  const { seed, seconds } = options;
  const tally = createTally();
  const weather = createWeather(seededFraction(seed), systemClock.nowMillis);
  const faults = createWireFaults(weather, tally);
  const stripe = createChargedStripe({ secret: SECRETS.shop, source: 'shop', fraction: seededFraction(seed + 2), tally });
  const stack = await startLocal({
    engine: 'real',
    port: 0,
    outdir,
    dynamodbUrl: engine.url,
    prefix: 'chaos-',
    logDirectory: join(outdir, 'logs'),
    env: { ONCEHOOK_SECRET_STRIPE: SECRETS.stripe, ONCEHOOK_SECRET_SHOP: SECRETS.shop },
    intercept: faults.intercept,
    interceptWebhook: faults.interceptWebhook,
    providerUrls: stripe.start,
  });
  const history = openHistory(options.historyFile);
  try {
    options.say(`ready after ${stack.readySeconds.toFixed(1)} s; ${seconds} s of load and faults`);
    return await rage({ stack, engine, weather, faults, stripe, tally, history }, options);
  } finally {
    history.close();
    await stack.stop();
    await stripe.stop();
  }
}

type Parts = {
  readonly stack: LocalStack;
  readonly engine: RestartingEngine;
  readonly weather: Weather;
  readonly faults: WireFaults;
  readonly stripe: ChargedStripe;
  readonly tally: Tally;
  readonly history: History;
};

/** The load with all that goes wrong, then nothing does, then the check. */
async function rage(parts: Parts, { seed, seconds, historyFile, say }: ChaosOptions): Promise<ChaosResult> {
  const { stack, faults, stripe, tally, history } = parts;
  const startMillis = systemClock.nowMillis();
  const connection = await connect({ url: stack.url, directory: '.' });
  const operator = openOperator(stack, connection);
  const payments = hurryPayments(stack, connection);
  await operator.shortenVisibility(VISIBILITY_SECONDS);
  const nowSeconds = () => Math.floor(systemClock.nowMillis() / 1000);
  const sender = { url: stack.url, history, tally };
  const provider = createProvider({ ...sender, secret: SECRETS.stripe, fraction: seededFraction(seed + 1), nowSeconds });
  const shop = createShop({ ...sender, prefix: `order-${seed}`, fraction: seededFraction(seed + 3) });
  faults.begin(operator);
  stripe.begin();
  const over = new AbortController();
  const stories = load({ connection, provider, shop, stripe, payments }, over.signal);
  const striking = strike({ ...parts, operator }, seconds, over.signal);
  await systemClock.sleep(seconds * 1_000);
  over.abort();
  await striking;
  faults.end();
  const calmMillis = systemClock.nowMillis();
  say('faults off; waiting until everything is at rest');
  await stories;
  const resting = { connection, operator, stripe, payments, tally };
  await triedOnce(resting, calmMillis + TRIED_MILLIS_MAX);
  stripe.end();
  tally.count('charges carried out under faults', stripe.records().executions.length);
  const reconciled = await reconcileAtRest(resting, { startMillis, say });
  operator.close();
  payments.close();
  const restSeconds = (systemClock.nowMillis() - calmMillis) / 1_000;
  for (const line of toldBy(stripe.records())) history.add(line);
  const judged = await judge({ connection, historyFile, provider: stripe.records(), reconciled });
  return { ...judged, seed, seconds, counts: tally.all(), eventsPerSecond: judged.acked / seconds, restSeconds };
}

/** Twice: what was never told is brought in, and once that has taken effect there may be no difference. */
async function reconcileAtRest(
  resting: Resting,
  { startMillis, say }: { readonly startMillis: number; readonly say: (line: string) => void },
): Promise<Reconciled> {
  const { connection, tally } = resting;
  const deadlineMillis = systemClock.nowMillis() + REST_MILLIS_MAX;
  await comeToRest(resting, deadlineMillis);
  const first = await reconcileAll(connection, startMillis, say);
  tally.count('events brought in by reconciliation', first.differences.filter(({ injected }) => injected === true).length);
  await comeToRest(resting, deadlineMillis);
  return reconcileAll(connection, startMillis, say);
}

/** After a reconciliation each event of the provider must be there, so it counts as acknowledged, whether or not a webhook told of it. */
function toldBy({ events }: ProviderRecords): readonly HistoryLine[] {
  return events.flatMap(({ id, type, intent: { id: object, amount } }): HistoryLine[] => {
    const event = `shop#-#test#${id}`;
    const means: Meaning =
      type === 'payment_intent.succeeded' ? { kind: 'payment', object, customer: 'guest', amount } : { kind: 'ignored' };
    return [
      { what: 'invoke', attempt: 0, event, means },
      { what: 'ok', attempt: 0, event },
    ];
  });
}

type Evidence = {
  readonly connection: Connection;
  readonly historyFile: string;
  readonly provider: ProviderRecords;
  readonly reconciled: Reconciled;
};

async function judge({ connection, historyFile, provider, reconciled }: Evidence) {
  const history = readHistory(historyFile);
  const state = await readFinalState(connection);
  const payments = await readFinalPayments(connection, { provider, reconciled });
  const { attempted, acked } = readSender(history);
  const ended: Record<string, number> = {};
  for (const one of payments.payments) ended[one.state] = (ended[one.state] ?? 0) + 1;
  return {
    attempted: attempted.size,
    acked: acked.size,
    applied: state.markers.size,
    payments: ended,
    violations: [...checkHistory(history, state), ...checkPayments(history, payments)],
  };
}
