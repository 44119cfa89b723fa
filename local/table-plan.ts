/** The tables of a template, as requests to create them. */
import type { CreateTableCommandInput, GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb';
import { type Reading, resourcesOf } from './resources-of.ts';

export type TablePlan = {
  readonly logicalId: string;
  readonly name: string;
  readonly request: CreateTableCommandInput;
  readonly expiryAttribute: string | undefined;
};

/** Throughput is left out: no local engine models it. */
export function tablePlans(reading: Reading): readonly TablePlan[] {
  return resourcesOf(reading, 'AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(({ logicalId, property }) => {
    const name = reading.names.name(logicalId);
    const stream = property('StreamSpecification') as { StreamViewType: 'NEW_IMAGE' } | undefined;
    const indexes = property('GlobalSecondaryIndexes') as GlobalSecondaryIndex[] | undefined;
    const expiry = property('TimeToLiveSpecification') as { AttributeName: string; Enabled: boolean } | undefined;
    return {
      logicalId,
      name,
      request: {
        TableName: name,
        KeySchema: property('KeySchema') as CreateTableCommandInput['KeySchema'],
        AttributeDefinitions: property('AttributeDefinitions') as CreateTableCommandInput['AttributeDefinitions'],
        BillingMode: 'PAY_PER_REQUEST',
        ...(indexes === undefined
          ? {}
          : { GlobalSecondaryIndexes: indexes.map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection })) }),
        ...(stream === undefined ? {} : { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType } }),
      },
      expiryAttribute: expiry?.Enabled === true ? expiry.AttributeName : undefined,
    };
  });
}
