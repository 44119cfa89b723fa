/** What every consumer promises, whatever its effect: its test calls this with an event of each kind it subscribes to. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Consumer } from '../../lambdas/core/contracts.ts';
import type { Item } from '../../lambdas/core/ports.ts';
import { INBOX } from '../pipeline/consume-bench.ts';
import { cancelled } from '../pipeline/dynamo-answers.ts';
import { runConsumer } from './consumer-run.ts';
import { type ConsumerSample, eventKeyOf, titleOf } from './consumer-sample.ts';
import { type Delivered, deliver } from './deliver.ts';

/** Declares one test for each promise. The samples together must use every access that the consumer declares. */
export function consumerContract(consumer: Consumer, samples: readonly ConsumerSample[]): void {
  const titled = samples.map((sample, index) => ({ title: `${titleOf(sample)} (sample ${index})`, sample }));

  describe(`${consumer.name} keeps the contract of a consumer`, () => {
    afterEach(() => {
      jest.useRealTimers();
    });

    it('has the name of its file', async () => {
      const file = (await import(`../../lambdas/consumers/${consumer.name}.ts`)) as { readonly default: unknown };
      expect(file.default).toBe(consumer);
    });

    it('has a sample of every event it subscribes to, and of no other', () => {
      const declared = Object.entries(consumer.subscribes).flatMap(([provider, types]) => types.map((type) => ({ provider, type })));
      const covers = (sample: ConsumerSample, { provider, type }: { readonly provider: string; readonly type: string }) =>
        sample.provider === provider && (type === '*' || sample.type === type);
      expect(declared.filter((wanted) => !samples.some((sample) => covers(sample, wanted)))).toEqual([]);
      expect(samples.filter((sample) => !declared.some((wanted) => covers(sample, wanted))).map(titleOf)).toEqual([]);
    });

    it.each(titled)('settles $title, with its marker first', async ({ sample }) => {
      const { outcome, code, actions } = await deliver(consumer, sample);
      expect({ outcome, code }).not.toMatchObject({ outcome: 'failed' });
      expect(actions[0]?.Put).toMatchObject({
        Item: { pk: `${consumer.name}@${consumer.epoch}#${eventKeyOf(sample)}`, outcome },
        ConditionExpression: 'attribute_not_exists(pk)',
      });
    });

    it.each(titled)('decides the same for $title on another day and with other luck', async ({ sample }) => {
      const decided: Delivered[] = [];
      for (const [run, day] of ['2026-11-23', '2027-02-03'].entries()) {
        // Only Date: an effect that read the time would differ, and nothing waits for a timer that never fires.
        jest.useFakeTimers({
          now: Date.parse(day),
          doNotFake: ['setImmediate', 'setTimeout', 'nextTick', 'queueMicrotask', 'performance'],
        });
        decided.push(await deliver(consumer, sample, { run }));
      }
      expect(decided[1]?.actions).toEqual(decided[0]?.actions);
    });

    it('uses its tables exactly as it declares them', async () => {
      const declared = Object.entries(consumer.tables).flatMap(([table, { access }]) => access.map((kind) => `${table} ${kind}`));
      const used = new Set<string>();
      for (const sample of samples) for (const access of (await deliver(consumer, sample)).used) used.add(access);
      expect([...used].sort()).toEqual([...new Set(declared)].sort());
    });

    it.each(titled)('takes $title for done where its marker stands already', async ({ sample }) => {
      const { actions } = await deliver(consumer, sample);
      if (consumer.perform !== undefined) {
        // Such a consumer has the marker read before anything is sent.
        const marked = { ...sample, given: { ...sample.given, [INBOX]: [actions[0]?.Put?.Item as Item] } };
        expect(await deliver(consumer, marked)).toMatchObject({ outcome: 'done', actions: [] });
        return;
      }
      const refuse = cancelled('ConditionalCheckFailed', ...actions.slice(1).map(() => 'None'));
      expect(await deliver(consumer, sample, { refuse })).toMatchObject({ outcome: 'done' });
    });

    it.each(titled)('fails only the message whose effect throws, beside $title', async ({ sample }) => {
      const thrower: ConsumerSample = { ...sample, identity: 'an-event-that-throws' };
      const apply: Consumer['apply'] = (event, tools, performed) => {
        if (event.id === eventKeyOf(thrower)) throw new TypeError('thrown by the contract');
        return consumer.apply(event, tools, performed);
      };
      const { answer } = await runConsumer({ ...consumer, apply }, [sample, thrower, { ...sample, identity: 'one-more' }]);
      expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
    });
  });
}
