/** The schedules of a template: which function is invoked how often. */
import { LocalError } from './local-error.ts';
import { type Reading, resourcesOf } from './resources-of.ts';

export type SchedulePlan = {
  readonly logicalId: string;
  /** The logical id of the function it invokes. */
  readonly functionId: string;
  readonly everySeconds: number;
  /** What the function gets instead of EventBridge's own event. */
  readonly input?: unknown;
};

type Target = { readonly Arn: string; readonly Input?: string; readonly InputPath?: unknown; readonly InputTransformer?: unknown };

const UNIT_SECONDS: { readonly [unit: string]: number } = { minute: 60, hour: 3600, day: 24 * 3600 };

/** Throws `UNSUPPORTED_SCHEDULE` for a rule that the local stand-in cannot honour. */
export function schedulePlans(reading: Reading): readonly SchedulePlan[] {
  return resourcesOf(reading, 'AWS::Events::Rule').flatMap(({ logicalId, property }) => {
    const expression = String(property('ScheduleExpression'));
    const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
    if (count === undefined || unit === undefined) throw unsupported(logicalId, `its expression is ${expression}; allowed is a rate`);
    if (property('State') === 'DISABLED') return [];
    const targets = (property('Targets') as readonly Target[] | undefined) ?? [];
    return targets.map((target) => ({
      logicalId,
      functionId: functionIdOf(reading, target.Arn, logicalId),
      everySeconds: Number(count) * (UNIT_SECONDS[unit] as number),
      ...inputOf(target, logicalId),
    }));
  });
}

function inputOf(target: Target, logicalId: string): Pick<SchedulePlan, 'input'> {
  for (const setting of ['InputPath', 'InputTransformer'] as const)
    if (target[setting] !== undefined) throw unsupported(logicalId, `its target sets ${setting}; allowed is a constant Input`);
  if (target.Input === undefined) return {};
  try {
    return { input: JSON.parse(target.Input) };
  } catch {
    throw unsupported(logicalId, 'the Input of its target is no JSON');
  }
}

function functionIdOf(reading: Reading, arn: string, logicalId: string): string {
  const found = resourcesOf(reading, 'AWS::Lambda::Function').find(
    (candidate) => reading.names.attribute(candidate.logicalId, 'Arn') === arn,
  );
  if (found !== undefined) return found.logicalId;
  throw unsupported(logicalId, `its target ${arn} is none of the template's functions`);
}

function unsupported(logicalId: string, why: string): LocalError {
  return new LocalError('UNSUPPORTED_SCHEDULE', `The rule ${logicalId} cannot be run here: ${why}.`);
}
