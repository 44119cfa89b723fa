/** Attributes that a sender gives a message. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../local/engines/service-engine.ts';
import { openQueue, type QueueBench } from './queue-bench.ts';

let queue: QueueBench;
beforeEach(async () => {
  queue = await openQueue();
});

const TEXT = { DataType: 'String', StringValue: 'EUR' };
const shown = async (names: readonly string[]) => {
  const { body } = await queue.ask('ReceiveMessage', { MessageAttributeNames: names, VisibilityTimeout: 0 });
  const [message] = body['Messages'] as JsonObject[];
  return [Object.keys((message?.['MessageAttributes'] ?? {}) as object), message?.['MD5OfMessageAttributes']];
};

describe('the attributes of a message', () => {
  it('are shown where they are asked for, by name, by prefix or all, with the digest of what is shown', async () => {
    await queue.send('a', {
      MessageAttributes: {
        'pay.currency': TEXT,
        'pay.amount': { DataType: 'Number', StringValue: '12' },
        raw: { DataType: 'Binary', BinaryValue: 'AP8B' },
      },
    });
    const [, all] = await shown(['All']);
    expect(all).toMatch(/^[0-9a-f]{32}$/);
    expect(await shown([])).toEqual([[], undefined]);
    expect(await shown(['pay.*'])).toEqual([['pay.currency', 'pay.amount'], expect.not.stringMatching(String(all))]);
  });

  it('count for the size of the message', async () => {
    await queue.ask('SetQueueAttributes', { Attributes: { MaximumMessageSize: '1024' } });
    // Name, type and value: 1 + 6 + 3 bytes.
    const send = (bytes: number) => queue.error('SendMessage', { MessageBody: 'a'.repeat(bytes), MessageAttributes: { c: TEXT } });
    expect([await send(1_014), await send(1_015)]).toEqual([undefined, 'InvalidParameterValue']);
  });

  it.each<[string, JsonObject]>([
    ['more than ten', Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`n${index}`, TEXT]))],
    ['a type that there is not', { c: { DataType: 'Text', StringValue: 'a' } }],
    ['no value', { c: { DataType: 'String', StringValue: '' } }],
    ['a number that is none', { c: { DataType: 'Number', StringValue: 'a' } }],
    ['a name that AWS keeps for itself', { 'AWS.c': TEXT }],
  ])('are refused where they have %s', async (_what, MessageAttributes) => {
    expect(await queue.error('SendMessage', { MessageBody: 'a', MessageAttributes })).toBe('InvalidParameterValue');
  });

  it('are refused with a character that XML has not', async () => {
    const MessageAttributes = { c: { DataType: 'String', StringValue: '\u0001' } };
    expect(await queue.error('SendMessage', { MessageBody: 'a', MessageAttributes })).toBe('InvalidMessageContents');
  });
});
