/** The functions of a template: where their code lies, their environment and their limits. */
import { availableParallelism } from 'node:os';
import { LocalError } from './local-error.ts';
import type { MappingPlan } from './mapping-plan.ts';
import { type Reading, type ResourceReading, resourcesOf } from './resources-of.ts';

export type FunctionPlan = {
  /** Alphanumeric, and therefore also its AWS access key here: that is how the fronts tell who calls. */
  readonly logicalId: string;
  readonly name: string;
  /** The name people know it by: its Powertools service name, otherwise its logical id. */
  readonly title: string;
  readonly arn: string;
  readonly codeDirectory: string;
  /** `index.handler`. */
  readonly handler: string;
  readonly environment: { readonly [name: string]: string };
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** How many invocations may run at the same time on this machine. */
  readonly workersMax: number;
};

/** More than these only wait for the one engine; each takes about 40 MB. */
const WORKERS_MAX = 4;
/** A batch keeps the engine busy with several messages at a time, so these more than the processors would only wait for each other. */
const BATCH_WORKERS_MAX = Math.min(WORKERS_MAX, Math.max(2, availableParallelism()));

/** Throws `UNSUPPORTED_FUNCTION` for code that is no asset. */
export function functionPlans(reading: Reading, mappings: readonly MappingPlan[]): readonly FunctionPlan[] {
  return resourcesOf(reading, 'AWS::Lambda::Function').map((resource) => functionPlan(reading, resource, mappings));
}

function functionPlan({ stack, names }: Reading, { logicalId, property }: ResourceReading, mappings: readonly MappingPlan[]): FunctionPlan {
  const objectKey = (property('Code') as { S3Key?: unknown } | undefined)?.S3Key;
  if (typeof objectKey !== 'string') {
    throw new LocalError(
      'UNSUPPORTED_FUNCTION',
      `The code of the function ${logicalId} is no asset (it has no S3Key); only bundled functions can be run here.`,
    );
  }
  const environment = ((property('Environment') as { Variables?: Record<string, string> } | undefined)?.Variables ?? {}) as Record<
    string,
    string
  >;
  return {
    logicalId,
    name: names.name(logicalId),
    title: environment['POWERTOOLS_SERVICE_NAME'] ?? logicalId,
    arn: names.attribute(logicalId, 'Arn'),
    codeDirectory: stack.assetDirectory(objectKey),
    handler: (property('Handler') as string | undefined) ?? 'index.handler',
    environment,
    // The defaults of AWS::Lambda::Function.
    timeoutSeconds: (property('Timeout') as number | undefined) ?? 3,
    memoryMegabytes: (property('MemorySize') as number | undefined) ?? 128,
    workersMax: Math.min(
      WORKERS_MAX,
      (property('ReservedConcurrentExecutions') as number | undefined) ?? WORKERS_MAX,
      concurrencyOf(logicalId, mappings),
    ),
  };
}

function concurrencyOf(logicalId: string, mappings: readonly MappingPlan[]): number {
  const own = mappings.filter((mapping) => mapping.functionId === logicalId);
  if (own.length === 0) return WORKERS_MAX;
  const allowed = own.reduce(
    (sum, mapping) => sum + (mapping.kind === 'stream' ? mapping.lanes : (mapping.concurrencyMax ?? WORKERS_MAX)),
    0,
  );
  return Math.min(BATCH_WORKERS_MAX, allowed);
}
