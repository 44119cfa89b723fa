/** The long polling of SQS around an engine that answers at once: it is asked again until there is a message, the time is over, or the caller is gone. */
import type { Clock } from '../../lambdas/core/ports.ts';
import type { JsonObject, ServiceAnswer, ServiceEngine } from './service-engine.ts';

export type PollingEngine = {
  /** As an engine's own; `gone` is aborted when nobody waits for the answer any more. */
  perform(operation: string, input: JsonObject, gone: AbortSignal): Promise<ServiceAnswer>;
};

/** A message waits half of this at most on average; an empty answer costs the engine some microseconds. */
const POLL_MILLIS = 20;

export function longPolled(engine: ServiceEngine, clock: Clock): PollingEngine {
  return {
    perform: async (operation, input, gone) => {
      const startedAtMillis = clock.nowMillis();
      let answer = await engine.perform(operation, input);
      if (operation !== 'ReceiveMessage' || !isEmpty(answer)) return answer;
      const untilMillis = startedAtMillis + (await waitSeconds(engine, input)) * 1000;
      while (isEmpty(answer) && clock.nowMillis() < untilMillis) {
        await clock.sleep(Math.min(POLL_MILLIS, untilMillis - clock.nowMillis()), gone);
        // A message that is received for a caller who is gone would stay hidden for nothing.
        if (gone.aborted) break;
        answer = await engine.perform(operation, input);
      }
      return answer;
    },
  };
}

function isEmpty({ status, body }: ServiceAnswer): boolean {
  return status < 300 && body['Messages'] === undefined;
}

/** As the request has it, otherwise as the queue has it. */
async function waitSeconds(engine: ServiceEngine, { WaitTimeSeconds, QueueUrl }: JsonObject): Promise<number> {
  if (typeof WaitTimeSeconds === 'number') return WaitTimeSeconds;
  const name = 'ReceiveMessageWaitTimeSeconds';
  const { body } = await engine.perform('GetQueueAttributes', { QueueUrl, AttributeNames: [name] });
  return Number((body['Attributes'] as JsonObject | undefined)?.[name] ?? 0);
}
