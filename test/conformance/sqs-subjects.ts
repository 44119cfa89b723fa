/** The two implementations of SQS that are compared: the embedded one, and `fauxqs` in this process, which goes by the process's clock. */
import { jest } from '@jest/globals';
import { buildApp } from 'fauxqs';
import { createSqsEngine } from '../../local/engines/sqs/sqs-engine.ts';
import { REGION } from '../../local/physical-names.ts';
import { countedRandom } from '../pipeline/counted-random.ts';
import { createVirtualClock, START_MILLIS } from '../pipeline/virtual-clock.ts';
import { runScript, type Step } from './sqs-script.ts';

export async function onEmbedded(steps: readonly Step[]): Promise<readonly unknown[]> {
  const clock = createVirtualClock();
  const engine = createSqsEngine({ clock, random: countedRandom() });
  return await runScript({ engine, pass: (seconds) => clock.advance(seconds * 1000) }, steps);
}

/** It needs a faked `Date`, and real timers. */
export async function onFauxqs(steps: readonly Step[]): Promise<readonly unknown[]> {
  let nowMillis = START_MILLIS;
  jest.setSystemTime(nowMillis);
  const app = buildApp({ logger: false, defaultRegion: REGION });
  const perform = async (operation: string, input: object) => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` };
    const { statusCode, body } = await app.inject({ method: 'POST', url: '/', headers, payload: JSON.stringify(input) });
    return { status: statusCode, body: JSON.parse(body === '' ? '{}' : body) };
  };
  const pass = (seconds: number) => {
    nowMillis += seconds * 1000;
    jest.setSystemTime(nowMillis);
  };
  try {
    return await runScript({ engine: { perform }, pass }, steps);
  } finally {
    await app.close();
  }
}
