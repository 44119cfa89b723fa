/** What a sender hands in as one message: its rules, its size and its digests. */
import { hash } from 'node:crypto';
import type { JsonObject } from '../service-engine.ts';
import { isObject } from './read-input.ts';
import { invalidValue, missingParameter, notModelled, SqsError } from './sqs-error.ts';

export type MessageAttribute = { readonly DataType: string; readonly StringValue?: string; readonly BinaryValue?: string };
export type MessageAttributes = { readonly [name: string]: MessageAttribute };

export type MessageContent = {
  readonly body: string;
  readonly bodyMd5: string;
  readonly attributes: MessageAttributes;
  readonly attributesMd5: string | undefined;
};

/** Of one message and of a whole batch: 1 MiB (SQS quotas, "Message quotas"). */
export const MESSAGE_BYTES_MAX = 1_048_576;
/** SQS quotas, "Message quotas". */
const ATTRIBUTES_MAX = 10;

/** All that XML 1.0 allows (SendMessage API reference). A lone surrogate is refused; a pair is one character above #xFFFF. */
const INVALID_CHARACTER = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** Reads and checks one message, whatever its size. Throws `SqsError`. */
export function readContent(input: JsonObject): MessageContent {
  const body = input['MessageBody'];
  if (body === undefined || body === '') throw missingParameter('MessageBody');
  if (typeof body !== 'string') throw invalidValue('MessageBody', body, 'Must be a string');
  const attributes = readAttributes(input['MessageAttributes']);
  const texts = [body, ...Object.values(attributes).map(({ StringValue }) => StringValue ?? '')];
  if (texts.some((text) => INVALID_CHARACTER.test(text))) {
    throw new SqsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.',
    );
  }
  return { body, bodyMd5: hash('md5', body), attributes, attributesMd5: attributesMd5(attributes) };
}

/** Bytes that count: the body, and name, type and value of each attribute. */
export function sizeBytes(input: JsonObject): number {
  const body = input['MessageBody'];
  const attributes = isObject(input['MessageAttributes']) ? input['MessageAttributes'] : {};
  let bytes = typeof body === 'string' ? Buffer.byteLength(body) : 0;
  for (const [name, attribute] of Object.entries(attributes)) {
    const { DataType = '', StringValue = '', BinaryValue = '' } = attribute as Partial<MessageAttribute>;
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue);
    bytes += Buffer.byteLength(BinaryValue, 'base64');
  }
  return bytes;
}

export function checkSize(bytes: number, bytesMax: number): void {
  if (bytes <= bytesMax) return;
  throw new SqsError(
    'InvalidParameterValue',
    `One or more parameters are invalid. Reason: Message must be shorter than ${bytesMax} bytes. It has ${bytes}.`,
  );
}

function readAttributes(value: unknown): MessageAttributes {
  if (value === undefined) return {};
  if (!isObject(value)) throw invalidValue('MessageAttributes', value, 'Must be an object');
  const names = Object.keys(value);
  if (names.length > ATTRIBUTES_MAX)
    throw new SqsError(
      'InvalidParameterValue',
      `Number of message attributes [${names.length}] exceeds the allowed maximum [${ATTRIBUTES_MAX}].`,
    );
  for (const name of names) checkAttribute(name, value[name]);
  return value as MessageAttributes;
}

function checkAttribute(name: string, value: unknown): void {
  const { DataType, StringValue, BinaryValue, ...more } = isObject(value) ? value : {};
  if (Object.keys(more).length > 0) throw notModelled(`${Object.keys(more).join(', ')} of the message attribute ${name}`);
  if (!/^[\w.-]{1,256}$/.test(name) || /^(aws|amazon)\./i.test(name) || /^\.|\.\.|\.$/.test(name))
    throw invalidValue('MessageAttributes', name, 'Invalid attribute name');
  const kind = /^(String|Number|Binary)(\..+)?$/.exec(typeof DataType === 'string' ? DataType : '')?.[1];
  if (kind === undefined) throw invalidValue(`MessageAttributes.${name}.DataType`, DataType, 'Must start with String, Number or Binary');
  const held = kind === 'Binary' ? BinaryValue : StringValue;
  if (typeof held !== 'string' || held === '')
    throw invalidValue(`MessageAttributes.${name}`, held, `Must contain a non-empty value of type ${kind}`);
  if (kind === 'Number' && !Number.isFinite(Number(held)))
    throw invalidValue(`MessageAttributes.${name}`, held, 'Cannot be read as a number');
}

/** Undefined where there are none. SDK clients check it (SQS Developer Guide, "Calculating the MD5 message digest for message attributes"). */
export function attributesMd5(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const parts = names.flatMap((name) => {
    const { DataType, StringValue, BinaryValue } = attributes[name] as MessageAttribute;
    const binary = DataType.startsWith('Binary');
    const value = binary ? Buffer.from(BinaryValue ?? '', 'base64') : Buffer.from(StringValue ?? '');
    return [...withLength(Buffer.from(name)), ...withLength(Buffer.from(DataType)), Buffer.of(binary ? 2 : 1), ...withLength(value)];
  });
  return hash('md5', Buffer.concat(parts));
}

function withLength(bytes: Buffer): readonly Buffer[] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.byteLength);
  return [length, bytes];
}
