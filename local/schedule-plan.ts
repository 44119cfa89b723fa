/** The schedules of a template: which function is invoked how often. */
import { LocalError } from './local-error.ts';
import { type Reading, resourcesOf } from './resources-of.ts';

export type SchedulePlan = {
  readonly logicalId: string;
  /** The logical id of the function it invokes. */
  readonly functionId: string;
  readonly everySeconds: number;
};

const UNIT_SECONDS: { readonly [unit: string]: number } = { minute: 60, hour: 3600, day: 24 * 3600 };

/** Throws `UNSUPPORTED_SCHEDULE` for a rule that the local stand-in cannot honour. */
export function schedulePlans(reading: Reading): readonly SchedulePlan[] {
  return resourcesOf(reading, 'AWS::Events::Rule').flatMap(({ logicalId, property }) => {
    const expression = String(property('ScheduleExpression'));
    const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
    if (count === undefined || unit === undefined) throw unsupported(logicalId, `its expression is ${expression}; allowed is a rate`);
    if (property('State') === 'DISABLED') return [];
    const targets = (property('Targets') as readonly { readonly Arn: string }[] | undefined) ?? [];
    return targets.map(({ Arn: arn }) => ({
      logicalId,
      functionId: functionIdOf(reading, arn, logicalId),
      everySeconds: Number(count) * (UNIT_SECONDS[unit] as number),
    }));
  });
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
