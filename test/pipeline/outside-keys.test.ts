/** An idempotency key that the other side may have forgotten guards nothing: near the end of its life nothing is sent blindly any more. */
import { describe, expect, it } from '@jest/globals';
import type { Consumer } from '../../lambdas/core/contracts.ts';
import { RejectedError, RetryableError } from '../../lambdas/core/errors.ts';
import { PAID, paidMessage } from './counting-consumer.ts';
import { createOutsideBench, type End, type OutsideBench } from './outside-bench.ts';

const DONE = { batchItemFailures: [] };
const FAILED = { batchItemFailures: [{ itemIdentifier: 'm0' }] };
const DAY_SECONDS = 86_400;
/** 0.8 of a day. */
const OLD_MILLIS = 69_120_000;

const markerOf = async (bench: OutsideBench) => (await bench.items('inbox')).find(({ kind }) => kind === 'event');

/** A bench whose first try ended there, so long ago. */
async function triedBefore(agoMillis: number, end: End = 'after performing'): Promise<OutsideBench> {
  const bench = await createOutsideBench({ keyLifeSeconds: DAY_SECONDS });
  await bench.deliver([paidMessage()], { end });
  bench.clock.advance(Date.parse('2026-11-23T22:25:00.000Z') + agoMillis - bench.clock.nowMillis());
  return bench;
}

describe('a key', () => {
  it('is used up to four fifths of its life, counted from the first try', async () => {
    const bench = await triedBefore(OLD_MILLIS - 1);
    const seen: string[] = [];
    const { perform } = bench.consumer();
    const consumer = bench.consumer({
      perform: (sent, tools) => {
        seen.push(tools.firstAttemptAt);
        return perform?.(sent, tools);
      },
    });
    expect(await bench.deliver([paidMessage()], { consumer })).toEqual(DONE);
    expect(seen).toEqual(['2026-11-23T22:25:00.000Z']);
    expect(bench.outside.done).toHaveLength(1);
  });

  // crash matrix: consumer → elsewhere | the key may be forgotten | nothing is sent blindly: looked up, or left to a person with an alarm
  it('is not used from then on: nothing is sent, the message fails with a reason, and it is counted', async () => {
    const bench = await triedBefore(OLD_MILLIS);
    expect(await bench.deliver([paidMessage()], { receives: 12 })).toEqual(FAILED);
    expect(bench.counted.counts()).toMatchObject({ OutsideKeysTooOld: 1, 'MessagesFailed{code=KEY_TOO_OLD}': 1 });
    expect(bench.counted.lines.at(-1)?.fields['detail']).toMatch(/first sent this at 2026-11-23T22:25:00.000Z.*86400 s/);
    expect(bench.outside.requests).toHaveLength(1);
    expect(await markerOf(bench)).toBeUndefined();
  });

  it('without an end to its life is used for ever', async () => {
    const bench = await createOutsideBench();
    await bench.deliver([paidMessage()], { end: 'after performing' });
    bench.clock.advance(1000 * DAY_SECONDS * 1000);
    expect(await bench.deliver([paidMessage()])).toEqual(DONE);
    expect(bench.outside.done).toHaveLength(1);
  });

  it('is as old as the life that the deployed release gives it', async () => {
    const bench = await triedBefore(OLD_MILLIS);
    expect(await bench.deliver([paidMessage()], { consumer: bench.consumer({ keyLifeSeconds: 2 * DAY_SECONDS }) })).toEqual(DONE);
  });
});

describe('a consumer that can look up what became of a call', () => {
  const looking = (bench: OutsideBench, lookUp: NonNullable<Consumer['lookUp']>) => bench.consumer({ lookUp });

  // crash matrix: consumer → elsewhere | the key may be forgotten | nothing is sent blindly: looked up, or left to a person with an alarm
  it('is not asked while the key counts, and instead of sending afterwards: what was done is applied', async () => {
    for (const [agoMillis, lookUps] of [
      [OLD_MILLIS - 1, 0],
      [OLD_MILLIS, 1],
      [400 * DAY_SECONDS * 1000, 1],
    ] as const) {
      const bench = await triedBefore(agoMillis);
      const consumer = looking(bench, ({ reference }) => bench.outside.find(reference));
      expect(await bench.deliver([paidMessage()], { consumer })).toEqual(DONE);
      expect(bench.counted.counted('OutsideLookUps')).toBe(lookUps);
      expect(bench.outside.done).toHaveLength(1);
      expect(await bench.items('Sent')).toEqual([{ pk: `books@1#${PAID}`, sk: 'mail', id: 'mail_1' }]);
    }
  });

  it('sends once more where it is certain that nothing was done', async () => {
    const bench = await triedBefore(2 * DAY_SECONDS * 1000, 'before performing');
    const consumer = looking(bench, ({ reference }) => bench.outside.find(reference));
    expect(await bench.deliver([paidMessage()], { consumer })).toEqual(DONE);
    expect(bench.outside.done).toHaveLength(1);
    expect(await markerOf(bench)).toMatchObject({ outcome: 'applied' });
  });

  it('sends nothing where it is not certain: the message fails and comes again', async () => {
    const bench = await triedBefore(OLD_MILLIS);
    const consumer = looking(bench, () => Promise.reject(new RetryableError('NOT_CERTAIN', 'the list is a minute late')));
    expect(await bench.deliver([paidMessage()], { consumer })).toEqual(FAILED);
    expect(bench.outside.requests).toHaveLength(1);
  });

  it('may hear that it was refused for good: the marker says it', async () => {
    const bench = await triedBefore(OLD_MILLIS);
    const refused = looking(bench, () => Promise.reject(new RejectedError('CANCELLED_THERE', 'somebody cancelled it')));
    expect(await bench.deliver([paidMessage()], { consumer: refused })).toEqual(DONE);
    expect(await markerOf(bench)).toMatchObject({ outcome: 'rejected', code: 'CANCELLED_THERE' });
  });

  it('that waits for something that never comes fails alone and in time', async () => {
    const bench = await triedBefore(OLD_MILLIS);
    const hanging = looking(bench, () => new Promise(() => undefined));
    expect(await bench.deliver([paidMessage()], { consumer: hanging })).toEqual(FAILED);
    expect(bench.counted.counts()).toMatchObject({ 'MessagesFailed{code=PERFORM_TIMEOUT}': 1 });
    expect(bench.outside.requests).toHaveLength(1);
  });
});

describe('the secret of a consumer that calls out', () => {
  const entries = (...secrets: readonly string[]) =>
    JSON.stringify({ active: secrets.map((secret, index) => ({ id: `s${index}`, secret })) });
  const telling = (bench: OutsideBench, told: string[], given: Partial<Consumer> = { secret: true }) =>
    bench.consumer({
      ...given,
      perform: async (sent, tools) => {
        told.push(await tools.secret());
        return bench.outside.request(tools.idempotencyKey(), sent);
      },
    });

  it('is handed to it, the newest entry of several', async () => {
    const bench = await createOutsideBench();
    const told: string[] = [];
    const consumer = telling(bench, told);
    expect(await bench.deliver([paidMessage()], { consumer, secret: entries('new', 'old') })).toEqual(DONE);
    expect(told).toEqual(['new']);
    expect(JSON.stringify([bench.counted.lines, await bench.items('inbox')])).not.toContain('new"');
  });

  it('is waited for where nobody has put it in yet: nothing is sent, and the message comes again', async () => {
    const bench = await createOutsideBench();
    const consumer = telling(bench, []);
    expect(await bench.deliver([paidMessage()], { consumer })).toEqual(FAILED);
    expect(bench.counted.counts()).toMatchObject({ SecretUnavailable: 1, 'MessagesFailed{code=SECRET_UNAVAILABLE}': 1 });
    expect(await bench.deliver([paidMessage()], { consumer, secret: entries('new') })).toEqual(DONE);
    expect(bench.outside.done).toHaveLength(1);
  });

  it('is not there for a consumer that declares none', async () => {
    const bench = await createOutsideBench();
    expect(await bench.deliver([paidMessage()], { consumer: telling(bench, [], {}), secret: entries('new') })).toEqual(FAILED);
    expect(bench.counted.counts()).toMatchObject({ 'MessagesFailed{code=NO_SECRET}': 1 });
  });
});
