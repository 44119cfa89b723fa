/** Receipt handles: each names one receive of one message of one queue. Clients must treat them as opaque, and so nothing of theirs is secret here. */
import { SqsError } from './sqs-error.ts';

export type Receipt = { readonly messageId: string; readonly receive: number };

export function receiptHandle(queue: string, { messageId, receive }: Receipt): string {
  return Buffer.from(`${queue}/${messageId}/${receive}`).toString('base64');
}

/** Throws `ReceiptHandleIsInvalid` for what this queue never gave out. */
export function readReceiptHandle(queue: string, handle: unknown): Receipt {
  const [name, messageId, receive, ...more] = Buffer.from(String(handle), 'base64').toString('utf8').split('/');
  if (name === queue && messageId !== undefined && receive !== undefined && /^[1-9]\d{0,8}$/.test(receive) && more.length === 0)
    return { messageId, receive: Number(receive) };
  throw new SqsError('ReceiptHandleIsInvalid', 'The input receipt handle is not a valid receipt handle of this queue.');
}
