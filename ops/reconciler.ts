/** Reconciliation from an operator's machine: the same run as the function's, with the operator's own access. */
import { openHttpsNetwork } from '../lambdas/aws/https-network.ts';
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { systemRandom } from '../lambdas/aws/system-random.ts';
import type { Telemetry } from '../lambdas/core/ports.ts';
import type { ReconcileRequest, ReconcileResult } from '../lambdas/core/reconciliation.ts';
import { createProviderCalls } from '../lambdas/pipeline/provider-calls.ts';
import { createReconcile } from '../lambdas/pipeline/reconcile.ts';
import type { ReconcilePorts, ReconcileSettings } from '../lambdas/pipeline/reconciliation-run.ts';
import { createSecretCache } from '../lambdas/pipeline/secret-cache.ts';
import type { Connection } from './connection.ts';
import { interruptibleClock } from './interruptible-clock.ts';
import { dictionaryWrittenOf, providerApiOf, providerOf } from './load-provider.ts';
import { OperatorError } from './operator-error.ts';
import { findSource } from './send-event.ts';
import type { PaymentsDescription, PaymentsOutput } from './stack-description.ts';
import { stackRoutes } from './stack-routes.ts';

/** What is heard of it while it runs. */
export type ReconcileListener = (line: string) => void;

export type Reconciling = {
  readonly request: ReconcileRequest;
  readonly hear: ReconcileListener;
  /** Ends the run where it would wait before it tries something again. */
  readonly signal?: AbortSignal | undefined;
};

/** As long as Lambda lets the function run; what is left then is for the next run. */
const RUN_MILLIS = 900_000;

export async function reconcile(
  connection: Connection,
  { payments, output }: { readonly payments: PaymentsDescription; readonly output: PaymentsOutput },
  { request, hear, signal }: Reconciling,
): Promise<readonly ReconcileResult[]> {
  const settings = await settingsOf(connection, payments, output);
  const run = createReconcile(settings, await portsOf(connection, settings, { output, hear, signal }));
  const endMillis = systemClock.nowMillis() + RUN_MILLIS;
  // Of an invocation the run asks nothing but how long it may go on.
  const context = { getRemainingTimeInMillis: () => endMillis - systemClock.nowMillis() } as Parameters<typeof run>[1];
  try {
    return await run(request, context);
  } catch (cause) {
    throw new OperatorError(
      'NOT_RECONCILED',
      `${cause instanceof Error ? cause.message : String(cause)} Check that these credentials may do what docs/cli.md lists under \`oncehook reconcile\`, and run it again: nothing is brought in twice.`,
      { cause },
    );
  }
}

async function settingsOf(connection: Connection, payments: PaymentsDescription, output: PaymentsOutput): Promise<ReconcileSettings> {
  const source = findSource(connection.sources, output.source);
  const { routes, booksOf } = await stackRoutes(connection);
  const { events, outbox, inbox } = connection.tables;
  return {
    source: source.source,
    provider: (await providerOf(source)).default,
    api: await providerApiOf(output),
    routes,
    books: booksOf(output.provider),
    listedMode: output.mode,
    mode: source.mode,
    account: source.account,
    dictionary: await dictionaryWrittenOf(source.provider),
    tables: {
      ...payments.tables,
      events,
      outbox,
      inbox,
      // A table has one owner, so that its declared name is enough.
      books: Object.assign({}, ...connection.consumers.map(({ tables }) => tables)),
    },
  };
}

type Hearing = Pick<Reconciling, 'hear' | 'signal'> & { readonly output: PaymentsOutput };

async function portsOf(connection: Connection, { api }: ReconcileSettings, { output, hear, signal }: Hearing): Promise<ReconcilePorts> {
  const telemetry = spoken(hear);
  const edges = { clock: interruptibleClock(signal), random: systemRandom, telemetry };
  const store = await connection.store();
  const apiKeys = createSecretCache(output.secretId, { ...edges, secrets: await connection.secrets() });
  const origin = connection.providerUrls[output.secretId];
  const calls = createProviderCalls(api, { network: openHttpsNetwork(), apiKeys, telemetry }, { origin, mode: output.mode });
  return { ...edges, store, partitions: store, indexes: await connection.indexes(), calls };
}

/** Alarms hear of the function's runs alone; what keeps this one waiting is told to the person, once for each reason. */
function spoken(hear: ReconcileListener): Telemetry {
  const told = new Set<string>();
  return {
    count: () => undefined,
    log: (_level, message, { code } = {}) => {
      const line = `${message}: ${code}`;
      if (code === undefined || told.has(line)) return;
      told.add(line);
      hear(line);
    },
    flush: () => undefined,
  };
}
