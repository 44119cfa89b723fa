/** SQS as the npm package `fauxqs` has it, in this process, on 127.0.0.1: its own start function would bind every interface. */
import { buildApp } from 'fauxqs';
import { REGION } from '../physical-names.ts';

export type QueueEngine = {
  readonly url: string;
  /** The age of the oldest message that is not done, whether it is seen, hidden or delayed; undefined where there is none. */
  oldestSeconds(queueName: string, nowMillis: number): Promise<number | undefined>;
  stop(): Promise<void>;
};

export async function startQueueEngine(): Promise<QueueEngine> {
  const app = buildApp({ logger: false, defaultRegion: REGION });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    url,
    oldestSeconds: async (queueName, nowMillis) => {
      const answer = await app.inject({ method: 'GET', url: `/_fauxqs/queues/${encodeURIComponent(queueName)}` });
      return answer.statusCode === 200 ? oldestOf(answer.json() as Inspected, nowMillis) : undefined;
    },
    stop: () => app.close(),
  };
}

type Message = { readonly sentTimestamp: number };
type Inspected = {
  readonly messages: {
    readonly ready: Message[];
    readonly delayed: Message[];
    readonly inflight: readonly { readonly message: Message }[];
  };
};

function oldestOf({ messages: { ready, delayed, inflight } }: Inspected, nowMillis: number): number | undefined {
  const sent = [...ready, ...delayed, ...inflight.map(({ message }) => message)].map(({ sentTimestamp }) => sentTimestamp);
  return sent.length === 0 ? undefined : Math.max(0, Math.floor((nowMillis - Math.min(...sent)) / 1000));
}
