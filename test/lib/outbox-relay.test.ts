import { beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import { type JsonObject, type SynthesizedStack, synthesizedStack } from './synthesized-stack.ts';

let stack: SynthesizedStack;
let mapping: JsonObject;

beforeAll(async () => {
  stack = await synthesizedStack();
  mapping = stack.readable(stack.at('Relay/Mapping').properties) as JsonObject;
});

/** The part of Lambda's filter language that is used; whatever else a pattern holds must not pass unread. */
function lets(record: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) {
    if (!pattern.every((value) => typeof value === 'string')) throw new Error(`Not read here: ${JSON.stringify(pattern)}`);
    return (pattern as unknown[]).includes(record);
  }
  if (typeof record !== 'object' || record === null) return false;
  return Object.entries(pattern as object).every(([name, inner]) => lets((record as { [name: string]: unknown })[name], inner));
}

function isSent(record: DynamoDBRecord): boolean {
  const { Filters } = mapping['FilterCriteria'] as unknown as { Filters: readonly { readonly Pattern: string }[] };
  return Filters.some(({ Pattern }) => lets(record, JSON.parse(Pattern)));
}

/** An outbox item as the stream carries it, cut to what a filter could look at. */
function streamRecord(
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE',
  more: Partial<DynamoDBRecord> & { readonly to?: string } = {},
): DynamoDBRecord {
  const { to = 'ledger@1', ...rest } = more;
  const keys = { pk: { S: '2026-11-23T22:25Z#07' }, sk: { S: 'stripe#-#live#evt_1' } };
  const image = { ...keys, v: { N: '1' }, source: { S: 'stripe' }, to: { L: [{ S: to }] }, codec: { S: 'raw' }, payload: { B: 'e30=' } };
  return {
    eventID: '6f3c1a',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    eventName,
    eventSourceARN: 'arn:aws:dynamodb:eu-west-1:123456789012:table/Outbox/stream/2026-11-23T22:00:00.000',
    dynamodb: {
      ApproximateCreationDateTime: 1795473900,
      Keys: keys,
      SequenceNumber: '100000000000000000001',
      SizeBytes: 312,
      StreamViewType: 'NEW_IMAGE',
      ...(eventName === 'REMOVE' ? {} : { NewImage: image }),
    },
    ...rest,
  };
}

describe('the stream mapping', () => {
  it('sends what is new in the outbox', () => {
    expect(isSent(streamRecord('INSERT'))).toBe(true);
  });

  it('sends what a consumer published, and what is addressed to the quarantine, to be told apart by the relay', () => {
    expect(isSent(streamRecord('INSERT', { to: 'receipts@1' }))).toBe(true);
    expect(isSent(streamRecord('INSERT', { to: 'quarantine' }))).toBe(true);
  });

  it('ignores an item whose expiry was changed', () => {
    expect(isSent(streamRecord('MODIFY'))).toBe(false);
  });

  it('ignores an item that expired or was deleted', () => {
    const expired = streamRecord('REMOVE', { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } });

    expect(isSent(expired)).toBe(false);
    expect(isSent(streamRecord('REMOVE'))).toBe(false);
  });

  it('is the only one on the stream, from the outbox to the relay', () => {
    const onStreams = stack
      .ofType('AWS::Lambda::EventSourceMapping')
      .filter(({ properties }) => JSON.stringify(properties).includes('StreamArn'));

    expect(onStreams).toHaveLength(1);
    expect(mapping).toMatchObject({ EventSourceArn: 'Tables/Outbox/Table.StreamArn', FunctionName: 'Relay/Relay/Function' });
  });

  // crash matrix: tables → relay | outage | a mapping made anew begins with the oldest record
  it('begins with the oldest record, so that nothing written before it was active is skipped', () => {
    expect(mapping['StartingPosition']).toBe('TRIM_HORIZON');
  });

  it('reads which records failed, and halves a batch in error', () => {
    expect(mapping).toMatchObject({ FunctionResponseTypes: ['ReportBatchItemFailures'], BisectBatchOnFunctionError: true });
  });

  // crash matrix: tables → relay | too late | given up alone after six hours, not by tries; settlement sends it
  it('gives a record up by its age, well before the stream trims what waits behind it, and not by tries that a short outage uses up', () => {
    expect(mapping).toMatchObject({ MaximumRetryAttempts: 10_000, MaximumRecordAgeInSeconds: 6 * 3600 });
  });

  it('notes what it gave up in a queue that keeps it for two weeks', () => {
    expect(mapping['DestinationConfig']).toEqual({ OnFailure: { Destination: 'Relay/Failures/Queue.Arn' } });
    expect(stack.at('Relay/Failures/Queue').properties).toEqual({ MessageRetentionPeriod: 14 * 24 * 3600, SqsManagedSseEnabled: true });
  });

  it('takes a hundred records at a time without waiting for more, in four lanes a shard', () => {
    expect(mapping).toMatchObject({ BatchSize: 100, ParallelizationFactor: 1 });
    expect(mapping).not.toHaveProperty('MaximumBatchingWindowInSeconds');
    expect(mapping).not.toHaveProperty('TumblingWindowInSeconds');
  });
});

describe('the relay', () => {
  it("is told each consumer's queue by the consumer's name", () => {
    const { Variables } = stack.readable(stack.at('Relay/Relay/Function').properties['Environment']) as {
      Variables: { [name: string]: string };
    };

    expect(Object.keys(Variables).sort()).toEqual(['POWERTOOLS_METRICS_NAMESPACE', 'POWERTOOLS_SERVICE_NAME', 'QUEUE_URLS']);
    expect(JSON.parse(String(Variables['QUEUE_URLS']))).toEqual({
      ledger: 'ConsumeLedger/Messages/Queue',
      receipts: 'ConsumeReceipts/Messages/Queue',
    });
  });
});
