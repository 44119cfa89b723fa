/** Ingest: a webhook request is verified on its raw bytes, every event of it is stored once, and only then acknowledged. */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import pLimit from 'p-limit';
import { RetryableError } from '../core/errors.ts';
import {
  ANSWER_MARGIN_MILLIS,
  EVENTS_PER_REQUEST_MAX,
  INGEST_DEADLINE_MILLIS,
  INVOCATION_MARGIN_MILLIS,
  REQUEST_TIMEOUT_MILLIS,
  TRANSACTIONS_IN_FLIGHT_MAX,
} from '../core/limits.ts';
import type { Network, Secrets } from '../core/ports.ts';
import type { ActiveSecret, Provider, Reading, Verdict, VerifyOptions, WebhookRequest } from '../core/provider.ts';
import { answerRefusals } from './answer-refusals.ts';
import type { CommitPorts } from './commit.ts';
import { expectedEvent } from './expected-event.ts';
import type { CreateFetchReadings, FetchReadings } from './fetch-readings.ts';
import { flushTelemetry } from './flush-telemetry.ts';
import { createKeyCache, type KeyCache } from './key-cache.ts';
import { RefusedRequest } from './refused-request.ts';
import { createSecretCache, type SecretCache } from './secret-cache.ts';
import { type StoreSettings, storeEvent } from './store-event.ts';
import { webhookRequest } from './webhook-request.ts';

export type IngestSettings = StoreSettings & {
  readonly secretId: string;
  /** Overrides the provider's own tolerance. */
  readonly toleranceSeconds?: number | undefined;
  /** The URL as it was given to the provider, for one that signs it. */
  readonly url?: string | undefined;
  /** A stand-in for the provider's API on this machine. @default - its own origin */
  readonly apiOrigin?: string | undefined;
};

/** `network` and `createFetchReadings` are there for a provider whose keys or objects are fetched: the bundles of the others have nothing of it. */
export type IngestPorts = CommitPorts & {
  readonly secrets: Secrets;
  readonly network?: Network | undefined;
  readonly createFetchReadings?: CreateFetchReadings | undefined;
};

export type IngestHandler = MiddyfiedHandler<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>;

/**
 * The handler of one source's function. It answers 200 only when every event of the request is durable; 401 for what is not
 * authentic, 413 and 415 for what is not accepted, and 503 with Retry-After for everything else, so that the provider tries again.
 */
export function createIngest(settings: IngestSettings, ports: IngestPorts): IngestHandler {
  const secrets = createSecretCache(settings.secretId, ports);
  const { keys, fetchReadings } = fetchingOf(settings, ports, secrets);
  const { answer } = settings.provider;
  // Middy's own early timeout would answer while a transaction is under way; our deadline does not.
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>({ timeoutEarlyInMillis: 0 })
    .use(flushTelemetry(ports.telemetry))
    .use(answerRefusals(ports.telemetry, answer?.refusedStatus))
    .handler(async (event: APIGatewayProxyEventV2, context: Context) => {
      const deadlineMillis = deadlineOf(settings.provider, ports.clock.nowMillis(), context);
      const request = webhookRequest(event);
      const authentic = await authenticate(request, { settings, ports, secrets, keys });
      // A function that was built without what fetches fails here, and is not acknowledged.
      const readings =
        settings.provider.fetch === undefined
          ? readingsOf(request, settings.provider)
          : await (fetchReadings as FetchReadings)(request, { authentic, deadlineMillis });
      await storeAll(readings, { settings, ports, deadlineMillis });
      // The same answer for a first delivery and for a duplicate (DESIGN rule 4).
      return {
        statusCode: 200,
        headers: { 'content-type': answer?.contentType ?? 'application/json' },
        body: answer?.body ?? '{"received":true}',
      };
    });
}

function deadlineOf(provider: Provider, nowMillis: number, context: Context): number {
  const budgets = [
    INGEST_DEADLINE_MILLIS,
    provider.answerWithinSeconds * 1000 - ANSWER_MARGIN_MILLIS,
    context.getRemainingTimeInMillis() - INVOCATION_MARGIN_MILLIS,
  ];
  return nowMillis + Math.min(...budgets);
}

type Parts = {
  readonly settings: IngestSettings;
  readonly ports: IngestPorts;
  readonly secrets: SecretCache;
  readonly keys: KeyCache | undefined;
};

/** Both undefined where nothing is fetched. */
type Fetching = { readonly keys: KeyCache | undefined; readonly fetchReadings: FetchReadings | undefined };

function fetchingOf({ provider, apiOrigin }: IngestSettings, ports: IngestPorts, apiKeys: SecretCache): Fetching {
  const { name, keys, fetch } = provider;
  const { network } = ports;
  if ((keys ?? fetch) === undefined) return { keys: undefined, fetchReadings: undefined };
  if (network === undefined) throw new TypeError(`What ${name} names is fetched, and its function was built without a network.`);
  return {
    keys: keys && createKeyCache(keys, { ...ports, network }),
    fetchReadings: fetch && ports.createFetchReadings?.({ provider: name, fetch, origin: apiOrigin }, { ...ports, network, apiKeys }),
  };
}

/** False where the provider signs nothing and what is fetched has to prove everything. Throws what the sender is refused with. */
async function authenticate(request: WebhookRequest, { settings, ports, secrets, keys }: Parts): Promise<boolean> {
  const options = {
    nowSeconds: Math.floor(ports.clock.nowMillis() / 1000),
    toleranceSeconds: settings.toleranceSeconds ?? settings.provider.toleranceSeconds,
    url: settings.url,
  };
  const judge = async (active: readonly ActiveSecret[]): Promise<Verdict> => {
    const keyed: VerifyOptions = keys === undefined ? options : { ...options, keyOf: (reference) => keys(reference, active) };
    return settings.provider.verify(request, active, keyed);
  };
  let verdict = await judge(await secrets.active());
  if (!verdict.valid && SECRETS_MAY_BE_OLD.has(verdict.reason)) {
    const fresh = await secrets.refreshed();
    if (fresh !== undefined) verdict = await judge(fresh);
  }
  if (!verdict.valid && OURS_TO_MEND.has(verdict.reason)) throw unusableSecret(settings, ports);
  if (!verdict.valid && verdict.reason === 'unsigned' && settings.provider.fetch !== undefined) return false;
  if (!verdict.valid) throw new RefusedRequest(401, verdict.reason);
  ports.telemetry.count('SecretMatched', 1, { secretId: verdict.secretId });
  return true;
}

/** Refusals after which the secrets are read anew: somebody may have rotated them a moment ago. */
const SECRETS_MAY_BE_OLD: ReadonlySet<string> = new Set(['no-match', 'no-usable-secret']);

/** Refusals that say nothing of the sender: 401 would make the provider give the endpoint up. */
const OURS_TO_MEND: ReadonlySet<string> = new Set(['no-usable-secret', 'no-url']);

function unusableSecret(settings: IngestSettings, ports: IngestPorts): RetryableError {
  ports.telemetry.count('NoActiveSecret');
  return new RetryableError(
    'NO_USABLE_SECRET',
    `No active entry of the secret of source ${settings.source} has the form that ${settings.provider.name} uses; it was probably copied incompletely. Set it again.`,
  );
}

async function storeAll(
  read: readonly Reading[],
  { settings, ports, deadlineMillis }: Pick<Parts, 'settings' | 'ports'> & { readonly deadlineMillis: number },
): Promise<void> {
  const readings = read.map((reading) => expectedEvent(reading, settings));
  if (readings.length > EVENTS_PER_REQUEST_MAX) throw new RefusedRequest(413, 'TOO_MANY_EVENTS');
  const inFlight = pLimit(TRANSACTIONS_IN_FLIGHT_MAX);
  const store = async (reading: Reading) => {
    if (ports.clock.nowMillis() >= deadlineMillis - REQUEST_TIMEOUT_MILLIS) throw outOfTime(readings.length);
    return storeEvent(settings, ports, { reading, deadlineMillis });
  };
  // All are awaited, also where one fails: nothing may run on after the answer.
  const results = await Promise.allSettled(readings.map((reading) => inFlight(() => store(reading))));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** A request that is authentic and holds no event is odd as a whole: a 200 without anything stored would lose it. */
function readingsOf(request: WebhookRequest, provider: Provider): readonly Reading[] {
  const readings = provider.events(request);
  if (readings.length > 0) return readings;
  return [{ kind: 'odd', reason: 'no-events', bytes: request.body, contentType: 'application/octet-stream' }];
}

/** For an event whose turn comes when a try could no longer be answered in time. */
function outOfTime(events: number): RetryableError {
  return new RetryableError(
    'OUT_OF_TIME',
    `The deadline came before each of the ${events} events of a request was stored; the sender tries again, and what is stored already is a duplicate then.`,
  );
}
