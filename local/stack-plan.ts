/** What has to run here, read from the synthesized template: everything is taken from it and nothing is made up beside it. */
import { type FunctionPlan, functionPlans } from './function-plan.ts';
import { resolver } from './intrinsics.ts';
import { LocalError } from './local-error.ts';
import { type MappingPlan, mappingPlans } from './mapping-plan.ts';
import { type PhysicalNames, physicalNames, type Surroundings } from './physical-names.ts';
import { type QueuePlan, queuePlans } from './queue-plan.ts';
import { resourcesOf } from './resources-of.ts';
import { type RoutePlan, routePlans } from './route-plan.ts';
import { type SchedulePlan, schedulePlans } from './schedule-plan.ts';
import { type TablePlan, tablePlans } from './table-plan.ts';
import type { SynthesizedStack } from './template.ts';

export type SecretPlan = { readonly arn: string; readonly name: string; readonly text: string | undefined };

export type StackPlan = {
  readonly names: PhysicalNames;
  readonly tables: readonly TablePlan[];
  readonly queues: readonly QueuePlan[];
  readonly secrets: readonly SecretPlan[];
  readonly functions: readonly FunctionPlan[];
  readonly mappings: readonly MappingPlan[];
  readonly schedules: readonly SchedulePlan[];
  readonly routes: readonly RoutePlan[];
  readonly outputs: { readonly [name: string]: string };
  /** A value of the template with its intrinsic functions replaced: for tests that hold calls against the roles. */
  resolve(value: unknown): unknown;
};

/** Throws a `LocalError` for a template that cannot be run here exactly as it says. */
export function stackPlan(stack: SynthesizedStack, around: Surroundings): StackPlan {
  const { template } = stack;
  const names = physicalNames(template, around);
  const resolve = resolver(names, stack.stackName);
  const reading = { stack, names, resolve };
  const mappings = mappingPlans(reading);
  return {
    names,
    tables: tablePlans(reading),
    queues: queuePlans(reading),
    secrets: resourcesOf(reading, 'AWS::SecretsManager::Secret').map(({ logicalId, property }) => ({
      arn: names.ref(logicalId),
      name: names.name(logicalId),
      text: property('SecretString') as string | undefined,
    })),
    functions: functionPlans(reading, mappings),
    mappings,
    schedules: schedulePlans(reading),
    routes: routePlans(reading),
    outputs: outputsOf(stack, resolve),
    resolve,
  };
}

function outputsOf({ template }: SynthesizedStack, resolve: (value: unknown) => unknown): { readonly [name: string]: string } {
  const outputs = Object.entries(template.Outputs ?? {}).map(([name, output]) => {
    const value = resolve(output.Value);
    if (typeof value === 'string') return [name, value] as const;
    throw new LocalError('MALFORMED_OUTPUT', `The output ${name} of the template is no text but ${typeof value}.`);
  });
  return Object.fromEntries(outputs);
}
