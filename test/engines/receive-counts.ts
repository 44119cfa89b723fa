/** Reads how often messages were received, off the answers of SQS: what a consumer's redelivery looks like from outside. */

import type { AwsCall } from '../../local/aws-call.ts';
import type { EngineAnswer } from '../../local/aws-front.ts';

export type ReceiveCounts = {
  /** To be called for each call to SQS; observes the answer and changes nothing. */
  readonly observe: (call: AwsCall) => 'pass' | { readonly afterAnswer: (answer: EngineAnswer) => void };
  /** The highest receive count of a message seen so far whose body contains this text. */
  highest(text: string): number;
};

type Received = { readonly Body: string; readonly Attributes?: { readonly ApproximateReceiveCount?: string } };

export function createReceiveCounts(): ReceiveCounts {
  const received: Received[] = [];
  return {
    observe: ({ operation }) => {
      if (operation !== 'ReceiveMessage') return 'pass';
      return {
        afterAnswer: ({ body }) => {
          received.push(...((JSON.parse(body.toString('utf8')) as { Messages?: Received[] }).Messages ?? []));
        },
      };
    },
    highest: (text) =>
      received
        .filter(({ Body }) => Body.includes(text))
        .reduce((highest, { Attributes }) => Math.max(highest, Number(Attributes?.ApproximateReceiveCount ?? 0)), 0),
  };
}
