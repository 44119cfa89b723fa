/** What happens to a message between being sent and being gone. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { DEAD_LETTER_ARN, openQueue, type QueueBench, START_MILLIS, WORK_ARN } from './queue-bench.ts';

let queue: QueueBench;
beforeEach(async () => {
  queue = await openQueue();
});

const only = <T>(list: readonly T[]): T => {
  expect(list).toHaveLength(1);
  return list[0] as T;
};

describe('a message', () => {
  it('is hidden from its receive until the visibility timeout is over, to the millisecond, and comes again with one receive more', async () => {
    await queue.send('a');
    const first = only(await queue.receive());
    queue.pass(29.999);
    expect(await queue.receive()).toEqual([]);
    queue.pass(0.001);
    const second = only(await queue.receive());
    expect([first, second].map(({ Attributes }) => Attributes['ApproximateReceiveCount'])).toEqual(['1', '2']);
    expect(second.MessageId).toBe(first.MessageId);
    expect(second.ReceiptHandle).not.toBe(first.ReceiptHandle);
    expect(second.Attributes).toMatchObject({
      SentTimestamp: String(START_MILLIS),
      ApproximateFirstReceiveTimestamp: String(START_MILLIS),
    });
  });

  it('that is received with a visibility timeout of 0 can be received again at once', async () => {
    await queue.send('a');
    await queue.receive({ VisibilityTimeout: 0 });
    expect(only(await queue.receive()).Attributes['ApproximateReceiveCount']).toBe('2');
  });

  it('that is deleted does not come again', async () => {
    await queue.send('a');
    const { ReceiptHandle } = only(await queue.receive());
    expect(await queue.error('DeleteMessage', { ReceiptHandle })).toBeUndefined();
    queue.pass(31);
    expect(await queue.receive()).toEqual([]);
    expect(await queue.counts()).toEqual([0, 0, 0]);
  });

  it('is deleted by its latest handle also after the visibility timeout, while nobody else has received it', async () => {
    await queue.send('a');
    const { ReceiptHandle } = only(await queue.receive());
    queue.pass(31);
    await queue.ask('DeleteMessage', { ReceiptHandle });
    expect(await queue.receive()).toEqual([]);
  });

  it('is not deleted by the handle of an earlier receive, though the request succeeds', async () => {
    await queue.send('a');
    const { ReceiptHandle } = only(await queue.receive({ VisibilityTimeout: 0 }));
    await queue.receive();
    expect(await queue.error('DeleteMessage', { ReceiptHandle })).toBeUndefined();
    expect(await queue.counts()).toEqual([0, 1, 0]);
  });

  it('stays hidden for as long as was asked for last, and 0 shows it at once', async () => {
    await queue.send('a');
    const { ReceiptHandle } = only(await queue.receive());
    await queue.ask('ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout: 100 });
    queue.pass(99);
    expect(await queue.receive()).toEqual([]);
    await queue.ask('ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout: 0 });
    expect(await queue.receive()).toHaveLength(1);
  });

  it('is in flight for twelve hours at most, however often that is extended', async () => {
    await queue.send('a');
    const { ReceiptHandle } = only(await queue.receive());
    queue.pass(10);
    const change = (VisibilityTimeout: number) => queue.error('ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout });
    expect(await change(43_191)).toBe('InvalidParameterValue');
    expect(await change(43_190)).toBeUndefined();
  });

  it('that is not in flight has no visibility to change', async () => {
    await queue.send('a');
    const { ReceiptHandle } = only(await queue.receive());
    queue.pass(30);
    expect(await queue.error('ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout: 5 })).toBe('MessageNotInflight');
  });

  it('waits for its own delay, or for that of the queue', async () => {
    await queue.ask('SetQueueAttributes', { Attributes: { DelaySeconds: '5' } });
    await queue.send('own', { DelaySeconds: 2 });
    await queue.send('of the queue');
    expect(await queue.counts()).toEqual([0, 0, 2]);
    queue.pass(2);
    expect(only(await queue.receive()).Body).toBe('own');
    queue.pass(3);
    expect(only(await queue.receive()).Body).toBe('of the queue');
  });

  it('vanishes when its retention is over, in flight or not', async () => {
    await queue.ask('SetQueueAttributes', { Attributes: { MessageRetentionPeriod: '60' } });
    await queue.send('in flight');
    await queue.receive({ VisibilityTimeout: 100 });
    await queue.send('visible');
    queue.pass(59.999);
    expect(await queue.counts()).toEqual([1, 1, 0]);
    queue.pass(0.001);
    expect(await queue.counts()).toEqual([0, 0, 0]);
  });

  it('goes by a retention that is set later', async () => {
    await queue.send('a');
    queue.pass(3_600);
    await queue.ask('SetQueueAttributes', { Attributes: { MessageRetentionPeriod: '3600' } });
    expect(await queue.counts()).toEqual([0, 0, 0]);
  });

  it('moves to the dead-letter queue when it is asked for once too often, with its id, its time and where it comes from', async () => {
    const id = await queue.send('a');
    for (let receive = 0; receive < 3; receive += 1) await queue.receive({ VisibilityTimeout: 0 });
    queue.pass(60);
    expect(await queue.counts('dead')).toEqual([0, 0, 0]);
    expect(await queue.receive()).toEqual([]);
    expect(only(await queue.receive({ QueueUrl: '/dead' }))).toMatchObject({
      MessageId: id,
      Attributes: { SentTimestamp: String(START_MILLIS), ApproximateReceiveCount: '4', DeadLetterQueueSourceArn: WORK_ARN },
    });
  });

  it('expires in the dead-letter queue counted from when it was sent', async () => {
    await queue.send('a');
    for (let receive = 0; receive < 3; receive += 1) await queue.receive({ VisibilityTimeout: 0 });
    queue.pass(345_600 - 1);
    await queue.receive();
    expect(await queue.counts('dead')).toEqual([1, 0, 0]);
    queue.pass(1);
    expect(await queue.counts('dead')).toEqual([0, 0, 0]);
  });

  it('stays where it is when its dead-letter queue is gone', async () => {
    await queue.ask('DeleteQueue', { QueueUrl: '/dead' });
    await queue.send('a');
    for (let receive = 0; receive < 5; receive += 1) expect(await queue.receive({ VisibilityTimeout: 0 })).toHaveLength(1);
  });

  it('that a redrive moves is a new message: another id, another time, no receives', async () => {
    const id = await queue.send('a');
    for (let receive = 0; receive < 4; receive += 1) await queue.receive({ VisibilityTimeout: 0 });
    queue.pass(100);
    await queue.ask('StartMessageMoveTask', { QueueUrl: undefined, SourceArn: DEAD_LETTER_ARN });
    const [moved] = await queue.receive();
    expect(moved?.MessageId).not.toBe(id);
    expect(moved).toMatchObject({ Body: 'a', Attributes: { SentTimestamp: String(START_MILLIS + 100_000), ApproximateReceiveCount: '1' } });
    const { body } = await queue.ask('ListMessageMoveTasks', { QueueUrl: undefined, SourceArn: DEAD_LETTER_ARN });
    expect(body).toMatchObject({ Results: [{ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 }] });
  });

  it('that was sent into the dead-letter queue by itself stays there, and the redrive says so', async () => {
    await queue.send('a', { QueueUrl: '/dead' });
    await queue.ask('StartMessageMoveTask', { QueueUrl: undefined, SourceArn: DEAD_LETTER_ARN });
    expect(await queue.counts('dead')).toEqual([1, 0, 0]);
    const { body } = await queue.ask('ListMessageMoveTasks', { QueueUrl: undefined, SourceArn: DEAD_LETTER_ARN });
    expect(body).toMatchObject({ Results: [{ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' }] });
  });

  it('of a queue that is purged is gone, in flight or delayed too, and its handle then deletes nothing', async () => {
    await queue.send('in flight');
    const { ReceiptHandle } = only(await queue.receive());
    await queue.send('visible');
    await queue.send('delayed', { DelaySeconds: 10 });
    expect(await queue.error('PurgeQueue')).toBeUndefined();
    queue.pass(60);
    expect(await queue.counts()).toEqual([0, 0, 0]);
    expect(await queue.error('DeleteMessage', { ReceiptHandle })).toBeUndefined();
  });
});

describe('the age of the oldest message', () => {
  it('is that of the oldest that was not deleted, in flight or not, in whole seconds', async () => {
    expect(queue.engine.oldestSeconds('work')).toBe(0);
    await queue.send('a');
    queue.pass(10);
    await queue.send('b');
    queue.pass(5.9);
    expect(queue.engine.oldestSeconds('work')).toBe(15);
    const { ReceiptHandle } = only(await queue.receive());
    expect(queue.engine.oldestSeconds('work')).toBe(15);
    await queue.ask('DeleteMessage', { ReceiptHandle });
    expect(queue.engine.oldestSeconds('work')).toBe(5);
  });

  it('leaves out what was received three times, and counts in the dead-letter queue from the move', async () => {
    await queue.send('a');
    for (let receive = 0; receive < 3; receive += 1) await queue.receive({ VisibilityTimeout: 0 });
    queue.pass(100);
    expect(queue.engine.oldestSeconds('work')).toBe(0);
    await queue.receive();
    queue.pass(7);
    expect(queue.engine.oldestSeconds('dead')).toBe(7);
  });
});
