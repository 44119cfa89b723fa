/** The people of a stack that charges: they redrive, purge, pause and send again, and mostly at the wrong moment. */

import { messageText } from '../../../lambdas/core/message.ts';
import { readOutboxItem } from '../../../lambdas/core/outbox.ts';
import { dictionaryOf } from '../../../lambdas/dictionaries/all.ts';
import type { JsonObject } from '../../../local/engines/service-engine.ts';
import { addressesOf } from '../committed-state.ts';
import type { WireItem } from '../sighting.ts';
import type { SimContext } from '../sim-context.ts';
import { fromWire } from '../wire-item.ts';
import { QUEUES } from './payments-resources.ts';
import type { PaymentsStack } from './payments-stack.ts';

export type PaymentsOperator = {
  /** Something may come to their mind now. */
  tick(): void;
  /** Everything runs again. */
  calmDown(): void;
  redriveAll(): Promise<void>;
  /** Until when something is switched off on purpose. */
  busyUntilMillis(): number;
};

const PAUSE_MILLIS = [5_000, 900_000] as const;
const LONG_PAUSE_MILLIS = [7 * 3_600_000, 30 * 3_600_000] as const;

export function createPaymentsOperator(context: SimContext, stack: PaymentsStack): PaymentsOperator {
  const { time, faults, trace } = context;
  const random = context.random.fork('payments operator');
  let pausedUntil = 0;

  const sqs = async (operation: string, input: JsonObject) => {
    const answer = await stack.cloud.perform('operator', { service: 'sqs', operation, input });
    if (answer.status >= 300) context.happened(`operator was refused ${operation}`);
  };
  const urlOf = (queue: string) => `https://sqs.us-east-1.amazonaws.com/000000000000/${queue}`;
  const redrive = (queue: string) =>
    sqs('StartMessageMoveTask', { SourceArn: `arn:aws:sqs:us-east-1:000000000000:${queue}-dead` }).then(() =>
      stack.queueMappings[queue]?.wakeAfter(1),
    );
  const sendAgain = async (): Promise<void> => {
    const { body } = await stack.cloud.dynamo.perform('Scan', { TableName: 'Outbox' });
    const items = body['Items'] as readonly WireItem[];
    if (items.length === 0) return;
    const item = random.pick(items);
    const address = random.pick(addressesOf(item));
    if (address === undefined) return;
    trace.note('operator', `sends again to ${address}`, item['sk']?.S);
    await sqs('SendMessage', {
      QueueUrl: urlOf(address.split('@')[0] as string),
      MessageBody: messageText(readOutboxItem(fromWire(item)), address, dictionaryOf),
    });
  };
  const pause = (millis: number) => {
    const [name, mapping] = random.pick(mappings());
    trace.note('operator', `pauses ${name} for ${Math.round(millis / 1000)} s`);
    mapping.pause();
    pausedUntil = Math.max(pausedUntil, time.nowMillis() + millis);
    time.after(millis, () => mapping.resume());
  };
  const mappings = () => [['the relay', stack.streamMapping] as const, ...Object.entries(stack.queueMappings)];

  return {
    tick: () => {
      const queue = random.pick(QUEUES);
      if (faults.hit('outbox item sent again')) sendAgain().catch(context.broke);
      if (faults.hit('dead letters redriven')) redrive(queue).catch(context.broke);
      if (faults.hit('queue purged')) {
        trace.note('operator', `purges ${queue}`);
        sqs('PurgeQueue', { QueueUrl: urlOf(queue) }).catch(context.broke);
      }
      if (faults.hit('mapping paused')) pause(random.between(...PAUSE_MILLIS));
      if (faults.hit('mapping paused for hours')) pause(random.between(...LONG_PAUSE_MILLIS));
    },
    calmDown: () => {
      stack.streamMapping.resume();
      for (const mapping of Object.values(stack.queueMappings)) mapping.resume();
    },
    redriveAll: async () => {
      for (const queue of QUEUES) await redrive(queue);
    },
    busyUntilMillis: () => pausedUntil,
  };
}
