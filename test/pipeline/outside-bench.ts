/** The function of a consumer that sends something elsewhere, on the embedded engines and a virtual clock; it can be ended between any two steps. */
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse } from 'aws-lambda';
import { createDynamoStore } from '../../lambdas/aws/dynamo-store.ts';
import type { Consumer } from '../../lambdas/core/contracts.ts';
import type { Item, Store } from '../../lambdas/core/ports.ts';
import { createConsume } from '../../lambdas/pipeline/consume.ts';
import { countedRandom } from './counted-random.ts';
import { failure } from './dynamo-answers.ts';
import { createEngineServices, type EngineServices } from './engine-services.ts';
import { createKeyedTable } from './keyed-table.ts';
import { lambdaContext } from './lambda-context.ts';
import { createOutsideService, type OutsideService } from './outside-service.ts';
import { type RecordedTelemetry, recordedTelemetry } from './recorded-telemetry.ts';
import { sqsEvent } from './sqs-event.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

/** Where a function ends, with everything in it. */
export type End = `${'before' | 'after'} ${'freezing' | 'performing' | 'the marker'}`;

export type Delivery = {
  readonly consumer?: Consumer;
  readonly end?: End;
  readonly receives?: number;
  /** The text of the consumer's secret; undefined where none was put in. */
  readonly secret?: string | undefined;
};

export type OutsideBench = {
  readonly clock: VirtualClock;
  readonly services: EngineServices;
  readonly counted: RecordedTelemetry;
  readonly outside: OutsideService;
  /** The consumer of the release that is deployed first; what is given replaces its members. */
  consumer(given?: Partial<Consumer>): Consumer;
  /** One invocation of a new instance with these messages; `ended` where it was ended on its way. */
  deliver(bodies: readonly string[], delivery?: Delivery): Promise<SQSBatchResponse | 'ended'>;
  items(table: string): Promise<readonly Item[]>;
  put(table: 'inbox', item: Item): Promise<void>;
};

export type OutsideOptions = {
  readonly keyLifeSeconds?: number;
  /** For calls that really take their time. @default - a virtual one */
  readonly clock?: VirtualClock;
  /** The table that the consumer declares. */
  readonly table?: string;
};

export async function createOutsideBench(options: OutsideOptions = {}): Promise<OutsideBench> {
  const { keyLifeSeconds, table: own = 'Sent', clock = createVirtualClock() } = options;
  const services = createEngineServices({ clock });
  const documents = DynamoDBDocumentClient.from(services.dynamodb);
  await createKeyedTable(services.dynamodb, 'inbox', { sorted: false });
  await createKeyedTable(services.dynamodb, own, { sorted: true });
  const counted = recordedTelemetry();
  const outside = createOutsideService(clock.nowMillis, keyLifeSeconds);
  const consumer = (given: Partial<Consumer> = {}) =>
    mailer(outside, { ...(keyLifeSeconds === undefined ? {} : { keyLifeSeconds }), ...given });
  let instances = 0;
  return {
    clock,
    services,
    counted,
    outside,
    consumer,
    deliver: async (bodies, { consumer: deployed = consumer(), end, receives, secret } = {}) => {
      instances += 1;
      const life = lifeUntil(end);
      const handler = createConsume(
        {
          consumer: ending(deployed, life),
          routes: [],
          queueUrl: 'queue',
          tables: { inbox: 'inbox', outbox: 'outbox', own: { [own]: own } },
          ...(deployed.secret === true ? { secretId: 'secret' } : {}),
        },
        {
          store: endingStore(createDynamoStore(services.dynamodb), life),
          queues: { sendBatch: () => Promise.reject(new Error('not used')), hide: () => life.pass(undefined) },
          secrets: {
            current: () => (secret === undefined ? Promise.reject(failure('ResourceNotFoundException')) : Promise.resolve(secret)),
          },
          clock,
          random: countedRandom(0.5, instances * 10_000),
          telemetry: {
            ...counted,
            count: (...told) => life.isOver() || counted.count(...told),
            log: (...told) => life.isOver() || counted.log(...told),
          },
        },
      );
      const endMillis = clock.nowMillis() + 30_000;
      const context = lambdaContext(() => endMillis - clock.nowMillis());
      return Promise.race([handler(sqsEvent(bodies, receives), context), life.over]);
    },
    put: async (table, item) => void (await documents.send(new PutCommand({ TableName: table, Item: item }))),
    items: async (table) => ((await documents.send(new ScanCommand({ TableName: table }))).Items ?? []) as Item[],
  };
}

/** Sends a mail for each payment and writes down what it was called there. */
function mailer(outside: OutsideService, given: Partial<Consumer>): Consumer {
  return {
    name: 'books',
    epoch: 1,
    subscribes: { stripe: ['payment_intent.succeeded'] },
    tables: { Sent: { access: ['get', 'put'] } },
    prepare: (event) => ({ reference: event.id, text: 'Thank you.' }),
    perform: (sent, tools) => outside.request(tools.idempotencyKey(), sent),
    apply: (event, tools, performed) => [
      { kind: 'put', table: 'Sent', item: { pk: `${tools.address}#${event.id}`, sk: 'mail', id: (performed as { id: string }).id } },
    ],
    ...given,
  };
}

/** The life of one instance: after its end nothing in it ever happens. */
type Life = {
  readonly over: Promise<'ended'>;
  isOver(): boolean;
  /** Ends here, where this is the end. */
  reach(point: End): Promise<void>;
  /** Never resolves once it is over. */
  pass<T>(value: T): Promise<T>;
};

function lifeUntil(end: End | undefined): Life {
  const { promise, resolve } = Promise.withResolvers<'ended'>();
  let over = false;
  const never = new Promise<never>(() => undefined);
  return {
    over: promise,
    isOver: () => over,
    reach: async (point) => {
      if (point !== end && !over) return;
      over = true;
      resolve('ended');
      await never;
    },
    pass: async (value) => (over ? never : value),
  };
}

function ending(consumer: Consumer, life: Life): Consumer {
  const { perform } = consumer;
  if (perform === undefined) return consumer;
  return {
    ...consumer,
    perform: async (sent, tools) => {
      await life.reach('before performing');
      const answer = await perform(sent, tools);
      await life.reach('after performing');
      return answer;
    },
  };
}

function endingStore(store: Store, life: Life): Store {
  return {
    get: async (table, key) => life.pass(await store.get(table, key)),
    transact: async (transaction) => {
      const [first] = transaction.actions;
      const step = first?.kind === 'put' && first.item['kind'] === 'prepared' ? 'freezing' : 'the marker';
      await life.reach(`before ${step}`);
      const answer = await store.transact(transaction);
      await life.reach(`after ${step}`);
      return life.pass(answer);
    },
  };
}
