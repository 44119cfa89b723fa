/** A queue that somebody else reads: delivered to by the relay like any other, and nothing else of it runs here. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadConsumers } from '../../lib/consumers.ts';
import { projectRoot } from '../../lib/project.ts';
import { writeRoutesModule } from '../../lib/routes-module.ts';
import { permissions } from './permissions.ts';
import { consumersWith, emptyFolder, type JsonObject, type SynthesizedStack, synthesizedStack } from './synthesized-stack.ts';

const DEFINE = JSON.stringify(join(projectRoot, 'lambdas', 'core', 'define-queue.ts'));
const queueFile = (fields = '') =>
  `import { defineQueue } from ${DEFINE};\nexport default defineQueue({ name: 'search', subscribes: { stripe: ['*'] }, ${fields} });\n`;
const folder = () => consumersWith({ 'search.ts': queueFile() });
const DAY_SECONDS = 24 * 3600;
const AROUND = { providers: ['stripe'], reserved: [], builtIn: 0 };

let stack: SynthesizedStack;

beforeAll(async () => {
  stack = await synthesizedStack({ consumersFolder: folder() });
});

const properties = (path: string) => stack.readable(stack.at(path).properties) as JsonObject;
const textOf = (path: string) => JSON.stringify(properties(path));

describe('a queue that somebody else reads', () => {
  it('is a queue with a dead-letter queue, both kept as long as SQS can and when the stack goes, and no function', () => {
    const paths = stack.resources.map(({ path }) => path).filter((path) => /search/i.test(path));
    expect(paths.filter((path) => !path.startsWith('Alarms/')).sort()).toEqual([
      'DeliverSearch/DeadLetters/Queue',
      'DeliverSearch/DeadLetters/Queue/Policy',
      'DeliverSearch/Messages/Queue',
      'DeliverSearch/Messages/Queue/Policy',
    ]);
    for (const name of ['Messages', 'DeadLetters']) {
      expect(properties(`DeliverSearch/${name}/Queue`)['MessageRetentionPeriod']).toBe(14 * DAY_SECONDS);
      expect(stack.at(`DeliverSearch/${name}/Queue`)).toMatchObject({ deletionPolicy: 'Retain' });
    }
    expect(properties('DeliverSearch/Messages/Queue')).toMatchObject({
      VisibilityTimeout: 180,
      RedrivePolicy: { deadLetterTargetArn: 'DeliverSearch/DeadLetters/Queue.Arn', maxReceiveCount: 12 },
    });
  });

  it('is known to the relay, which may send to it, and to nobody else', () => {
    expect(textOf('Relay/Relay/Function')).toContain('\\"search\\":\\"DeliverSearch/Messages/Queue\\"');
    const granted = Object.entries(permissions(stack)).flatMap(([fn, lines]) => lines.map((line) => `${fn}: ${line}`));
    expect(granted.filter((line) => line.includes('Search'))).toEqual([
      'Relay/Relay/Function: sqs:SendMessage on DeliverSearch/Messages/Queue.Arn',
    ]);
    expect(textOf('Settlement/Settle/Function')).not.toContain('search');
  });

  it('has an alarm for its dead letters and one for messages that nobody has read for a day', () => {
    const alarms = stack
      .ofType('AWS::CloudWatch::Alarm')
      .filter(({ path }) => path.includes('Search'))
      .map(({ path, properties: { MetricName, Threshold, TreatMissingData } }) => [path, MetricName, Threshold, TreatMissingData]);
    expect(alarms).toEqual([
      ['Alarms/QueueSearchDeadLetters', 'ApproximateNumberOfMessagesVisible', 1, 'ignore'],
      ['Alarms/QueueSearchQueueAge', 'ApproximateAgeOfOldestMessage', 26 * 3600, 'ignore'],
    ]);
  });

  it('has an output with its URL and its ARN, for the one who reads it', () => {
    expect(JSON.parse(String(stack.readable(stack.outputs['QueueSearch']?.Value)))).toEqual({
      name: 'search',
      address: 'search@1',
      queueUrl: 'DeliverSearch/Messages/Queue',
      queueArn: 'DeliverSearch/Messages/Queue.Arn',
      deadLetterUrl: 'DeliverSearch/DeadLetters/Queue',
    });
    expect(stack.outputs).not.toHaveProperty('ConsumerSearch');
  });

  it('gets events like any consumer, and is passed over by settlement under each of its epochs', async () => {
    const consumers = await loadConsumers(folder(), AROUND);
    const module = await import(writeRoutesModule(emptyFolder(), { consumers, builtIn: [], retired: ['gone'] }));
    expect(module.routes).toContainEqual({ address: 'search@1', subscribes: { stripe: ['*'] } });
    expect({ delivered: module.delivered, retired: module.retired }).toEqual({ delivered: ['search'], retired: ['gone'] });
  });
});

describe('a declaration of a queue', () => {
  const loading = (text: string) => loadConsumers(consumersWith({ 'search.ts': text }), AROUND);

  it.each([
    ['that is named otherwise than its file', queueFile("name: 'find',"), 'WRONG_NAME'],
    ['that defineQueue refuses', queueFile('epoch: 0,'), 'NOT_IMPORTABLE'],
    ['that subscribes to an unknown provider', queueFile("subscribes: { strpe: ['*'] },"), 'UNKNOWN_PROVIDER'],
    [
      'that went around defineQueue',
      "export default { name: 'search', epoch: 0, subscribes: { stripe: ['*'] }, settled: false };",
      'BAD_CONSUMER',
    ],
  ])('%s is refused', async (_, text, code) => {
    await expect(loading(text)).rejects.toMatchObject({ name: 'ConfigurationError', code, message: expect.stringContaining('search.ts') });
  });
});
