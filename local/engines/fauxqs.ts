/** SQS as the npm package `fauxqs` has it, in this process, on 127.0.0.1: its own start function would bind every interface. */
import { buildApp } from 'fauxqs';
import { REGION } from '../physical-names.ts';

export type QueueEngine = { readonly url: string; stop(): Promise<void> };

export async function startQueueEngine(): Promise<QueueEngine> {
  const app = buildApp({ logger: false, defaultRegion: REGION });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url, stop: () => app.close() };
}
