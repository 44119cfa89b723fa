/** A pool of worker threads that runs a few lines of CommonJS as a function. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import type { FunctionPlan } from '../../local/function-plan.ts';
import { FunctionPool } from '../../local/function-pool.ts';
import { temporaryFolder } from './temporary-folder.ts';

export type SmallFunction = { readonly pool: FunctionPool; log(): string };

/** `code` assigns `exports.handler`. */
export function smallFunction(
  code: string,
  changes: Partial<FunctionPlan> = {},
  environment: { readonly [name: string]: string } = {},
): SmallFunction {
  const folder = temporaryFolder('function');
  writeFileSync(join(folder, 'index.js'), code);
  const plan: FunctionPlan = {
    logicalId: 'Small',
    name: 'p-Small',
    title: 'small',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:p-Small',
    codeDirectory: folder,
    handler: 'index.handler',
    environment: {},
    timeoutSeconds: 10,
    memoryMegabytes: 128,
    workersMax: 2,
    ...changes,
  };
  const logFile = join(folder, 'small.log');
  return { pool: new FunctionPool({ plan, environment, logFile, clock: systemClock }), log: () => readFileSync(logFile, 'utf8') };
}
