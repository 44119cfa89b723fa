/** The functions of payments on the embedded engines and a virtual clock, before a provider whose answers a test decides. */
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createDynamoIndexes } from '../../lambdas/aws/dynamo-indexes.ts';
import { createDynamoStore } from '../../lambdas/aws/dynamo-store.ts';
import { noDictionaries } from '../../lambdas/core/dictionary.ts';
import { messageText } from '../../lambdas/core/message.ts';
import { readOutboxItem } from '../../lambdas/core/outbox.ts';
import { DUE_INDEX, MADE_INDEX, type Payment, readPayment } from '../../lambdas/core/payment.ts';
import type { HttpAnswer, HttpRequest, Item } from '../../lambdas/core/ports.ts';
import type { Mode } from '../../lambdas/core/provider.ts';
import type { Route } from '../../lambdas/core/routes.ts';
import { createCharge } from '../../lambdas/pipeline/charge.ts';
import { confirmConsumer } from '../../lambdas/pipeline/confirm-payment.ts';
import { createConsume } from '../../lambdas/pipeline/consume.ts';
import { createPay } from '../../lambdas/pipeline/pay.ts';
import { type ClockResult, createPaymentsClock } from '../../lambdas/pipeline/payments-clock.ts';
import { createProviderCalls } from '../../lambdas/pipeline/provider-calls.ts';
import { createSecretCache } from '../../lambdas/pipeline/secret-cache.ts';
import stripe from '../../lambdas/provider-apis/stripe.ts';
import { countedRandom } from './counted-random.ts';
import { createEngineServices, type EngineServices } from './engine-services.ts';
import { createKeyedTable } from './keyed-table.ts';
import { lambdaContext } from './lambda-context.ts';
import { type RecordedTelemetry, recordedTelemetry } from './recorded-telemetry.ts';
import { sqsEvent } from './sqs-event.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

/** What the provider answers a request, or how the network fails. */
export type ProviderFate = (request: HttpRequest, calls: number) => HttpAnswer | Error | Promise<HttpAnswer | Error>;

export type Asked = {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: { readonly [name: string]: unknown };
};

export type AskOptions = {
  readonly key?: string | undefined;
  readonly body?: unknown;
  /** The body as the gateway hands over what is not of a text type. */
  readonly base64?: string;
  readonly userArn?: string | undefined;
  readonly remainingMillis?: number;
};

export type PaymentsBench = {
  readonly clock: VirtualClock;
  readonly services: EngineServices;
  readonly counted: RecordedTelemetry;
  /** Every request that reached the provider. */
  readonly sent: readonly HttpRequest[];
  /** From now on. */
  provider(fate: ProviderFate): void;
  ask(options?: AskOptions): Promise<Asked>;
  show(id: string): Promise<Asked>;
  payment(id: string): Promise<Payment>;
  /** Hands the charge function every message for it in the outbox, as often as this. Answers how many of them are not done. */
  charge(options?: { readonly receives?: number; readonly remainingMillis?: number }): Promise<number>;
  /** One run of the clock. */
  tick(options?: { readonly remainingMillis?: number }): Promise<ClockResult>;
  /** Lets so much time pass, with a run of the clock each minute, or as often as this. */
  pass(millis: number, everyMillis?: number): Promise<void>;
  /** Charges that reached the provider. */
  posts(): readonly HttpRequest[];
  /** What was published of payments, but for the request itself. */
  published(): Promise<readonly string[]>;
  /** A webhook's event, as it reaches the consumer that confirms payments. Answers how many messages are not done. */
  confirm(event: object, id?: string, from?: { readonly source?: string; readonly account?: string }): Promise<number>;
  rows(table: 'Payments' | 'Outbox' | 'Inbox'): Promise<readonly Item[]>;
  remove(id: string): Promise<void>;
  /** The payments table is as it was: what stands under the key of this item is replaced. */
  restore(item: Item): Promise<void>;
  /** The stack is deployed for this mode from now on, with an API key of it. */
  deploy(mode: Mode): void;
};

export const BODY = { amount: 1999, currency: 'EUR', provider: 'stripe', reference: 'order 17', paymentMethod: 'pm_card_visa' };
export const API_KEY = `sk_test_${'5'.repeat(24)}`;
const TABLES = { payments: 'Payments', outbox: 'Outbox' };
const ROUTES: readonly Route[] = [
  { address: 'mailer@1', subscribes: { oncehook: ['payment.succeeded', 'payment.failed', 'payment.disputed'] } },
];

export const OBJECT = 'pi_3ThisOneObject';

/** A payment intent as Stripe answers with it. */
export function intent(id: string, change: object = {}): object {
  return {
    id: OBJECT,
    object: 'payment_intent',
    amount: 1999,
    amount_received: 1999,
    currency: 'eur',
    created: 1_795_472_700,
    livemode: false,
    metadata: { oncehook_payment: id },
    status: 'succeeded',
    ...change,
  };
}

/** An empty page of any list. */
export const EMPTY_LIST = { object: 'list', data: [], has_more: false };

export function stripeError(error: object, status: number, headers = {}): HttpAnswer {
  return json(status, { error }, headers);
}

export function json(status: number, body: object, headers: { readonly [name: string]: string } = {}): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json', 'request-id': 'req_1', ...headers }, body: JSON.stringify(body) };
}

/** Executes whatever it is asked, by our own name. */
export const succeeding: ProviderFate = ({ body }) => json(200, intent(new URLSearchParams(body).get('metadata[oncehook_payment]') ?? ''));

export async function createPaymentsBench(): Promise<PaymentsBench> {
  const clock = createVirtualClock();
  const services = createEngineServices({ clock });
  const documents = DynamoDBDocumentClient.from(services.dynamodb);
  await createKeyedTable(services.dynamodb, 'Payments', { sorted: false, indexes: [DUE_INDEX, MADE_INDEX] });
  await createKeyedTable(services.dynamodb, 'Outbox', { sorted: true });
  await createKeyedTable(services.dynamodb, 'Inbox', { sorted: false });
  await createKeyedTable(services.dynamodb, 'Events', { sorted: false });
  const counted = recordedTelemetry();
  const sent: HttpRequest[] = [];
  let fate: ProviderFate = succeeding;
  let mode: Mode = 'test';
  const network = {
    send: async (request: HttpRequest) => {
      sent.push(request);
      const answer = await fate(request, sent.length);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const edges = { store: createDynamoStore(services.dynamodb), clock, random: countedRandom(), telemetry: counted };
  const secrets = { current: async () => JSON.stringify({ active: [{ id: 'first', secret: API_KEY.replace('test', mode) }] }) };
  const workPorts = () => {
    const apiKeys = createSecretCache('secret', { secrets, clock, telemetry: counted });
    return { ...edges, calls: createProviderCalls(stripe, { network, apiKeys, telemetry: counted }, { mode }) };
  };
  const queues = { sendBatch: async () => ({ kind: 'answered' as const, sent: [], failed: [] }), hide: async () => undefined };
  const context = (remainingMillis: number) => {
    const endMillis = clock.nowMillis() + remainingMillis;
    return lambdaContext(() => endMillis - clock.nowMillis());
  };
  const rows = async (table: string) => ((await documents.send(new ScanCommand({ TableName: table }))).Items ?? []) as Item[];
  const call = async (event: object, { remainingMillis = 15_000 }: AskOptions): Promise<Asked> => {
    const pay = createPay(
      {
        providers: { stripe: { api: stripe, mode: 'test', address: 'charge-stripe@1' } },
        routes: ROUTES,
        tables: { ...TABLES, events: 'Events' },
      },
      edges,
    );
    const answer = await pay(event as APIGatewayProxyEventV2, context(remainingMillis));
    return { status: answer.statusCode ?? 0, headers: answer.headers as Record<string, string>, body: JSON.parse(answer.body ?? '{}') };
  };
  const tick: PaymentsBench['tick'] = ({ remainingMillis = 50_000 } = {}) => {
    const ports = { ...workPorts(), indexes: createDynamoIndexes(services.dynamodb) };
    return createPaymentsClock({ api: stripe, routes: ROUTES, tables: TABLES }, ports)({}, context(remainingMillis));
  };
  return {
    clock,
    services,
    counted,
    sent,
    provider: (given) => {
      fate = given;
    },
    ask: (options = {}) => call(askEvent(options), options),
    show: (id) => call({ ...askEvent({}), routeKey: 'GET /payments/{id}', pathParameters: { id } }, {}),
    payment: async (id) => readPayment((await rows('Payments')).find(({ pk }) => pk === id) as Item),
    charge: async ({ receives = 1, remainingMillis = 60_000 } = {}) => {
      const settings = { api: stripe, routes: ROUTES, tables: TABLES, name: 'charge-stripe', queueUrl: 'http://queue', inbox: 'Inbox' };
      const records = (await rows('Outbox')).map(readOutboxItem).filter(({ to }) => to.includes('charge-stripe@1'));
      const bodies = records.map((record) => messageText(record, 'charge-stripe@1', noDictionaries));
      const answer = await createCharge(settings, { ...workPorts(), queues })(sqsEvent(bodies, receives), context(remainingMillis));
      return answer.batchItemFailures.length;
    },
    tick,
    pass: async (millis, everyMillis = 60_000) => {
      for (let passed = 0; passed < millis; passed += everyMillis) {
        clock.advance(everyMillis);
        await tick();
      }
    },
    posts: () => sent.filter(({ method }) => method === 'POST'),
    published: async () => (await rows('Outbox')).map(({ type }) => String(type)).filter((type) => type !== 'payment.requested'),
    confirm: async (event, id = 'evt_1', { source = 'stripe', account } = {}) => {
      const consumer = confirmConsumer(stripe, { source: 'stripe', mode: 'test', telemetry: counted });
      const tables = { inbox: 'Inbox', outbox: 'Outbox', own: { Payments: 'Payments' } };
      const consume = createConsume({ consumer, routes: ROUTES, queueUrl: 'http://queue', tables }, { ...edges, queues });
      const answer = await consume(sqsEvent([webhookMessage(event, { id, source, account, at: clock.nowMillis() })]), context(30_000));
      return answer.batchItemFailures.length;
    },
    rows,
    remove: async (id) => {
      await documents.send(new DeleteCommand({ TableName: 'Payments', Key: { pk: id } }));
    },
    restore: async (item) => {
      await documents.send(new PutCommand({ TableName: 'Payments', Item: item }));
    },
    deploy: (given) => {
      mode = given;
    },
  };
}

export function askEvent({ key = 'key-1', body = BODY, base64, userArn = 'arn:aws:iam::123456789012:user/shop' }: AskOptions): object {
  return {
    version: '2.0',
    routeKey: 'POST /payments',
    headers: { 'content-type': 'application/json', ...(key === undefined || key === '' ? {} : { 'idempotency-key': key }) },
    body: base64 ?? (typeof body === 'string' ? body : JSON.stringify(body)),
    isBase64Encoded: base64 !== undefined,
    requestContext: { authorizer: { iam: { userArn, accountId: '123456789012' } } },
  };
}

type MessageParts = { readonly id: string; readonly source: string; readonly account: string | undefined; readonly at: number };

function webhookMessage(event: object, { id, source, account, at }: MessageParts): string {
  const time = new Date(at).toISOString();
  return JSON.stringify({
    specversion: '1.0',
    id: `${source}#-#test#${id}`,
    source: `/webhooks/${source}`,
    type: 'payment_intent.succeeded',
    time,
    datacontenttype: 'application/json',
    address: 'confirm-stripe@1',
    provider: 'stripe',
    mode: 'test',
    account,
    receivedat: time,
    authenticity: 'signed',
    correlationid: id,
    data: event,
  });
}
