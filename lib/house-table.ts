/** A table as all of ours are: on demand, restorable to any second, and neither deleted nor replaced by accident. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { SparseIndex } from '../lambdas/core/ports.ts';

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
  /** Global indexes that hold nothing but keys, of the items that have both of an index's attributes. @default - none */
  readonly indexes?: readonly SparseIndex[];
};

/**
 * A global index of keys is written when one of its own two attributes comes, goes or changes, and costs other writes nothing: it pays for
 * what few items have, and only for a while, such as a due time. The tables that every event is written to have none all the same: each of
 * their items would be in it for good, so each write would be paid once more, and an index that cannot keep up holds back the writes to its
 * table ("Using global secondary indexes", developer guide). A local index is never right here: it brings the 10 GB limit of an item
 * collection into every transaction.
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
    for (const { name, partition, sort } of props.indexes ?? []) {
      this.table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: { name: partition, type: AttributeType.STRING },
        sortKey: { name: sort, type: AttributeType.STRING },
        projectionType: ProjectionType.KEYS_ONLY,
      });
    }
  }

  /** What a Query of an index has to be allowed on; of the table itself IAM is not asked then (service authorization reference). */
  indexArn({ name }: SparseIndex): string {
    return `${this.table.tableArn}/index/${name}`;
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
