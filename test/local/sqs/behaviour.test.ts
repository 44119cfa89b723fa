/** What a standard queue may do: deliver a message twice, deliver one that was deleted, and in another order. Off unless it is asked for. */
import { describe, expect, it } from '@jest/globals';
import { openQueue } from './queue-bench.ts';

const LETTERS = [...'abcdefghij'];

describe('a queue that may deliver a message twice', () => {
  it('delivers one that is in flight once more, with a receive more and its own handle, and only that handle deletes it', async () => {
    const queue = await openQueue({ duplicateFraction: () => 1 });
    await queue.send('a');
    const [first] = await queue.receive();
    const [copy] = await queue.receive();
    expect(copy).toMatchObject({ MessageId: first?.MessageId, Attributes: { ApproximateReceiveCount: '2' } });
    await queue.ask('DeleteMessage', { ReceiptHandle: first?.ReceiptHandle });
    expect(await queue.counts()).toEqual([0, 1, 0]);
    await queue.ask('DeleteMessage', { ReceiptHandle: copy?.ReceiptHandle });
    expect(await queue.counts()).toEqual([0, 0, 0]);
  });

  it('delivers one that was deleted a moment ago, which is then there until it is deleted again', async () => {
    let fraction = 1;
    const queue = await openQueue({ duplicateFraction: () => fraction });
    const id = await queue.send('a');
    const [{ ReceiptHandle } = { ReceiptHandle: '' }] = await queue.receive();
    await queue.ask('DeleteMessage', { ReceiptHandle });
    fraction = 0;
    const [copy] = await queue.receive();
    expect(copy?.MessageId).toBe(id);
    expect(await queue.counts()).toEqual([0, 1, 0]);
    await queue.ask('DeleteMessage', { ReceiptHandle: copy?.ReceiptHandle });
    queue.pass(100);
    expect(await queue.receive()).toEqual([]);
  });

  it('delivers none again that was purged or has expired', async () => {
    const queue = await openQueue({ duplicateFraction: () => 1 });
    await queue.send('a');
    await queue.receive();
    await queue.ask('PurgeQueue');
    expect(await queue.receive()).toEqual([]);
    await queue.send('b');
    const [{ ReceiptHandle } = { ReceiptHandle: '' }] = await queue.receive();
    await queue.ask('DeleteMessage', { ReceiptHandle });
    queue.pass(345_600);
    expect(await queue.receive()).toEqual([]);
  });

  it('does so for about the part it is told', async () => {
    const queue = await openQueue({ duplicateFraction: () => 0.2 });
    let received = 0;
    for (let round = 0; round < 1_000; round += 1) {
      await queue.send('a');
      for (const { ReceiptHandle } of await queue.receive({ MaxNumberOfMessages: 10 })) {
        received += 1;
        await queue.ask('DeleteMessage', { ReceiptHandle });
      }
    }
    expect(received).toBeGreaterThan(1_150);
    expect(received).toBeLessThan(1_350);
  });
});

describe('the order of messages', () => {
  const received = async (seed: number, reorder: boolean) => {
    const queue = await openQueue({ reorder }, seed);
    for (const letter of LETTERS) await queue.send(letter);
    const bodies: string[] = [];
    for (let batch = 0; batch < 4; batch += 1) bodies.push(...(await queue.receive({ MaxNumberOfMessages: 3 })).map(({ Body }) => Body));
    return bodies;
  };

  it('is that in which they became visible', async () => {
    expect(await received(1, false)).toEqual(LETTERS);
  });

  it('is drawn where that is asked for: another one for another seed, the same for the same, and none is left out', async () => {
    const [one, same, other] = [await received(1, true), await received(1, true), await received(2, true)];
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    for (const bodies of [one, other]) {
      expect(bodies).not.toEqual(LETTERS);
      expect(bodies.toSorted()).toEqual(LETTERS);
    }
  });
});
