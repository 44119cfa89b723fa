/** A table as all of ours are: on demand, restorable to any second, and neither deleted nor replaced by accident. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export type HouseTableProps = {
  /** A throw-away stack: the table goes with it. */
  readonly ephemeral: boolean;
  /** With a sort key `sk` next to the partition key `pk`. @default false */
  readonly sorted?: boolean;
  /** With a stream of new images. @default false */
  readonly streamed?: boolean;
  /** The attribute with the second from which DynamoDB may delete an item. @default - items never expire */
  readonly expiryAttribute?: string;
  /** Items are written once: nobody may change or delete one, whatever their own permissions. @default false */
  readonly writtenOnce?: boolean;
};

/**
 * It has no index: a local one would bring the 10 GB limit of an item collection into every transaction, a global one would cost each
 * write again and could hold the table back.
 */
export class HouseTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: HouseTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      ...(props.sorted ? { sortKey: { name: 'sk', type: AttributeType.STRING } } : {}),
      ...(props.streamed ? { stream: StreamViewType.NEW_IMAGE } : {}),
      ...(props.expiryAttribute === undefined ? {} : { timeToLiveAttribute: props.expiryAttribute }),
      ...(props.writtenOnce ? { resourcePolicy: writtenOncePolicy() } : {}),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: !props.ephemeral,
      removalPolicy: props.ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
  }
}

/**
 * A refusal beats every permission, so an operator who really must change an item has to change this policy first, which is on record.
 * In a table's own policy the resource `*` is that table; its ARN would be a circle in the template.
 */
function writtenOncePolicy(): PolicyDocument {
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [
          'dynamodb:BatchWriteItem',
          'dynamodb:DeleteItem',
          'dynamodb:PartiQLDelete',
          'dynamodb:PartiQLUpdate',
          'dynamodb:UpdateItem',
        ],
        resources: ['*'],
      }),
    ],
  });
}
