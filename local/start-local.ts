/** Runs the synthesized stack on this machine (DESIGN §5): the same bundles, environment, batch sizes, filters, timeouts and redrive policies. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { projectRoot } from '../lib/project.ts';
import { announce } from './announcement.ts';
import type { Intercept } from './aws-front.ts';
import { createQueues, createTables, deleteTables } from './create-resources.ts';
import { type EngineSource, type Engines, startEngines } from './engines.ts';
import { type Environment, localEnvironment } from './environment.ts';
import type { Endpoints } from './function-environment.ts';
import { Functions } from './functions.ts';
import { type InterceptWebhook, startHttpFront } from './http-front.ts';
import { localApiKeys, localProviderUrls, type StandIns } from './local-payments.ts';
import { localSecrets } from './local-secrets.ts';
import { REGION } from './physical-names.ts';
import { chooseEngine, type EngineKind, probeMachine } from './prerequisites.ts';
import { type RecordedCall, RecordedCalls } from './recorded-calls.ts';
import { type StackPlan, stackPlan } from './stack-plan.ts';
import { synthesizeApart } from './synthesize-apart.ts';
import { Teardown } from './teardown.ts';
import { readTemplate } from './template.ts';

/** A stack whose tables and secrets are there, and whose functions have not started yet. */
export type BegunStack = {
  readonly apiUrl: string;
  readonly outputs: { readonly [name: string]: string };
  /** Throws for one that has no value. */
  secretText(secretId: string): string;
};

export type LocalOptions = {
  /** The port for webhooks on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** A cdk output directory. @default - the stack is synthesized into `.oncehook/cdk.out` */
  readonly outdir?: string;
  /** Comes before the names of tables and queues: letters, digits and hyphens. @default - `local-` */
  readonly prefix?: string;
  /** What stands in for DynamoDB and SQS. @default - the real engines where Java is found, elsewhere the embedded ones */
  readonly engine?: EngineKind | undefined;
  /** For the real engines: a DynamoDB Local that runs already; tables are deleted from it at the end. @default - one is started */
  readonly dynamodbUrl?: string;
  /**
   * Stand-ins of the providers that payments are charged through, or what starts them and is told where webhooks go.
   * @default - without an API key of one's own they are called nowhere
   */
  readonly providerUrls?: StandIns | ((stack: BegunStack) => Promise<StandIns>);
  /** Where `JAVA_HOME`, `ONCEHOOK_SECRET_<SOURCE>` and `ONCEHOOK_API_KEY_<PROVIDER>` come from. @default - the process's own */
  readonly env?: Environment;
  /** Where `.oncehook/local.json` is written, so that verbs find the stack. @default - nowhere */
  readonly announceIn?: string;
  /** @default - `.oncehook/logs` in the project */
  readonly logDirectory?: string;
  /** For tests: what happens to each call to an AWS service. */
  readonly intercept?: Intercept;
  /** For tests: what happens to each answer to a webhook. */
  readonly interceptWebhook?: InterceptWebhook;
};

export type LocalStack = {
  /** `http://127.0.0.1:port`: webhooks, and the stack's outputs. */
  readonly url: string;
  readonly outputs: { readonly [name: string]: string };
  /** The fronts; what an operator calls is recorded under `operator`. */
  readonly endpoints: Endpoints;
  readonly readySeconds: number;
  /** How much of it came after the template was there. */
  readonly afterSynthSeconds: number;
  readonly engine: EngineKind;
  /** A sentence for the person who started it, where it runs on other engines than they may expect. */
  readonly notice: string | undefined;
  readonly plan: StackPlan;
  /** Every call to a service so far, counted. */
  calls(): readonly RecordedCall[];
  readonly functions: Pick<Functions, 'find' | 'rewindStreams'>;
  readonly secrets: { put(secretId: string, text: string): void; setOutage(on: boolean): void };
  /** Leaves no process, no open port and no table in a shared engine. */
  stop(): Promise<void>;
};

/** Throws a `LocalError` whose message can be shown as it is. */
export async function startLocal(options: LocalOptions): Promise<LocalStack> {
  const startedAtMillis = systemClock.nowMillis();
  const teardown = new Teardown();
  try {
    const { synthesizedAtMillis, ...stack } = await start(options, teardown);
    const readyAtMillis = systemClock.nowMillis();
    return {
      ...stack,
      readySeconds: (readyAtMillis - startedAtMillis) / 1000,
      afterSynthSeconds: (readyAtMillis - synthesizedAtMillis) / 1000,
    };
  } catch (error) {
    await teardown.stop();
    throw error;
  }
}

type Started = Omit<LocalStack, 'readySeconds' | 'afterSynthSeconds'> & { readonly synthesizedAtMillis: number };

async function start(options: LocalOptions, teardown: Teardown): Promise<Started> {
  const environment = options.env ?? localEnvironment();
  const source = await engineSource(options, environment);
  const clock = systemClock;
  const calls = new RecordedCalls();
  // The port is taken first: where somebody else has it, nothing heavy has started yet.
  const front = teardown.add(await startHttpFront({ port: options.port, clock, intercept: options.interceptWebhook }));
  const { intercept, announceIn } = options;
  // The functions behind the webhooks, once the template is read.
  const urgent = new Set<string>();
  const isUrgent = (caller: string) => urgent.has(caller);
  const [engines, { outdir, synthesizedAtMillis }] = await Promise.all([
    startEngines({ dynamodbAndSqs: source, noteIn: announceIn, isUrgent, clock, calls, intercept, teardown }),
    outdirOf(options).then((outdir) => ({ outdir, synthesizedAtMillis: clock.nowMillis() })),
  ]);
  const { endpoints } = engines;
  const around = { prefix: options.prefix ?? 'local-', apiUrl: front.url, queueEndpoint: endpoints.sqs };
  const plan = stackPlan(readTemplate(outdir), around);
  for (const { functionId } of plan.routes) urgent.add(functionId);
  await createResources(plan, engines, environment);
  if (source.kind === 'running') teardown.add({ stop: () => deleteTables(source.dynamodbUrl, plan.tables) });
  const logDirectory = options.logDirectory ?? join(projectRoot, '.oncehook', 'logs');
  const providerUrls = localProviderUrls(plan.outputs, await standIns(options, begunStack(front.url, plan, engines)), environment);
  const functions = teardown.add(new Functions({ plan, endpoints, providerUrls, clock, logDirectory }));
  await functions.start();
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'local' };
  const engine = source.kind === 'embedded' ? 'embedded' : 'real';
  const description = { engine, region: REGION, outputs: plan.outputs, endpoints, credentials, providerUrls };
  front.serve({ routes: plan.routes, pools: functions.pools, description });
  if (announceIn !== undefined) teardown.add(announce(announceIn, front.url));
  // Stopped first as well: once the functions stop, no request must come in any more.
  teardown.add(front);
  return {
    synthesizedAtMillis,
    url: front.url,
    outputs: plan.outputs,
    endpoints,
    engine,
    notice: source.kind === 'embedded' ? source.notice : undefined,
    plan,
    functions,
    calls: () => calls.list(),
    secrets: { put: (id, text) => void engines.secrets.put(id, text), setOutage: engines.setSecretsOutage },
    stop: () => teardown.stop(),
  };
}

async function engineSource({ engine, dynamodbUrl }: LocalOptions, environment: Environment): Promise<EngineSource & { notice?: string }> {
  if (dynamodbUrl !== undefined) return { kind: 'running', dynamodbUrl };
  return chooseEngine(await probeMachine(environment), engine);
}

async function standIns({ providerUrls = {} }: LocalOptions, stack: BegunStack): Promise<StandIns> {
  return typeof providerUrls === 'function' ? await providerUrls(stack) : providerUrls;
}

function begunStack(apiUrl: string, { outputs }: StackPlan, { secrets }: Engines): BegunStack {
  return {
    apiUrl,
    outputs,
    secretText: (id) => (secrets.perform('GetSecretValue', { SecretId: id }) as { SecretString: string }).SecretString,
  };
}

async function outdirOf({ outdir }: LocalOptions): Promise<string> {
  if (outdir !== undefined) return asCommonJs(outdir);
  const own = join(projectRoot, '.oncehook', 'cdk.out');
  rmSync(own, { recursive: true, force: true });
  await synthesizeApart(own);
  return asCommonJs(own);
}

/** The bundles are CommonJS; below a package of type module Node would take them for ES modules, which Lambda never does. */
function asCommonJs(outdir: string): string {
  const file = join(outdir, 'package.json');
  if (!existsSync(file)) writeFileSync(file, '{"type":"commonjs"}\n');
  return outdir;
}

async function createResources(plan: StackPlan, { behind, secrets }: Engines, environment: Environment): Promise<void> {
  await Promise.all([createTables(behind.dynamodb, plan.tables), createQueues(behind.sqs, plan.queues)]);
  for (const secret of plan.secrets) {
    secrets.create(secret);
    if (secret.text !== undefined) secrets.put(secret.arn, secret.text);
  }
  const local = await Promise.all([localSecrets(plan.outputs, environment), localApiKeys(plan.outputs, environment)]);
  for (const { secretId, text } of local.flat()) secrets.put(secretId, text);
}
