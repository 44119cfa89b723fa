/** A function that runs by the clock: a run that fails, or that finds no room, is left to the next one. */
import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { HouseFunction } from './house-function.ts';

export type ScheduleProps = {
  readonly description: string;
  readonly every: Duration;
  /** The function's event. @default - EventBridge's own */
  readonly input?: object;
  /** A run that could not start by then is left out. */
  readonly eventMinutesMax: number;
};

export function addSchedule(scope: Construct, id: string, { run, ...props }: ScheduleProps & { readonly run: HouseFunction }): void {
  const { description, every, input } = props;
  const target = {
    retryAttempts: 0,
    maxEventAge: Duration.minutes(props.eventMinutesMax),
    ...(input === undefined ? {} : { event: RuleTargetInput.fromObject(input) }),
  };
  new Rule(scope, id, { description, schedule: Schedule.rate(every), targets: [new LambdaFunction(run.fn, target)] });
}

/** Lambda would try a failed run again, and keep those it has no room for: the next one does the work of all. */
export function neverAgain({ fn }: HouseFunction, eventMinutesMax: number): void {
  fn.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(eventMinutesMax) });
}
