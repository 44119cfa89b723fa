/** The mapping of a stream: a table of its own, a small function, and what comes of failures in the end. */

import { afterEach, expect, it } from '@jest/globals';
import { startLocal } from '../../local/start-local.ts';
import { functionResource, writeSmallStack } from '../local/small-stack.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';
import { describeOnEngines, engineOptions } from './harness.ts';
import { batches, count, logging, nextFailure, put, start, stop, until } from './stream-stack.ts';

describeOnEngines('a stream mapping', () => {
  afterEach(stop);

  it("hands over records as Lambda's: binary values are base64 text, the region is the function's", async () => {
    await start('exports.handler = async (event) => console.log(`[${JSON.stringify(event.Records[0])}]`);', {
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
    });
    await put('a', { payload: { B: Buffer.from([0, 255, 1]) }, n: { N: '1.50' } });
    await until(() => batches().length === 1);
    expect(batches()[0]?.[0]).toEqual({
      eventID: expect.any(String),
      eventName: 'INSERT',
      eventVersion: expect.any(String),
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventSourceARN: expect.stringMatching(/^arn:aws:dynamodb:us-east-1:000000000000:table\/.*Outbox\/stream\//),
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys: { pk: { S: 'a' } },
        NewImage: { pk: { S: 'a' }, payload: { B: 'AP8B' }, n: { N: expect.stringMatching(/^1\.50?$/) } },
        SequenceNumber: expect.stringMatching(/^\d+$/),
        SizeBytes: expect.any(Number),
        StreamViewType: 'NEW_IMAGE',
      },
    });
  });

  it('drops what its filter does not let through', async () => {
    await start(logging(''), { FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] } });
    await put('a');
    await put('a', { changed: { S: 'yes' } });
    await put('b');
    await until(() => count('b') === 1);
    expect(batches().flat()).toEqual(['a', 'b']);
  });

  // crash matrix: tables → relay | partial failure | from the lowest failed record on once more
  it('checkpoints before the lowest failed record and loses none', async () => {
    const answer = `const bad = event.Records.find((r) => r.dynamodb.Keys.pk.S === 'bad');
      if (bad && (tries.bad = (tries.bad ?? 0) + 1) <= 2) return { batchItemFailures: [{ itemIdentifier: bad.dynamodb.SequenceNumber }] };`;
    await start(logging(answer), { MaximumRetryAttempts: 5, BisectBatchOnFunctionError: true });
    for (const key of ['one', 'bad', 'two']) await put(key);
    await until(() => count('bad') >= 3 && count('two') >= 1);
    expect(count('one')).toBe(1);
  });

  // crash matrix: tables → relay | poison record | counted and passed by, its place written down; the others are sent
  it('isolates a record that always fails, tells the failure queue where it is, and goes on', async () => {
    const stack = await start(logging("if (keys.includes('poison')) throw new Error('poison');"), {
      MaximumRetryAttempts: 2,
      BisectBatchOnFunctionError: true,
    });
    for (const key of ['one', 'two', 'poison', 'three']) await put(key);
    const { body } = await nextFailure();
    await until(() => ['one', 'two', 'three'].every((key) => count(key) >= 1));
    expect(JSON.parse(body)).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', functionArn: expect.stringContaining(':function:') },
      DDBStreamBatchInfo: { batchSize: 1, shardId: expect.any(String), startSequenceNumber: expect.stringMatching(/^\d+$/) },
    });
    const sent = stack.calls().filter(({ service, caller }) => service === 'sqs' && caller === 'Relay');
    expect(sent.map(({ action, times }) => [action, times])).toEqual([['SendMessage', 1]]);
  });

  // crash matrix: tables → relay | killed at its timeout | no checkpoint; the batch comes again, halved
  it('tries again after the function was ended at its timeout', async () => {
    await start(logging('if ((tries.n = 1) && event.Records.length === 2) while (true) {}'), {
      MaximumRetryAttempts: 3,
      BisectBatchOnFunctionError: true,
      MaximumBatchingWindowInSeconds: 1,
    });
    await put('a');
    await put('b');
    await until(() => batches().some((batch) => batch.length === 2) && batches().filter((batch) => batch.length === 1).length >= 2);
  });

  // crash matrix: tables → relay | reply lost | read again from the last record that is known
  it('reads on after the last record where a wire was cut, and repeats nothing', async () => {
    let cuts = 0;
    await start(logging(''), {}, ({ operation }) => {
      if (operation !== 'GetRecords' || cuts >= 3) return 'pass';
      cuts += 1;
      return 'cut-after';
    });
    for (const key of ['a', 'b', 'c']) await put(key);
    await until(() => count('c') === 1);
    expect([cuts, batches().flat()]).toEqual([3, ['a', 'b', 'c']]);
  });

  it('keeps the records of one item in order when it works on several at a time', async () => {
    const answer = 'for (const r of event.Records) console.log(JSON.stringify([`v${r.dynamodb.Keys.pk.S}${r.dynamodb.NewImage.v.N}`]));';
    await start(logging(answer), { ParallelizationFactor: 4, BatchSize: 3 });
    for (let version = 0; version < 8; version += 1)
      for (const key of ['a', 'b', 'c', 'd', 'e']) await put(key, { v: { N: String(version) } });
    await until(
      () =>
        batches()
          .flat()
          .filter((each) => each.startsWith('v')).length === 40,
    );
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      const versions = batches()
        .flat()
        .filter((each) => each.startsWith(`v${key}`));
      expect(versions).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((version) => `v${key}${version}`));
    }
  });

  // crash matrix: tables → relay | shard split | the child is read once everything of its parent is done
  it('reads the child of a closed shard, and only after everything of the parent is done', async () => {
    let closed = false;
    let childRead = false;
    const record = (pk: string, SequenceNumber: string) => ({ eventName: 'INSERT', dynamodb: { Keys: { pk: { S: pk } }, SequenceNumber } });
    const answer = (body: unknown) => ({ answer: { status: 200, body } });
    // DynamoDB Local never closes a shard, so the engine's answers are made up here; the mapping is the real one.
    await start(
      logging('await new Promise((resolve) => setTimeout(resolve, 300)); console.log(JSON.stringify(keys.map((key) => `${key} done`)));'),
      {},
      ({ operation, body }) => {
        if (operation === 'DescribeStream') {
          const Shards = [{ ShardId: 'parent' }, ...(closed ? [{ ShardId: 'child', ParentShardId: 'parent' }] : [])];
          return answer({ StreamDescription: { Shards } });
        }
        if (operation === 'GetShardIterator') return answer({ ShardIterator: body['ShardId'] });
        if (operation !== 'GetRecords') return 'pass';
        if (body['ShardIterator'] === 'parent') {
          closed = true;
          return answer({ Records: [record('p1', '1'), record('p2', '2')] });
        }
        const Records = childRead ? [] : [record('c1', '3')];
        childRead = true;
        return answer({ Records, NextShardIterator: 'child' });
      },
    );
    await until(() => count('c1 done') === 1);
    expect(batches()).toEqual([['p1', 'p2'], ['p1 done', 'p2 done'], ['c1'], ['c1 done']]);
  });

  it('hands everything over once more when it is rewound', async () => {
    const local = await start(logging(''));
    await put('a');
    await until(() => count('a') === 1);
    local.functions.rewindStreams();
    await until(() => count('a') === 2);
  });

  it('says so where the table has no stream', async () => {
    const outdir = writeSmallStack({
      code: { relay: logging('') },
      resources: {
        Outbox: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
            AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          },
        },
        Relay: functionResource('relay'),
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            EventSourceArn: { 'Fn::GetAtt': ['Outbox', 'StreamArn'] },
            FunctionName: { Ref: 'Relay' },
            StartingPosition: 'TRIM_HORIZON',
          },
        },
      },
    });
    const starting = startLocal({
      port: 0,
      outdir,
      ...engineOptions(),
      prefix: `n${process.pid}-`,
      logDirectory: temporaryFolder('logs'),
      env: {},
    });
    await expect(starting).rejects.toMatchObject({ code: 'NO_STREAM', message: expect.stringContaining('StreamSpecification') });
  });
});
