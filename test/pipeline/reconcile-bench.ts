/** A stack on the embedded engines beside a modelled Stripe, on one virtual clock: charges, webhooks that come or do not, and reconciliation. */
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse } from 'aws-lambda';
import { createDynamoIndexes } from '../../lambdas/aws/dynamo-indexes.ts';
import { createDynamoPartitions } from '../../lambdas/aws/dynamo-partitions.ts';
import { createDynamoStore } from '../../lambdas/aws/dynamo-store.ts';
import ledger from '../../lambdas/consumers/ledger.ts';
import { noDictionaries } from '../../lambdas/core/dictionary.ts';
import { messageText } from '../../lambdas/core/message.ts';
import { readOutboxItem } from '../../lambdas/core/outbox.ts';
import { DUE_INDEX, MADE_INDEX } from '../../lambdas/core/payment.ts';
import type { HttpAnswer, HttpRequest, Item } from '../../lambdas/core/ports.ts';
import { type Difference, type ReconcileRequest, type ReconcileResult, readDifference } from '../../lambdas/core/reconciliation.ts';
import { createCharge } from '../../lambdas/pipeline/charge.ts';
import { createConsume } from '../../lambdas/pipeline/consume.ts';
import { createIngest } from '../../lambdas/pipeline/ingest.ts';
import { createPay } from '../../lambdas/pipeline/pay.ts';
import { createProviderCalls } from '../../lambdas/pipeline/provider-calls.ts';
import { createReconcile } from '../../lambdas/pipeline/reconcile.ts';
import { createSecretCache } from '../../lambdas/pipeline/secret-cache.ts';
import stripeApi from '../../lambdas/provider-apis/stripe.ts';
import stripe from '../../lambdas/providers/stripe.ts';
import { createStripeModel, type StripeModel } from '../../local/provider-server/stripe-model.ts';
import { allRows } from './all-rows.ts';
import { countedRandom } from './counted-random.ts';
import { drawnFractions } from './drawn-fractions.ts';
import { createEngineServices, type EngineServices } from './engine-services.ts';
import { httpEvent } from './http-event.ts';
import { createKeyedTable } from './keyed-table.ts';
import { lambdaContext } from './lambda-context.ts';
import { askEvent, BODY } from './payments-bench.ts';
import { type RecordedTelemetry, recordedTelemetry } from './recorded-telemetry.ts';
import { sqsEvent } from './sqs-event.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export type ReconcileBench = {
  readonly clock: VirtualClock;
  readonly services: EngineServices;
  readonly counted: RecordedTelemetry;
  readonly model: StripeModel;
  /** Asked before each call to the provider; an answer stands for the model's own. */
  intercept(instead: (request: HttpRequest) => HttpAnswer | Error | undefined): void;
  /** Payments asked for through our own API and charged; answers their ids. */
  pay(count: number): Promise<readonly string[]>;
  /** The first so many of those payments asked for again, each under its key. */
  askAgain(count: number): Promise<void>;
  /** Hands every request for a charge that is in the outbox to the charge function. */
  charge(): Promise<SQSBatchResponse>;
  /** Charges that somebody else made at the provider. */
  sell(count: number, amount?: number): readonly string[];
  refund(intentId: string, amount: number): void;
  /** Some hours of trade of which everything was told and applied. */
  trade(): Promise<{ readonly payments: readonly string[]; readonly sold: readonly string[] }>;
  /** Hands every webhook that is due to the ingest function, those that this says are lost left out. */
  deliver(isLost?: (eventId: string, index: number) => boolean): Promise<readonly number[]>;
  /** Hands everything in the outbox to the ledger. */
  apply(): Promise<void>;
  reconcile(request?: ReconcileRequest, remainingMillis?: number): Promise<readonly ReconcileResult[]>;
  /** What the newest run wrote down. */
  differences(): Promise<readonly Difference[]>;
  rows(table: string): Promise<readonly Item[]>;
  remove(table: string, item: Item): Promise<void>;
  put(table: string, item: Item): Promise<void>;
  change(table: string, item: Item, attribute: string, value: unknown): Promise<void>;
};

const WEBHOOK_SECRET = 'whsec_0123456789abcdef0123456789abcdef';
const API_KEY = `sk_test_${'5'.repeat(24)}`;
const ROUTES = [{ address: 'ledger@1', subscribes: ledger.subscribes }];
const SORTED = { Events: false, Inbox: false, Outbox: true, Payments: false, Ledger: true, Reconciliation: true };
const HEADERS = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/x-www-form-urlencoded' };

export async function createReconcileBench(): Promise<ReconcileBench> {
  const clock = createVirtualClock();
  const services = createEngineServices({ clock });
  const documents = DynamoDBDocumentClient.from(services.dynamodb);
  for (const [name, sorted] of Object.entries(SORTED))
    await createKeyedTable(services.dynamodb, name, { sorted, ...(name === 'Payments' ? { indexes: [DUE_INDEX, MADE_INDEX] } : {}) });
  const counted = recordedTelemetry();
  const random = countedRandom();
  const model = createStripeModel({ clock, random: drawnFractions(), webhooks: { secret: WEBHOOK_SECRET } });
  let instead: (request: HttpRequest) => HttpAnswer | Error | undefined = () => undefined;
  const network = {
    send: async (request: HttpRequest): Promise<HttpAnswer> => {
      const given = instead(request);
      if (given instanceof Error) throw given;
      if (given !== undefined) return given;
      const { pathname, search } = new URL(request.url);
      return model.handle({
        method: request.method,
        path: `${pathname}${search}`,
        headers: request.headers ?? {},
        body: request.body ?? '',
      });
    },
  };
  const ports = { store: createDynamoStore(services.dynamodb), clock, random, telemetry: counted };
  const secretOf = (secret: string) => ({ current: async () => JSON.stringify({ active: [{ id: 'first', secret }] }) });
  const apiKeys = createSecretCache('api-key', { secrets: secretOf(API_KEY), clock, telemetry: counted });
  const calls = createProviderCalls(stripeApi, { network, apiKeys, telemetry: counted }, { mode: 'test' });
  const queues = { sendBatch: async () => ({ kind: 'answered' as const, sent: [], failed: [] }), hide: async () => undefined };
  const context = (remainingMillis: number) => {
    const endMillis = clock.nowMillis() + remainingMillis;
    return lambdaContext(() => endMillis - clock.nowMillis());
  };
  const rows = (table: string) => allRows(documents, table);
  const storeSettings = { source: 'stripe', provider: stripe, routes: ROUTES, tables: { events: 'Events', outbox: 'Outbox' } };
  const ingest = createIngest({ ...storeSettings, secretId: 'secret' }, { ...ports, secrets: secretOf(WEBHOOK_SECRET) });
  const paymentTables = { payments: 'Payments', outbox: 'Outbox' };
  const messages = async (address: string) =>
    (await rows('Outbox'))
      .map(readOutboxItem)
      .filter(({ to }) => to.includes(address))
      .map((record) => messageText(record, address, noDictionaries));
  let asked = 0;
  const providers = { stripe: { api: stripeApi, mode: 'test' as const, address: 'charge-stripe@1' } };
  const pay = createPay({ providers, routes: ROUTES, tables: { ...paymentTables, events: 'Events' } }, ports);
  const ask = async (number: number): Promise<string> => {
    const event = askEvent({ key: `key-${number}`, body: { ...BODY, amount: 1000 + number } });
    return JSON.parse((await pay(event as never, context(15_000))).body ?? '{}').id;
  };
  const keyOf = ({ pk, sk }: Item) => (sk === undefined ? { pk } : { pk, sk });
  const bench: ReconcileBench = {
    clock,
    services,
    counted,
    model,
    intercept: (given) => {
      instead = given;
    },
    pay: async (count) => {
      const ids: string[] = [];
      for (let number = 0; number < count; number += 1) {
        asked += 1;
        ids.push(await ask(asked));
      }
      await bench.charge();
      return ids;
    },
    askAgain: async (count) => {
      for (let number = 1; number <= count; number += 1) await ask(number);
    },
    charge: async () => {
      const settings = {
        api: stripeApi,
        routes: ROUTES,
        tables: paymentTables,
        name: 'charge-stripe',
        queueUrl: 'http://queue',
        inbox: 'Inbox',
      };
      const charge = createCharge(settings, { ...ports, calls, queues });
      return charge(sqsEvent(await messages('charge-stripe@1')), context(60_000));
    },
    sell: (count, amount = 5000) =>
      Array.from({ length: count }, (_, number) => {
        const body = new URLSearchParams({
          amount: String(amount + number),
          currency: 'eur',
          payment_method: 'pm_card_visa',
          confirm: 'true',
        });
        body.set('automatic_payment_methods[enabled]', 'true');
        body.set('automatic_payment_methods[allow_redirects]', 'never');
        const answer = model.handle({ method: 'POST', path: '/v1/payment_intents', headers: HEADERS, body: body.toString() });
        return String(JSON.parse(answer.body).id);
      }),
    refund: (intentId, amount) => {
      const body = new URLSearchParams({ payment_intent: intentId, amount: String(amount) }).toString();
      const answer = model.handle({ method: 'POST', path: '/v1/refunds', headers: HEADERS, body });
      if (answer.status !== 200) throw new Error(answer.body);
    },
    deliver: async (isLost = () => false) => {
      const statuses: number[] = [];
      for (const [index, delivery] of model.takeDueWebhooks().entries()) {
        if (isLost(delivery.eventId, index)) continue;
        const answer = await ingest(httpEvent(Buffer.from(delivery.body), delivery.headers), context(15_000));
        delivery.answered(answer.statusCode);
        statuses.push(answer.statusCode ?? 0);
      }
      return statuses;
    },
    apply: async () => {
      const tables = { inbox: 'Inbox', outbox: 'Outbox', own: { Ledger: 'Ledger' } };
      const consume = createConsume({ consumer: ledger, routes: ROUTES, queueUrl: 'http://queue', tables }, { ...ports, queues });
      for (const body of await messages('ledger@1')) await consume(sqsEvent([body]), context(30_000));
    },
    // Just long enough for what `trade` takes: each slot of the window is sixteen queries.
    reconcile: async (request = { hours: 1.25 }, remainingMillis = 900_000) => {
      const settings = {
        ...storeSettings,
        api: stripeApi,
        listedMode: 'test' as const,
        books: [{ address: 'ledger@1', books: ledger.books?.['stripe'] as NonNullable<NonNullable<typeof ledger.books>['stripe']> }],
        tables: {
          ...storeSettings.tables,
          payments: 'Payments',
          reconciliation: 'Reconciliation',
          inbox: 'Inbox',
          books: { Ledger: 'Ledger' },
        },
      };
      const all = {
        ...ports,
        calls,
        partitions: createDynamoPartitions(services.dynamodb),
        indexes: createDynamoIndexes(services.dynamodb),
      };
      return createReconcile(settings, all)(request, context(remainingMillis));
    },
    differences: async () => {
      const all = await rows('Reconciliation');
      const newest = all.filter(({ pk }) => pk === 'stripe').sort((one, other) => (String(one['sk']) < String(other['sk']) ? 1 : -1))[0];
      return all.filter(({ pk }) => pk === `stripe#${String(newest?.['runId'])}`).map(readDifference);
    },
    rows,
    remove: async (table, item) => {
      await documents.send(new DeleteCommand({ TableName: table, Key: keyOf(item) }));
    },
    put: async (table, item) => {
      await documents.send(new PutCommand({ TableName: table, Item: item }));
    },
    change: async (table, item, attribute, value) => {
      const names = { '#name': attribute };
      const update = {
        UpdateExpression: 'SET #name = :value',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':value': value },
      };
      await documents.send(new UpdateCommand({ TableName: table, Key: keyOf(item), ...update }));
    },
    trade: async () => {
      const payments = await bench.pay(4);
      clock.advance(1_200_000);
      const sold = bench.sell(4);
      bench.refund(sold[0] as string, 700);
      clock.advance(60_000);
      bench.refund(sold[0] as string, 300);
      await bench.deliver();
      await bench.apply();
      clock.advance(3_600_000);
      return { payments, sold };
    },
  };
  return bench;
}
