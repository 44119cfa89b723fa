/** Where `fauxqs` is not as AWS documents it and the embedded SQS is: the last step's outcome on each, and the document. One that goes away fails. */
import { ask, DEAD_LETTER_ARN, type Step, send, WORK_ARN } from './sqs-script.ts';

export type Difference = {
  readonly title: string;
  /** Document and section that say what AWS does. */
  readonly document: string;
  readonly steps: readonly Step[];
  readonly embedded: unknown;
  readonly fauxqs: unknown;
};

const receive = (input: object = {}): Step => ({ kind: 'receive', input: { ...input } });
const receiveDead = (name: string): Step => ask('ReceiveMessage', { QueueUrl: '/dead', AttributeNames: [name] });
const counts: Step = { kind: 'counts' };
const pass = (seconds: number): Step => ({ kind: 'pass', seconds });
const refused = (error: string) => ({ error });
const create = (QueueName: string, Attributes?: object) => ask('CreateQueue', { QueueUrl: undefined, QueueName, Attributes });
const currency = { DataType: 'String', StringValue: 'EUR' };
const toDeadLetters = [send('a'), receive({ VisibilityTimeout: 0 }), receive({ VisibilityTimeout: 0 }), receive()];
const plain = { MessageId: 'string', ReceiptHandle: 'string', Body: 'a', MD5OfBody: '0cc175b9c0f1b6a831c399e269772661' };
const sent = { MessageId: 'string', MD5OfMessageBody: '0cc175b9c0f1b6a831c399e269772661' };
const policy = (value: object) => ask('SetQueueAttributes', { Attributes: { RedrivePolicy: JSON.stringify(value) } });

const API = 'Amazon SQS API Reference';
const GUIDE = 'Amazon SQS Developer Guide';

const MESSAGES: readonly Difference[] = [
  {
    title: 'a message whose visibility timeout is over counts as visible, whether or not anybody has asked for it since',
    document: `${GUIDE}, "Amazon SQS visibility timeout"`,
    steps: [send('a'), receive(), pass(30), counts],
    embedded: [1, 0, 0],
    fauxqs: [0, 1, 0],
  },
  {
    title: 'a message whose visibility timeout is over has none to change',
    document: `${API}, ChangeMessageVisibility, MessageNotInflight`,
    steps: [send('a'), receive(), pass(30), { kind: 'hide', body: 'a', seconds: 5 }],
    embedded: refused('MessageNotInflight'),
    fauxqs: {},
  },
  {
    title: 'the handle of the latest receive deletes a message also after its visibility timeout',
    document: `${API}, DeleteMessage: the most recently received handle must be used, and no time is named`,
    steps: [send('a'), send('b'), receive(), pass(31), receive({ MaxNumberOfMessages: 1 }), { kind: 'delete', body: 'b' }, counts],
    embedded: [0, 1, 0],
    fauxqs: [1, 1, 0],
  },
  {
    title: 'a message can be hidden for twelve hours from its receive, however often that is changed',
    document: `${API}, ChangeMessageVisibility: the maximum of 12 hours counts from the receive`,
    steps: [send('a'), receive(), pass(10), { kind: 'hide', body: 'a', seconds: 43_191 }],
    embedded: refused('InvalidParameterValue'),
    fauxqs: {},
  },
  {
    title: 'a handle that was never given out is refused',
    document: `${API}, DeleteMessage, ReceiptHandleIsInvalid`,
    steps: [ask('DeleteMessage', { ReceiptHandle: 'nonsense' })],
    embedded: refused('ReceiptHandleIsInvalid'),
    fauxqs: {},
  },
  {
    title: 'a handle that was never given out fails its entry of a batch',
    document: `${API}, DeleteMessageBatch, Failed`,
    steps: [ask('DeleteMessageBatch', { Entries: [{ Id: 'a', ReceiptHandle: 'nonsense' }] })],
    embedded: { Successful: [], Failed: [{ Id: 'a', SenderFault: true, Code: 'ReceiptHandleIsInvalid' }] },
    fauxqs: { Successful: [{ Id: 'a' }], Failed: [] },
  },
  {
    title: 'a message vanishes when its retention is over',
    document: `${API}, SetQueueAttributes, MessageRetentionPeriod`,
    steps: [send('a'), pass(345_600), counts],
    embedded: [0, 0, 0],
    fauxqs: [1, 0, 0],
  },
  {
    title: 'a dead letter is received for the third time, in whichever queue; moving it is no receive',
    document: `${API}, ReceiveMessage, ApproximateReceiveCount`,
    steps: [...toDeadLetters, receiveDead('ApproximateReceiveCount')],
    embedded: { Messages: [{ ...plain, Attributes: { ApproximateReceiveCount: '3' } }] },
    fauxqs: { Messages: [{ ...plain, Attributes: { ApproximateReceiveCount: '4' } }] },
  },
  {
    title: 'a dead letter says which queue it came from',
    document: `${API}, ReceiveMessage, DeadLetterQueueSourceArn`,
    steps: [...toDeadLetters, receiveDead('DeadLetterQueueSourceArn')],
    embedded: { Messages: [{ ...plain, Attributes: { DeadLetterQueueSourceArn: WORK_ARN } }] },
    fauxqs: { Messages: [plain] },
  },
  {
    title: 'a redrive of dead letters',
    document: `${API}, StartMessageMoveTask`,
    steps: [...toDeadLetters, ask('StartMessageMoveTask', { SourceArn: DEAD_LETTER_ARN, QueueUrl: undefined }), counts],
    embedded: [1, 0, 0],
    fauxqs: [0, 0, 0],
  },
];

const CONTENTS: readonly Difference[] = [
  {
    title: 'characters outside the first plane are allowed',
    document: `${API}, SendMessage, MessageBody`,
    steps: [ask('SendMessageBatch', { Entries: [{ Id: 'a', MessageBody: '😀' }] })],
    embedded: { Successful: [{ Id: 'a', MessageId: 'string', MD5OfMessageBody: '2a02eac39d716a70ecf37579185927b6' }], Failed: [] },
    fauxqs: { Successful: [], Failed: [{ Id: 'a', SenderFault: true, Code: 'InvalidMessageContents' }] },
  },
  {
    title: 'an entry without a body fails the batch',
    document: `${API}, SendMessageBatchRequestEntry, MessageBody is required and has one character at least`,
    steps: [ask('SendMessageBatch', { Entries: [{ Id: 'a', MessageBody: '' }] })],
    embedded: refused('MissingParameter'),
    fauxqs: { Successful: [{ Id: 'a', MessageId: 'string', MD5OfMessageBody: 'd41d8cd98f00b204e9800998ecf8427e' }], Failed: [] },
  },
  {
    title: 'a message waits 15 minutes at most',
    document: `${API}, SendMessage, DelaySeconds`,
    steps: [send('a', { DelaySeconds: 901 })],
    embedded: refused('InvalidParameterValue'),
    fauxqs: sent,
  },
  {
    title: 'an entry id has 80 characters at most',
    document: `${API}, SendMessageBatchRequestEntry, Id`,
    steps: [ask('DeleteMessageBatch', { Entries: [{ Id: 'i'.repeat(81), ReceiptHandle: 'nonsense' }] })],
    embedded: refused('InvalidBatchEntryId'),
    fauxqs: { Successful: [{ Id: 'i'.repeat(81) }], Failed: [] },
  },
  {
    title: 'attributes are shown only where they are asked for',
    document: `${API}, ReceiveMessage, MessageAttributeNames`,
    steps: [send('a', { MessageAttributes: { currency } }), ask('ReceiveMessage')],
    embedded: { Messages: [plain] },
    fauxqs: {
      Messages: [{ ...plain, MessageAttributes: { currency }, MD5OfMessageAttributes: '2271c5064c940c62a976d23135c7a016' }],
    },
  },
  {
    title: 'the digest of attributes is that of those that are shown',
    document: `${GUIDE}, "Calculating the MD5 message digest for message attributes"`,
    steps: [
      send('a', { MessageAttributes: { currency, other: currency } }),
      ask('ReceiveMessage', { MessageAttributeNames: ['currency'] }),
    ],
    embedded: {
      Messages: [{ ...plain, MessageAttributes: { currency }, MD5OfMessageAttributes: '2271c5064c940c62a976d23135c7a016' }],
    },
    fauxqs: { Messages: [{ ...plain, MessageAttributes: { currency }, MD5OfMessageAttributes: '0af691667b66a9bfd41a18acfafa19ab' }] },
  },
  {
    title: 'a name of an attribute may not begin as those of AWS do',
    document: `${API}, ReceiveMessage, MessageAttributeNames`,
    steps: [send('a', { MessageAttributes: { 'AWS.currency': currency } })],
    embedded: refused('InvalidParameterValue'),
    fauxqs: { ...sent, MD5OfMessageAttributes: 'c9052d3dfc578d4e77646adce6d6127b' },
  },
];

const QUEUES: readonly Difference[] = [
  {
    title: 'a queue is purged once a minute at most',
    document: `${API}, PurgeQueue, PurgeQueueInProgress`,
    steps: [ask('PurgeQueue'), pass(59), ask('PurgeQueue')],
    embedded: refused('PurgeQueueInProgress'),
    fauxqs: {},
  },
  {
    title: 'the name of a deleted queue is free after a minute',
    document: `${API}, CreateQueue, QueueDeletedRecently`,
    steps: [ask('DeleteQueue'), pass(59), create('work')],
    embedded: refused('QueueDeletedRecently'),
    fauxqs: { QueueUrl: 'string' },
  },
  {
    title: 'the name of a queue has no dots',
    document: `${API}, CreateQueue, QueueName`,
    steps: [create('a.b')],
    embedded: refused('InvalidParameterValue'),
    fauxqs: { QueueUrl: 'string' },
  },
  {
    title: 'a dead-letter queue must be there before its policy',
    document: `${GUIDE}, "Using dead-letter queues in Amazon SQS"`,
    steps: [policy({ deadLetterTargetArn: `${DEAD_LETTER_ARN}er`, maxReceiveCount: 2 })],
    embedded: refused('InvalidParameterValue'),
    fauxqs: {},
  },
  {
    title: 'a message is received once at least before it is a dead letter',
    document: `${API}, CreateQueue, RedrivePolicy, maxReceiveCount`,
    steps: [policy({ deadLetterTargetArn: DEAD_LETTER_ARN, maxReceiveCount: 0 })],
    embedded: refused('InvalidParameterValue'),
    fauxqs: {},
  },
  {
    title: 'no attribute of a queue is shown where none is asked for',
    document: `${API}, GetQueueAttributes, AttributeNames`,
    steps: [ask('GetQueueAttributes', {}), ask('GetQueueAttributes', { AttributeNames: ['Colour'] })],
    embedded: refused('InvalidAttributeName'),
    fauxqs: { Attributes: {} },
  },
];

export const DIFFERENCES: readonly Difference[] = [...MESSAGES, ...CONTENTS, ...QUEUES];
