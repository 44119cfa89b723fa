/** A message as a queue holds it. */
import type { MessageContent } from './message-content.ts';

/** `gone` messages are out of the queue for good; a `deleted` one may still be delivered once more, as on AWS. */
export type MessageState = 'delayed' | 'visible' | 'inFlight' | 'deleted' | 'gone';

export type StoredMessage = {
  readonly id: string;
  readonly content: MessageContent;
  /** When its sender sent it; a dead-letter queue keeps it, and retention counts from it. */
  readonly sentAtMillis: number;
  /** When it came into this queue. */
  readonly arrivedAtMillis: number;
  /** The queue it was moved from after too many receives. */
  readonly deadLetterSourceArn: string | undefined;
  state: MessageState;
  /** Rises with each change of state, so that a time that was noted for an earlier one is known to be out of date. */
  turn: number;
  /** Across all queues it was in. */
  receives: number;
  firstReceivedAtMillis: number | undefined;
  receivedAtMillis: number;
};

export type Arrival = Pick<StoredMessage, 'id' | 'content' | 'sentAtMillis' | 'arrivedAtMillis'> &
  Partial<Pick<StoredMessage, 'deadLetterSourceArn' | 'receives' | 'firstReceivedAtMillis'>>;

/** A message that is on its way into a queue. */
export function arriving(arrival: Arrival): StoredMessage {
  return {
    deadLetterSourceArn: undefined,
    receives: 0,
    firstReceivedAtMillis: undefined,
    ...arrival,
    state: 'gone',
    turn: 0,
    receivedAtMillis: 0,
  };
}
