/** A part of an effect is elsewhere: frozen before it leaves, sent as it was frozen at each try, and marked last. */
import { describe, expect, it } from '@jest/globals';
import { RejectedError } from '../../lambdas/core/errors.ts';
import { messages, PAID, paidMessage } from './counting-consumer.ts';
import { createOutsideBench, type End, type OutsideBench } from './outside-bench.ts';

const DONE = { batchItemFailures: [] };
const FAILED = { batchItemFailures: [{ itemIdentifier: 'm0' }] };
const MARKER = `books@1#${PAID}`;
const FROZEN = `prepared#books@1#${PAID}`;

const rowOf = async (bench: OutsideBench, pk: string) => (await bench.items('inbox')).find((item) => item['pk'] === pk);
const keysOf = ({ outside }: OutsideBench) => new Set(outside.requests.map(({ key }) => key));

/** What must be so however it came about: one execution, one effect that says what was done, one marker. */
async function expectOnce(bench: OutsideBench): Promise<void> {
  expect(bench.outside.done).toHaveLength(1);
  expect(await bench.items('Sent')).toEqual([{ pk: `books@1#${PAID}`, sk: 'mail', id: 'mail_1' }]);
  expect(await rowOf(bench, MARKER)).toMatchObject({ outcome: 'applied' });
}

describe('an effect elsewhere', () => {
  it('is frozen, then performed, then applied with its marker', async () => {
    const bench = await createOutsideBench();
    const seen: unknown[] = [];
    const consumer = bench.consumer({
      perform: async (sent, tools) => {
        seen.push(await rowOf(bench, FROZEN), await rowOf(bench, MARKER), sent, tools.firstAttemptAt);
        return bench.outside.request(tools.idempotencyKey(), sent);
      },
    });
    expect(await bench.deliver([paidMessage()], { consumer, receives: 2 })).toEqual(DONE);
    const sent = { reference: PAID, text: 'Thank you.' };
    const at = '2026-11-23T22:25:00.000Z';
    const row = { pk: FROZEN, kind: 'prepared', at, attempt: 2, sent: JSON.stringify(sent) };
    expect(seen).toEqual([row, undefined, sent, at]);
    await expectOnce(bench);
    expect(bench.counted.counts()).toEqual({ OutsideCalls: 1, EffectsApplied: 1 });
  });

  // crash matrix: consumer → elsewhere | killed between any two steps | comes again, sends the same under the same key, and is applied once
  it.each<[End, number]>([
    ['before freezing', 1],
    ['after freezing', 1],
    ['before performing', 1],
    ['after performing', 2],
    ['before the marker', 2],
    ['after the marker', 1],
  ])('whose function ends %s comes again, sends the same under the same key, and is applied once', async (end, asked) => {
    const bench = await createOutsideBench();
    expect(await bench.deliver([paidMessage()], { end })).toBe('ended');
    bench.clock.advance(180_000);
    expect(await bench.deliver([paidMessage()], { receives: 2 })).toEqual(DONE);
    expect(bench.outside.requests).toHaveLength(asked);
    expect(keysOf(bench).size).toBe(1);
    await expectOnce(bench);
  });

  // crash matrix: consumer → elsewhere | reply lost after it was done | comes again under the same key, and gets the first answer
  it('whose reply is lost comes again under the same key, and gets the first answer', async () => {
    const bench = await createOutsideBench();
    const losing = bench.consumer({
      perform: (sent, tools) => {
        bench.outside.request(tools.idempotencyKey(), sent);
        throw new TypeError('fetch failed');
      },
    });
    expect(await bench.deliver([paidMessage()], { consumer: losing })).toEqual(FAILED);
    expect(bench.counted.counts()).toMatchObject({ 'MessagesFailed{code=TypeError}': 1 });
    expect(await rowOf(bench, MARKER)).toBeUndefined();
    expect(await bench.deliver([paidMessage()], { receives: 2 })).toEqual(DONE);
    expect(bench.outside.requests).toHaveLength(2);
    await expectOnce(bench);
  });

  // crash matrix: consumer → elsewhere | another release prepares otherwise | what was frozen is sent, and nobody is asked to prepare it again
  it('is sent as it was frozen, whatever is deployed by then and whatever that would prepare', async () => {
    const bench = await createOutsideBench();
    await bench.deliver([paidMessage()], { end: 'after performing' });
    let asked = 0;
    const next = bench.consumer({
      prepare: () => {
        asked += 1;
        return asked % 2 === 1 ? 'stale' : { reference: 'other', text: 'Many thanks.' };
      },
    });
    expect(await bench.deliver([paidMessage()], { consumer: next, receives: 2 })).toEqual(DONE);
    expect(asked).toBe(0);
    expect(bench.outside.requests.map(({ sent }) => sent)).toEqual(Array(2).fill({ reference: PAID, text: 'Thank you.' }));
    await expectOnce(bench);
  });

  it('that is delivered twice at once sends twice what the faster one froze', async () => {
    const bench = await createOutsideBench();
    let prepared = 0;
    const consumer = bench.consumer({
      prepare: () => {
        prepared += 1;
        return { reference: PAID, text: `number ${prepared}` };
      },
    });
    expect(await bench.deliver([paidMessage(), paidMessage()], { consumer })).toEqual(DONE);
    expect(prepared).toBe(2);
    expect(new Set(bench.outside.requests.map(({ sent }) => sent['text']))).toEqual(new Set(['number 1']));
    await expectOnce(bench);
  });

  it('is asked for once where only the state that it is applied to has changed meanwhile', async () => {
    const bench = await createOutsideBench();
    let tries = 0;
    const consumer = bench.consumer({
      apply: () => {
        tries += 1;
        const condition = { expression: tries === 1 ? 'attribute_exists(pk)' : 'attribute_not_exists(pk)', means: 'retry' } as const;
        return [{ kind: 'put', table: 'Sent', item: { pk: `books@1#${PAID}`, sk: 'mail', id: 'mail_1' }, condition }];
      },
    });
    expect(await bench.deliver([paidMessage()], { consumer })).toEqual(DONE);
    expect({ tries, asked: bench.outside.requests.length }).toEqual({ tries: 2, asked: 1 });
    await expectOnce(bench);
  });

  it('is not sent for a message that comes after the marker, however late, and whatever the marker says', async () => {
    const bench = await createOutsideBench({ keyLifeSeconds: 3600 });
    await bench.deliver([paidMessage()]);
    bench.clock.advance(40 * 86_400_000);
    expect(await bench.deliver([paidMessage()])).toEqual(DONE);
    expect(bench.outside.requests).toHaveLength(1);
    expect(bench.counted.counts()).toMatchObject({ MarkersFound: 1, EffectsApplied: 1 });
    await expectOnce(bench);
  });
});

describe('what is decided before anything is sent', () => {
  it.each(['duplicate', 'stale'] as const)(
    '%s leaves the marker alone with that word: nothing is frozen and nothing sent',
    async (word) => {
      const bench = await createOutsideBench();
      expect(await bench.deliver([paidMessage()], { consumer: bench.consumer({ prepare: () => word }) })).toEqual(DONE);
      expect(await bench.items('inbox')).toMatchObject([{ pk: MARKER, outcome: word }]);
      expect(bench.outside.requests).toEqual([]);
    },
  );

  it('a rejection leaves the marker alone with its code', async () => {
    const bench = await createOutsideBench();
    const prepare = () => {
      throw new RejectedError('NO_ADDRESS', 'the customer has no address');
    };
    expect(await bench.deliver([paidMessage()], { consumer: bench.consumer({ prepare }) })).toEqual(DONE);
    expect(await bench.items('inbox')).toMatchObject([{ pk: MARKER, outcome: 'rejected', code: 'NO_ADDRESS' }]);
    expect(bench.outside.requests).toEqual([]);
  });

  // crash matrix: consumer → elsewhere | same fact under another id | a duplicate by its natural key before it is sent
  it('the same fact under another event id is a duplicate by its natural key, although the first one is still under way', async () => {
    const bench = await createOutsideBench();
    const consumer = bench.consumer({ naturalKey: ({ subject }) => subject });
    await bench.deliver([paidMessage()], { consumer, end: 'after performing' });
    expect(await bench.deliver(messages(1), { consumer })).toEqual(DONE);
    expect(await rowOf(bench, 'books@1#stripe#-#live#evt_0')).toMatchObject({ outcome: 'duplicate' });
    expect(await bench.deliver([paidMessage()], { consumer, receives: 2 })).toEqual(DONE);
    expect(await rowOf(bench, MARKER)).toMatchObject({ outcome: 'applied', naturalKey: 'pi_1' });
    await expectOnce(bench);
  });
});

describe('what the other side says', () => {
  it('is final where it is a rejection: the marker says it', async () => {
    const bench = await createOutsideBench();
    const perform = () => {
      throw new RejectedError('MAILBOX_GONE', 'refused for good');
    };
    expect(await bench.deliver([paidMessage()], { consumer: bench.consumer({ perform }) })).toEqual(DONE);
    expect(await rowOf(bench, MARKER)).toMatchObject({ outcome: 'rejected', code: 'MAILBOX_GONE' });
    expect(await bench.items('Sent')).toEqual([]);
  });

  // crash matrix: consumer → elsewhere | hangs | the call is told to end, and the message fails alone and comes again
  it('may never come: the call is told to end, that message fails in time, and the others are done', async () => {
    const bench = await createOutsideBench();
    const signals: AbortSignal[] = [];
    const consumer = bench.consumer({
      perform: (sent, tools) => {
        if (sent['reference'] !== PAID) return bench.outside.request(tools.idempotencyKey(), sent);
        signals.push(tools.signal);
        return new Promise(() => undefined);
      },
    });
    const start = bench.clock.nowMillis();
    expect(await bench.deliver([paidMessage(), ...messages(1)], { consumer })).toEqual(FAILED);
    expect(bench.counted.counts()).toMatchObject({ 'MessagesFailed{code=PERFORM_TIMEOUT}': 1, EffectsApplied: 1 });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(bench.clock.nowMillis() - start).toBeLessThan(24_000);
  });

  it('is not waited for where freezing took the time of the whole function', async () => {
    const bench = await createOutsideBench();
    const consumer = bench.consumer({
      prepare: async (event) => {
        await bench.clock.sleep(25_000);
        return { reference: event.id };
      },
    });
    expect(await bench.deliver([paidMessage()], { consumer })).toEqual(FAILED);
    expect(bench.counted.counts()).toMatchObject({ 'MessagesFailed{code=PERFORM_TIMEOUT}': 1 });
    expect(bench.outside.requests).toEqual([]);
    expect(await bench.deliver([paidMessage()])).toEqual(DONE);
  });
});
