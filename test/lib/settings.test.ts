import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../lib/settings.ts';

const read = (context: { readonly [name: string]: unknown }) => readSettings((name) => context[name]);

describe('the settings of a deployment', () => {
  it('are a stack named oncehook that keeps its data and tells no topic, where nothing is said', () => {
    expect(read({})).toEqual({ stackName: 'oncehook', ephemeral: false, alarmTopicArn: undefined, retired: [] });
  });

  it('are read from the command line as from cdk.json', () => {
    expect(read({ ephemeral: 'true' }).ephemeral).toBe(true);
    expect(read({ ephemeral: true }).ephemeral).toBe(true);
    expect(read({ ephemeral: 'false' }).ephemeral).toBe(false);
  });

  it.each([
    ['ephemeral', 'yes', 'ephemeral: received "yes"; allowed are true and false'],
    ['ephemeral', 1, 'ephemeral: received 1; allowed are true and false'],
    ['alarmTopicArn', 'alarms', 'alarmTopicArn: received "alarms"; allowed is the ARN of an SNS topic'],
    ['alarmTopicArn', 'arn:aws:sqs:eu-west-1:123456789012:alarms', 'allowed is the ARN of an SNS topic'],
    ['retired', 'receipts', 'retired: received "receipts"; allowed is a list of names and addresses of consumers'],
    ['retired', ['Receipts'], 'allowed are names of consumers (`receipts`) and addresses (`ledger@1`)'],
    ['stackName', 'once hook', 'stackName: received "once hook"; allowed are 1 to 60 letters'],
  ])('refuse %s = %j and say what is allowed', (name, value, message) => {
    expect(() => read({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'BAD_SETTINGS', message: expect.stringContaining(message) }),
    );
  });
});
