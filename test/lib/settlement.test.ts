import { beforeAll, describe, expect, it } from '@jest/globals';
import { createApp } from '../../lib/app.ts';
import { consumersWith, emptyFolder, type SynthesizedStack, synthesizedStack } from './synthesized-stack.ts';

let stack: SynthesizedStack;

beforeAll(async () => {
  stack = await synthesizedStack();
});

describe('settlement', () => {
  it('runs every five minutes, and a run that failed is left to the next one', () => {
    const rules = stack.ofType('AWS::Events::Rule').map(({ properties }) => stack.readable(properties));

    expect(rules).toMatchObject([
      {
        ScheduleExpression: 'rate(5 minutes)',
        State: 'ENABLED',
        Targets: [{ Arn: 'Settlement/Settle/Function.Arn', RetryPolicy: { MaximumRetryAttempts: 0 } }],
      },
    ]);
  });

  it('ends before the next run begins', () => {
    expect(stack.at('Settlement/Settle/Function').properties['Timeout']).toBeLessThan(300);
  });

  it('is told of consumers that are gone for good, and of none where none is declared', async () => {
    const retired = await synthesizedStack({ context: { retired: ['invoices', 'ledger@7'] } });
    const variables = (of: SynthesizedStack) =>
      (of.at('Settlement/Settle/Function').properties['Environment'] as { Variables: object }).Variables;

    expect(variables(retired)).toMatchObject({ RETIRED: 'invoices,ledger@7' });
    expect(variables(stack)).not.toHaveProperty('RETIRED');
  });

  it.each(['ledger', 'ledger@1'])('does not take %s for gone while its file is there', async (entry) => {
    const app = createApp({ outdir: emptyFolder(), bundle: false, consumersFolder: consumersWith(), context: { retired: [entry] } });

    await expect(app).rejects.toMatchObject({
      code: 'RETIRED_CONSUMER_PRESENT',
      message: expect.stringMatching(new RegExp(`^cdk.json declares "${entry}" retired, and a file in lambdas/consumers still has it`)),
    });
  });
});
