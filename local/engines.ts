/** The engines of one local stack and the fronts before them. */
import { systemRandom } from '../lambdas/aws/system-random.ts';
import type { Clock } from '../lambdas/core/ports.ts';
import type { Service } from './aws-call.ts';
import { type Intercept, startAwsFront } from './aws-front.ts';
import { createDynamoDbEngine } from './engines/dynamodb/dynamodb-engine.ts';
import { startDynamoDbLocal } from './engines/dynamodb-local.ts';
import { startEmbeddedServer } from './engines/embedded-server.ts';
import { startQueueEngine } from './engines/fauxqs.ts';
import { endLeftoverEngine, noteEngine } from './engines/leftover-engine.ts';
import { startMetricsEngine } from './engines/metrics-engine.ts';
import type { SecretStore } from './engines/secret-store.ts';
import { startSecretsEngine } from './engines/secrets-engine.ts';
import { createSqsEngine } from './engines/sqs/sqs-engine.ts';
import { FairTurns } from './fair-turns.ts';
import type { Endpoints } from './function-environment.ts';
import { ACCOUNT, REGION } from './physical-names.ts';
import type { RecordedCalls } from './recorded-calls.ts';
import type { Teardown } from './teardown.ts';

export type EnginesOptions = {
  readonly dynamodbAndSqs: EngineSource;
  /** Where an engine that is a process of its own is noted, so that the next start can end it should this one be killed. @default - nowhere */
  readonly noteIn?: string | undefined;
  /** Whether somebody waits for what this caller asks of DynamoDB. */
  readonly isUrgent: (caller: string) => boolean;
  readonly clock: Clock;
  readonly calls: RecordedCalls;
  readonly intercept?: Intercept | undefined;
  readonly teardown: Teardown;
};

export type EngineSource =
  /** Ours, in this process. */
  | { readonly kind: 'embedded' }
  /** fauxqs, and a DynamoDB Local that is started with this `java`. */
  | { readonly kind: 'real'; readonly java: string }
  /** fauxqs, and a DynamoDB Local that runs already. */
  | { readonly kind: 'running'; readonly dynamodbUrl: string };

export type Engines = {
  /** Where functions and operators reach the services: the fronts. */
  readonly endpoints: Endpoints;
  /** The engines themselves, past the fronts. */
  readonly behind: { readonly dynamodb: string; readonly sqs: string };
  readonly secrets: SecretStore;
  setSecretsOutage(on: boolean): void;
};

/** Two keep the one writer of DynamoDB Local busy (400 transactions a second with two or with six); the third is on its way meanwhile. */
const DYNAMODB_REQUESTS_MAX = 3;
/** How long a transaction of the embedded DynamoDB holds its items, so that two that meet on one item do conflict, as on AWS. */
const TRANSACTION_MILLIS = 1;

/** After so many records the one shard of a stream is closed and another follows it, which takes hours on AWS and happens there all the same. */
const SHARD_RECORDS_MAX = 200;

/** Everything started is given to the teardown at once, so that a failure of one leaves nothing of the others. */
export async function startEngines(options: EnginesOptions): Promise<Engines> {
  const { dynamodbAndSqs, clock, calls, intercept, teardown } = options;
  const [{ dynamodb, sqs, oldestSeconds }, secrets] = await Promise.all([
    dynamodbAndSqs.kind === 'embedded' ? embeddedEngines(options) : realEngines(options, dynamodbAndSqs),
    startSecretsEngine(clock.nowMillis).then((engine) => teardown.add(engine)),
  ]);
  const metrics = teardown.add(await startMetricsEngine({ nowMillis: clock.nowMillis, oldestSeconds }));
  const front = async (service: Service, engineUrl: string, turns?: FairTurns) =>
    teardown.add(await startAwsFront({ service, engineUrl, calls, intercept, turns })).url;
  // The embedded engine is not slower the more it is asked at the same time.
  const turns = dynamodbAndSqs.kind === 'embedded' ? undefined : new FairTurns(DYNAMODB_REQUESTS_MAX, options.isUrgent);
  return {
    endpoints: {
      dynamodb: await front('dynamodb', dynamodb, turns),
      sqs: await front('sqs', sqs),
      secretsmanager: await front('secretsmanager', secrets.url),
      cloudwatch: await front('cloudwatch', metrics.url),
    },
    behind: { dynamodb, sqs },
    secrets: secrets.store,
    setSecretsOutage: secrets.setOutage,
  };
}

type Started = {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly oldestSeconds: (queueName: string) => number | undefined | Promise<number | undefined>;
};

async function embeddedEngines({ clock, teardown }: EnginesOptions): Promise<Started> {
  const ports = { clock, random: systemRandom };
  const home = { accountId: ACCOUNT, region: REGION };
  const dynamodb = createDynamoDbEngine({
    ...ports,
    ...home,
    transactionMillis: () => TRANSACTION_MILLIS,
    shards: 1,
    shardRecordsMax: SHARD_RECORDS_MAX,
  });
  const sqs = createSqsEngine({ ...ports, ...home });
  const { url } = teardown.add(await startEmbeddedServer({ dynamodb, sqs, ...ports }));
  return { dynamodb: url, sqs: url, oldestSeconds: sqs.oldestSeconds };
}

async function realEngines(
  { noteIn, clock, teardown }: EnginesOptions,
  source: Exclude<EngineSource, { kind: 'embedded' }>,
): Promise<Started> {
  const [dynamodb, queues] = await Promise.all([
    source.kind === 'running' ? source.dynamodbUrl : startedDynamoDb(source.java, { noteIn, clock, teardown }),
    startQueueEngine().then((engine) => teardown.add(engine)),
  ]);
  return { dynamodb, sqs: queues.url, oldestSeconds: (queueName) => queues.oldestSeconds(queueName, clock.nowMillis()) };
}

async function startedDynamoDb(
  java: string,
  { noteIn, clock, teardown }: Pick<EnginesOptions, 'noteIn' | 'clock' | 'teardown'>,
): Promise<string> {
  if (noteIn !== undefined) endLeftoverEngine(noteIn);
  const engine = teardown.add(await startDynamoDbLocal(java, clock));
  if (noteIn !== undefined) teardown.add(noteEngine(noteIn, engine.pid));
  return engine.url;
}
