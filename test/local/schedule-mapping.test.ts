import { describe, expect, it } from '@jest/globals';
import { ScheduleMapping } from '../../local/schedule-mapping.ts';
import { stackPlan } from '../../local/stack-plan.ts';
import { readTemplate } from '../../local/template.ts';
import { createVirtualClock, START_MILLIS } from '../pipeline/virtual-clock.ts';
import { functionResource, writeSmallStack } from './small-stack.ts';

const PLAN = { logicalId: 'Schedule', functionId: 'Settle', everySeconds: 300 };

function plansOf(rule: object) {
  const resources = { Settle: functionResource('code1'), Schedule: { Type: 'AWS::Events::Rule', Properties: rule } };
  const around = { prefix: '', apiUrl: 'http://127.0.0.1:3000', queueEndpoint: 'http://127.0.0.1:4000' };
  return stackPlan(readTemplate(writeSmallStack({ resources, code: { code1: '' } })), around).schedules;
}

const targets = [{ Arn: { 'Fn::GetAtt': ['Settle', 'Arn'] }, Id: 'Target0' }];

describe('a schedule of the template', () => {
  it.each([
    ['rate(5 minutes)', 300],
    ['rate(1 hour)', 3600],
    ['rate(1 day)', 86_400],
  ])('%s invokes its function every %i seconds', (expression, everySeconds) => {
    expect(plansOf({ ScheduleExpression: expression, State: 'ENABLED', Targets: targets })).toEqual([{ ...PLAN, everySeconds }]);
  });

  it('may hand its function an input of its own', () => {
    const targetsOf = (input: string) => targets.map((target) => ({ ...target, Input: input }));
    const plans = plansOf({ ScheduleExpression: 'rate(7 days)', Targets: targetsOf('{"hours":720}') });

    expect(plans).toEqual([{ ...PLAN, everySeconds: 604_800, input: { hours: 720 } }]);
    expect(() => plansOf({ ScheduleExpression: 'rate(7 days)', Targets: targetsOf('{') })).toThrow(/the Input of its target is no JSON/);
  });

  it('that is disabled invokes nothing', () => {
    expect(plansOf({ ScheduleExpression: 'rate(5 minutes)', State: 'DISABLED', Targets: targets })).toEqual([]);
  });

  it.each([
    ['cron(0 12 * * ? *)', targets, 'its expression is cron(0 12 * * ? *)'],
    ['rate(5 minutes)', [{ Arn: 'arn:aws:sqs:us-east-1:000000000000:q' }], "none of the template's functions"],
    ['rate(5 minutes)', targets.map((target) => ({ ...target, InputPath: '$.detail' })), 'its target sets InputPath'],
    ['rate(5 minutes)', targets.map((target) => ({ ...target, InputTransformer: {} })), 'its target sets InputTransformer'],
  ])('that cannot be run as it says is refused: %s, %j', (expression, where, message) => {
    expect(() => plansOf({ ScheduleExpression: expression, Targets: where })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_SCHEDULE', message: expect.stringContaining(message) }),
    );
  });
});

describe('a schedule that runs', () => {
  it('invokes its function at once and then each time its period is over, also after a run that failed', async () => {
    const clock = createVirtualClock();
    const times: number[] = [];
    const pool = {
      invoke: async (event: unknown) => {
        expect(event).toMatchObject({ 'detail-type': 'Scheduled Event', source: 'aws.events' });
        times.push((clock.nowMillis() - START_MILLIS) / 1000);
        if (times.length === 3) mapping.stop();
        throw new Error('The function failed.');
      },
    };
    const mapping = new ScheduleMapping(PLAN, { pool, clock });

    await mapping.start();
    await mapping.stopped();

    expect(times).toEqual([0, 300, 600]);
  });

  it('hands over its own input in place of the event that EventBridge makes', async () => {
    const clock = createVirtualClock();
    const events: unknown[] = [];
    const invoke = async (event: unknown) => {
      events.push(event);
      mapping.stop();
      return { ok: true, payload: undefined } as const;
    };
    const mapping = new ScheduleMapping({ ...PLAN, input: { hours: 3 } }, { pool: { invoke }, clock });

    await mapping.start();
    await mapping.stopped();

    expect(events).toEqual([{ hours: 3 }]);
  });

  it('ends in the middle of its wait when it is stopped', async () => {
    const clock = createVirtualClock();
    let runs = 0;
    const invoke = async () => {
      runs += 1;
      return { ok: true, payload: undefined } as const;
    };
    const mapping = new ScheduleMapping(PLAN, { pool: { invoke }, clock: { ...clock, sleep: neverEnding } });

    await mapping.start();
    await new Promise(setImmediate);
    mapping.stop();
    await mapping.stopped();

    expect(runs).toBe(1);
  });
});

function neverEnding(_millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()));
}
