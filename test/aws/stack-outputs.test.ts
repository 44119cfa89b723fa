/** The outputs of a deployed stack, or the knowledge that there is none. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { readStackOutputs } from '../../lambdas/aws/stack-outputs.ts';

const cloudFormation = mockClient(CloudFormationClient);
const region = process.env['AWS_REGION'];

beforeAll(() => {
  process.env['AWS_REGION'] = 'eu-central-1';
});

afterAll(() => {
  if (region === undefined) delete process.env['AWS_REGION'];
  else process.env['AWS_REGION'] = region;
});

beforeEach(() => {
  cloudFormation.reset();
});

const refused = (message: string) => Object.assign(new Error(message), { name: 'ValidationError' });

describe('readStackOutputs', () => {
  it('gives the outputs by name, and the Region in which they are', async () => {
    const stack = {
      StackName: 'oncehook',
      CreationTime: new Date(0),
      StackStatus: 'CREATE_COMPLETE' as const,
      Outputs: [{ OutputKey: 'EventsTable', OutputValue: 'events' }],
    };
    cloudFormation.on(DescribeStacksCommand, { StackName: 'oncehook' }).resolves({ Stacks: [stack] });
    expect(await readStackOutputs('oncehook')).toEqual({ region: 'eu-central-1', outputs: { EventsTable: 'events' } });
  });

  it('gives nothing where there is no such stack', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(refused('Stack with id oncehook does not exist'));
    expect(await readStackOutputs('oncehook')).toBeUndefined();
  });

  it.each([refused('stackName is too long'), Object.assign(new Error('no'), { name: 'AccessDenied' })])(
    'throws everything else: %s',
    async (error) => {
      cloudFormation.on(DescribeStacksCommand).rejects(error);
      await expect(readStackOutputs('oncehook')).rejects.toBe(error);
    },
  );
});
