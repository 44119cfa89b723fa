/** A queue as all of ours are: standard, encrypted by SQS, reached by TLS only. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type DeadLetterQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export type HouseQueueProps = {
  readonly retentionDays: number;
  /** Whether the queue and its messages outlive the stack. @default false */
  readonly kept?: boolean;
  /** How long a received message stays hidden. @default - 30 seconds */
  readonly visibilitySeconds?: number;
  /** @default - messages that nobody can take expire */
  readonly deadLetterQueue?: DeadLetterQueue;
};

/** Standard, because no provider promises an order and none is promised here: consumers are written so that order does not matter. */
export class HouseQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: HouseQueueProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: props.kept === true ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      retentionPeriod: Duration.days(props.retentionDays),
      ...(props.visibilitySeconds === undefined ? {} : { visibilityTimeout: Duration.seconds(props.visibilitySeconds) }),
      ...(props.deadLetterQueue === undefined ? {} : { deadLetterQueue: props.deadLetterQueue }),
    });
  }
}
