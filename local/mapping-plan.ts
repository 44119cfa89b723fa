/** The event source mappings of a template, with AWS's defaults filled in. */
import { type FilterPattern, readFilters } from './filter-criteria.ts';
import { LocalError } from './local-error.ts';
import { type Reading, type ResourceReading, resourcesOf } from './resources-of.ts';

type Common = {
  readonly logicalId: string;
  /** The logical id of the function it invokes. */
  readonly functionId: string;
  readonly sourceArn: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly reportsItemFailures: boolean;
  readonly filters: readonly FilterPattern[];
  readonly enabled: boolean;
};

export type StreamMappingPlan = Common & {
  readonly kind: 'stream';
  readonly table: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly lanes: number;
  readonly bisects: boolean;
  /** -1: without end. */
  readonly retriesMax: number;
  /** -1: without end. */
  readonly recordAgeSecondsMax: number;
  /** The name of the queue that is told of records that were given up. */
  readonly onFailureQueue: string | undefined;
};

export type QueueMappingPlan = Common & {
  readonly kind: 'queue';
  readonly queue: string;
  readonly concurrencyMax: number | undefined;
};

export type MappingPlan = StreamMappingPlan | QueueMappingPlan;

/** Throws `UNSUPPORTED_MAPPING` for a source or a setting that the local stand-in cannot honour. */
export function mappingPlans(reading: Reading): readonly MappingPlan[] {
  return resourcesOf(reading, 'AWS::Lambda::EventSourceMapping').map((resource) => mappingPlan(reading, resource));
}

function mappingPlan(reading: Reading, resource: ResourceReading): MappingPlan {
  const { logicalId, property } = resource;
  const sourceArn = String(property('EventSourceArn'));
  const [, , service, , , ...path] = sourceArn.split(':');
  const name = path.join(':');
  for (const setting of ['TumblingWindowInSeconds', 'ProvisionedPollerConfig', 'SelfManagedEventSource']) {
    if (property(setting) !== undefined) throw unsupported(logicalId, `it sets ${setting}`);
  }
  const common = {
    logicalId,
    functionId: functionIdOf(reading, resource),
    sourceArn,
    batchSize: (property('BatchSize') as number | undefined) ?? (service === 'sqs' ? 10 : 100),
    windowSeconds: (property('MaximumBatchingWindowInSeconds') as number | undefined) ?? 0,
    reportsItemFailures: ((property('FunctionResponseTypes') as string[] | undefined) ?? []).includes('ReportBatchItemFailures'),
    filters: readFilters(property('FilterCriteria')),
    enabled: property('Enabled') !== false,
  };
  if (service === 'sqs') {
    const scaling = property('ScalingConfig') as { MaximumConcurrency?: number } | undefined;
    return { ...common, kind: 'queue', queue: name, concurrencyMax: scaling?.MaximumConcurrency };
  }
  const table = /^table\/([^/]+)\/stream\//.exec(name)?.[1];
  if (service !== 'dynamodb' || table === undefined) throw unsupported(logicalId, `its source is ${sourceArn}`);
  return { ...common, kind: 'stream', table, ...streamSettings(resource) };
}

function streamSettings({ logicalId, property }: ResourceReading) {
  const startingPosition = property('StartingPosition');
  if (startingPosition !== 'TRIM_HORIZON' && startingPosition !== 'LATEST')
    throw unsupported(logicalId, `its StartingPosition is ${startingPosition}`);
  const destination = (property('DestinationConfig') as { OnFailure?: { Destination?: string } } | undefined)?.OnFailure?.Destination;
  if (destination !== undefined && !destination.startsWith('arn:aws:sqs:'))
    throw unsupported(logicalId, `its failure destination is ${destination}`);
  return {
    startingPosition,
    lanes: (property('ParallelizationFactor') as number | undefined) ?? 1,
    bisects: property('BisectBatchOnFunctionError') === true,
    retriesMax: (property('MaximumRetryAttempts') as number | undefined) ?? -1,
    recordAgeSecondsMax: (property('MaximumRecordAgeInSeconds') as number | undefined) ?? -1,
    onFailureQueue: destination?.split(':').at(-1),
  } as const;
}

function functionIdOf(reading: Reading, { logicalId, property }: ResourceReading): string {
  const name = String(property('FunctionName')).split(':').at(-1);
  const found = resourcesOf(reading, 'AWS::Lambda::Function').find((candidate) => reading.names.name(candidate.logicalId) === name);
  if (found !== undefined) return found.logicalId;
  throw unsupported(logicalId, `its function ${name} is none of the template's`);
}

function unsupported(logicalId: string, why: string): LocalError {
  return new LocalError('UNSUPPORTED_MAPPING', `The event source mapping ${logicalId} cannot be run here: ${why}.`);
}
