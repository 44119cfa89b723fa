/** The engines of one local stack and the fronts before them. */
import type { Clock } from '../lambdas/core/ports.ts';
import type { Service } from './aws-call.ts';
import { type Intercept, startAwsFront } from './aws-front.ts';
import { startDynamoDbLocal } from './engines/dynamodb-local.ts';
import { startQueueEngine } from './engines/fauxqs.ts';
import { endLeftoverEngine, noteEngine } from './engines/leftover-engine.ts';
import type { SecretStore } from './engines/secret-store.ts';
import { startSecretsEngine } from './engines/secrets-engine.ts';
import { FairTurns } from './fair-turns.ts';
import type { Endpoints } from './function-environment.ts';
import type { RecordedCalls } from './recorded-calls.ts';
import type { Teardown } from './teardown.ts';

export type EnginesOptions = {
  /** An engine that runs already; otherwise one is started with `java`. */
  readonly dynamodbUrl?: string | undefined;
  readonly java: string;
  /** Where the engine that is started is noted, so that the next start can end it should this process be killed. @default - nowhere */
  readonly noteIn?: string | undefined;
  /** Whether somebody waits for what this caller asks of DynamoDB. */
  readonly isUrgent: (caller: string) => boolean;
  readonly clock: Clock;
  readonly calls: RecordedCalls;
  readonly intercept?: Intercept | undefined;
  readonly teardown: Teardown;
};

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

/** Everything started is given to the teardown at once, so that a failure of one leaves nothing of the others. */
export async function startEngines(options: EnginesOptions): Promise<Engines> {
  const { clock, calls, intercept, teardown } = options;
  const [dynamodbUrl, queues, secrets] = await Promise.all([
    dynamodbEngine(options),
    startQueueEngine().then((engine) => teardown.add(engine)),
    startSecretsEngine(clock.nowMillis).then((engine) => teardown.add(engine)),
  ]);
  const front = async (service: Service, engineUrl: string, turns?: FairTurns) =>
    teardown.add(await startAwsFront({ service, engineUrl, calls, intercept, turns })).url;
  return {
    endpoints: {
      dynamodb: await front('dynamodb', dynamodbUrl, new FairTurns(DYNAMODB_REQUESTS_MAX, options.isUrgent)),
      sqs: await front('sqs', queues.url),
      secretsmanager: await front('secretsmanager', secrets.url),
    },
    behind: { dynamodb: dynamodbUrl, sqs: queues.url },
    secrets: secrets.store,
    setSecretsOutage: secrets.setOutage,
  };
}

async function dynamodbEngine({ dynamodbUrl, java, noteIn, clock, teardown }: EnginesOptions): Promise<string> {
  if (dynamodbUrl !== undefined) return dynamodbUrl;
  if (noteIn !== undefined) endLeftoverEngine(noteIn);
  const engine = teardown.add(await startDynamoDbLocal(java, clock));
  if (noteIn !== undefined) teardown.add(noteEngine(noteIn, engine.pid));
  return engine.url;
}
