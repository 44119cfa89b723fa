/** What the embedded SQS and `fauxqs` must answer alike, case by case. */
import { ask, type Step, send } from './sqs-script.ts';

const MEBIBYTE = 1_048_576;
const entry = (Id: unknown, MessageBody = String(Id), more: object = {}) => ({ Id, MessageBody, ...more });
const batch = (...Entries: object[]) => ask('SendMessageBatch', { Entries });
const receive = (input: object = {}): Step => ({ kind: 'receive', input: { ...input } });
const receiveDead: Step = { kind: 'receive', queue: 'dead', input: { AttributeNames: ['SentTimestamp'] } };
const counts: Step = { kind: 'counts' };
const pass = (seconds: number): Step => ({ kind: 'pass', seconds });
const set = (attributes: object) => ask('SetQueueAttributes', { Attributes: attributes });
const currency = { currency: { DataType: 'String', StringValue: 'EUR' } };

export const CASES: readonly (readonly [title: string, ...steps: Step[]])[] = [
  ['a message is received, hidden, and comes again', send('a'), receive(), receive(), counts, pass(30), receive(), counts],
  ['a message is hidden until the last millisecond', send('a'), receive(), pass(29.999), receive(), pass(0.001), receive()],
  ['a receive that hides for no time', send('a'), receive({ VisibilityTimeout: 0 }), receive(), counts],
  ['a receive that hides longer than the queue', send('a'), receive({ VisibilityTimeout: 100 }), pass(99), receive(), pass(1), receive()],
  ['a deleted message', send('a'), receive(), { kind: 'delete', body: 'a' }, counts, pass(31), receive()],
  ['a message deleted twice', send('a'), receive(), { kind: 'delete', body: 'a' }, { kind: 'delete', body: 'a' }],
  ['a message hidden longer', send('a'), receive(), { kind: 'hide', body: 'a', seconds: 60 }, pass(59), receive(), pass(1), receive()],
  ['a message shown at once', send('a'), receive(), { kind: 'hide', body: 'a', seconds: 0 }, receive(), counts],
  ['a message hidden too long', send('a'), receive(), { kind: 'hide', body: 'a', seconds: 43_201 }],
  ['a message hidden that was deleted', send('a'), receive(), { kind: 'delete', body: 'a' }, { kind: 'hide', body: 'a', seconds: 5 }],
  ['an old handle deletes nothing', send('a'), receive(), pass(31), receive(), { kind: 'delete', body: 'a', earlier: 1 }, counts],
  ['an old handle hides nothing', send('a'), receive(), pass(31), receive(), { kind: 'hide', body: 'a', earlier: 1, seconds: 5 }],
  ['a delayed message', send('a', { DelaySeconds: 5 }), counts, receive(), pass(4.999), receive(), pass(0.001), receive()],
  ['a queue that delays', set({ DelaySeconds: '5' }), send('a'), send('b', { DelaySeconds: 0 }), receive(), pass(5), receive()],
  ['the delay of an entry', batch(entry('a', 'a', { DelaySeconds: 3 }), entry('b')), receive(), pass(3), receive()],
  ['dead letters', send('a'), receive(), pass(30), receive(), pass(30), receive(), counts, { kind: 'counts', queue: 'dead' }, receiveDead],
  ['no dead letters without a policy', set({ RedrivePolicy: '' }), send('a'), receive(), pass(30), receive(), pass(30), receive()],
  ['at most ten at once', batch(...[...'abcdefghij'].map((id) => entry(id))), batch(entry('k'), entry('l')), receive(), counts, receive()],
  ['one where no number is asked for', send('a'), ask('ReceiveMessage'), counts],
  ['fewer than there are', send('a'), receive({ MaxNumberOfMessages: 1 }), receive()],
  ['a purged queue', send('a'), receive(), send('b'), send('c', { DelaySeconds: 9 }), ask('PurgeQueue'), counts, pass(31), receive()],
  ['attributes of a message', send('a', { MessageAttributes: currency }), receive({ MessageAttributeNames: ['All'] })],
  [
    'a binary attribute',
    send('a', { MessageAttributes: { raw: { DataType: 'Binary.png', BinaryValue: 'AP8B' } } }),
    receive({ MessageAttributeNames: ['.*'] }),
  ],
  ['system attributes one by one', send('a'), receive({ AttributeNames: [], MessageSystemAttributeNames: ['SentTimestamp'] })],
  ['a message of exactly 1 MiB', send('a'.repeat(MEBIBYTE))],
  ['a message one byte larger', send('a'.repeat(MEBIBYTE + 1))],
  ['bytes count, not characters', send('ä'.repeat(MEBIBYTE / 2)), send('ä'.repeat(MEBIBYTE / 2 + 1))],
  [
    'a queue for small messages',
    set({ MaximumMessageSize: '1024' }),
    send('a'.repeat(1_024)),
    send('a'.repeat(1_025)),
    batch(entry('a', 'a'.repeat(1_025)), entry('b')),
  ],
  ['a batch of exactly 1 MiB', batch(entry('a', 'a'.repeat(MEBIBYTE / 2)), entry('b', 'b'.repeat(MEBIBYTE / 2)))],
  ['a batch one byte larger', batch(entry('a', 'a'.repeat(MEBIBYTE / 2)), entry('b', 'b'.repeat(MEBIBYTE / 2 + 1)))],
  ['a batch of none', batch()],
  ['a batch of eleven', batch(...[...'abcdefghijk'].map((id) => entry(id)))],
  ['two entries of one id', batch(entry('a'), entry('a'))],
  ['an entry id with a dot', batch(entry('a.b'))],
  ['an entry with a character that XML has not', batch(entry('a', 'a\u0000'), entry('b'))],
  ['a message with a character that XML has not', send('a\u000B'), send('\uFFFF'), send('\uD800')],
  ['characters at the edges', send('\t\n\r \uD7FF\uE000\uFFFD')],
  ['an empty message', send('')],
  ['a receive of none and of eleven', receive({ MaxNumberOfMessages: 0 }), receive({ MaxNumberOfMessages: 11 })],
  ['a wait that is too long', receive({ WaitTimeSeconds: 21 })],
  ['a receive that hides too long', receive({ VisibilityTimeout: 43_201 })],
  ['a queue that there is not', ask('SendMessage', { QueueUrl: 'http://127.0.0.1/000000000000/nowhere', MessageBody: 'a' })],
  ['the URL of a queue that there is not', ask('GetQueueUrl', { QueueUrl: undefined, QueueName: 'nowhere' })],
  [
    'the queues by prefix',
    ask('ListQueues', { QueueUrl: undefined, QueueNamePrefix: 'w' }),
    ask('ListQueues', { QueueUrl: undefined, QueueNamePrefix: 'd' }),
  ],
  [
    'a queue that is created again',
    ask('CreateQueue', { QueueUrl: undefined, QueueName: 'work', Attributes: { VisibilityTimeout: '30' } }),
  ],
  [
    'a queue that is created again otherwise',
    ask('CreateQueue', { QueueUrl: undefined, QueueName: 'work', Attributes: { VisibilityTimeout: '31' } }),
  ],
  ['an attribute that there is not', set({ Colour: 'red' })],
  ['attributes out of their range', ...['59', '1209601', '1.5', 'x'].map((value) => set({ MessageRetentionPeriod: value }))],
  [
    'attributes as they were set',
    set({ VisibilityTimeout: '7', DelaySeconds: '1' }),
    ask('GetQueueAttributes', { AttributeNames: ['VisibilityTimeout', 'DelaySeconds', 'QueueArn', 'MaximumMessageSize'] }),
  ],
  ['a deleted queue', ask('DeleteQueue'), send('a'), receive()],
  [
    'several handles at once',
    batch(entry('a'), entry('b')),
    receive(),
    { kind: 'hide', body: 'a', seconds: 0 },
    { kind: 'delete', body: 'b' },
    receive(),
    counts,
  ],
];
