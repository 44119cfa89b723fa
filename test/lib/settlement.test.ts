import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createApp } from '../../lib/app.ts';
import { consumersWith, emptyFolder, PAYMENTS, type SynthesizedStack, synthesizedStack } from './synthesized-stack.ts';

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
        Targets: [{ Arn: 'Settlement/Settle/Function.Arn', RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 120 } }],
      },
    ]);
    // The rule's policy is for handing the event over; for the run itself it is the function's.
    expect(stack.ofType('AWS::Lambda::EventInvokeConfig').map(({ properties }) => properties)).toMatchObject([
      { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 120 },
    ]);
  });

  it('ends before the next run begins', () => {
    expect(stack.at('Settlement/Settle/Function').properties['Timeout']).toBeLessThan(300);
  });

  it('is told of consumers that are gone for good, and of none where none is declared', async () => {
    const retiredIn = async (context: object) => {
      const outdir = emptyFolder();
      await createApp({ outdir, bundle: false, consumersFolder: consumersWith(), context: { ...context } });
      return (await import(pathToFileURL(join(outdir, 'generated', 'routes.mjs')).href)).retired;
    };

    expect(await retiredIn({ retired: ['invoices', 'ledger@7'] })).toEqual(['invoices', 'ledger@7']);
    expect(await retiredIn({})).toEqual([]);
  });

  it.each(['ledger', 'ledger@1', 'charge-stripe', 'confirm-stripe@1'])('does not take %s for gone while it is there', async (entry) => {
    const context = { retired: [entry], payments: PAYMENTS };
    const app = createApp({ outdir: emptyFolder(), bundle: false, consumersFolder: consumersWith(), context });

    await expect(app).rejects.toMatchObject({
      code: 'RETIRED_CONSUMER_PRESENT',
      message: expect.stringContaining(`cdk.json declares "${entry}" retired, and a file in lambdas/consumers or "payments" still has it`),
    });
  });
});
