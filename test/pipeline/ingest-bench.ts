/** An ingest function over stubbed AWS clients, a virtual clock and signed requests. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { createDynamoStore } from '../../lambdas/aws/dynamo-store.ts';
import { createSecretsManager } from '../../lambdas/aws/secrets-manager.ts';
import type { Item, Network, Telemetry } from '../../lambdas/core/ports.ts';
import type { Provider } from '../../lambdas/core/provider.ts';
import type { Route } from '../../lambdas/core/routes.ts';
import type { Expectation } from '../../lambdas/pipeline/expected-event.ts';
import { createFetchReadings } from '../../lambdas/pipeline/fetch-readings.ts';
import { createIngest } from '../../lambdas/pipeline/ingest.ts';
import stripe from '../../lambdas/providers/stripe.ts';
import { countedRandom } from './counted-random.ts';
import { httpEvent } from './http-event.ts';
import { lambdaContext } from './lambda-context.ts';
import { type RecordedTelemetry, recordedTelemetry } from './recorded-telemetry.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

/** What DynamoDB does with the try of this number (from 0): resolves for a commit, throws for anything else. */
export type Transact = (tries: number, input: TransactWriteCommandInput) => unknown;

export type IngestOptions = {
  readonly provider?: Provider;
  readonly routes?: readonly Route[];
  readonly transact?: Transact;
  /** The text of the secret at each read, or what the read throws. */
  readonly secret?: (reads: number) => string | Error;
  readonly fraction?: number;
  readonly remainingMillis?: number;
  readonly telemetry?: Telemetry;
  readonly clock?: VirtualClock;
  /** The URL as it was given to the provider. */
  readonly url?: string | undefined;
  /** Where the provider's keys and objects are fetched from. */
  readonly network?: Network | undefined;
  /** A stand-in for the provider's API. */
  readonly apiOrigin?: string | undefined;
  readonly expected?: Expectation;
};

export type IngestBench = {
  readonly clock: VirtualClock;
  readonly counted: RecordedTelemetry;
  /** Every transaction that was sent, in order. */
  readonly transactions: readonly TransactWriteCommandInput[];
  /** When each was sent, in milliseconds since the bench was made. */
  readonly sentAtMillis: readonly number[];
  secretReads(): number;
  /** A request signed with this secret. */
  deliver(body: string | Uint8Array, secret?: string): Promise<APIGatewayProxyStructuredResultV2>;
  /** Any request at all. */
  post(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2>;
  /** The request that `deliver` posts. */
  signed(body: string | Uint8Array, secret?: string): APIGatewayProxyEventV2;
};

export const SECRET = 'whsec_0123456789abcdef0123456789abcdef';

export function createIngestBench(options: IngestOptions = {}): IngestBench {
  const { provider = stripe, clock = createVirtualClock() } = options;
  const startMillis = clock.nowMillis();
  const counted = recordedTelemetry();
  const transactions: TransactWriteCommandInput[] = [];
  const sentAtMillis: number[] = [];
  mockClient(DynamoDBDocumentClient)
    .on(TransactWriteCommand)
    .callsFake(async (input: TransactWriteCommandInput) => {
      transactions.push(input);
      sentAtMillis.push(clock.nowMillis() - startMillis);
      await options.transact?.(transactions.length - 1, input);
      return {};
    });
  const secrets = stubSecrets(options.secret ?? (() => secretText({ id: 'main', secret: SECRET })));
  const handler = createIngest(
    {
      source: provider.name,
      provider,
      routes: options.routes ?? [{ address: 'ledger@1', subscribes: { stripe: ['payment_intent.succeeded'] } }],
      tables: { events: 'events-table', outbox: 'outbox-table' },
      secretId: 'arn:secret',
      url: options.url,
      apiOrigin: options.apiOrigin,
      ...options.expected,
    },
    {
      store: createDynamoStore(new DynamoDBClient({ region: 'us-east-1' })),
      secrets: createSecretsManager(new SecretsManagerClient({ region: 'us-east-1' })),
      clock,
      random: countedRandom(options.fraction),
      telemetry: options.telemetry ?? counted,
      network: options.network,
      createFetchReadings,
    },
  );
  const signed = (body: string | Uint8Array, secret = SECRET) => {
    const bytes = Buffer.from(body as string);
    return httpEvent(
      bytes,
      provider.sign?.({ body: bytes, secret, nowSeconds: Math.floor(clock.nowMillis() / 1000), id: 'msg_1' }).headers ?? {},
    );
  };
  const post = async (event: APIGatewayProxyEventV2) => {
    const endMillis = clock.nowMillis() + (options.remainingMillis ?? 10_000);
    return handler(
      event,
      lambdaContext(() => endMillis - clock.nowMillis()),
    );
  };
  return {
    clock,
    counted,
    transactions,
    sentAtMillis,
    secretReads: secrets,
    deliver: (body, secret) => post(signed(body, secret)),
    post,
    signed,
  };
}

/** The text of a source's secret. */
export function secretText(...active: readonly { readonly id: string; readonly secret: string; readonly notAfter?: string }[]): string {
  return JSON.stringify({ active });
}

/** The two items of a transaction: who the event is, and what it says. */
export function itemsOf(input: TransactWriteCommandInput | undefined): readonly [Item, Item] {
  const [event, outbox] = (input?.TransactItems ?? []).map(({ Put: put }) => put?.Item as Item);
  if (event === undefined || outbox === undefined) throw new TypeError('The transaction does not have two puts.');
  return [event, outbox];
}

function stubSecrets(text: (reads: number) => string | Error): () => number {
  let reads = 0;
  mockClient(SecretsManagerClient)
    .on(GetSecretValueCommand)
    .callsFake(async () => {
      const current = text(reads);
      reads += 1;
      if (current instanceof Error) throw current;
      return { SecretString: current };
    });
  return () => reads;
}
