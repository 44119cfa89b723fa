/** Processor time that importing a bundle takes in a fresh process: what Lambda bills as init, less the start of Node itself. */
import { execFileSync } from 'node:child_process';
import { systemRandom } from '../../lambdas/aws/system-random.ts';

const PROBE = `
const before = process.cpuUsage();
require(process.env.BUNDLE);
const { user, system } = process.cpuUsage(before);
process.stdout.write('\\n@' + (user + system) / 1000);
`;

/** Milliseconds of processor time, the median of so many processes. */
export function measureColdInit(bundle: string, environment: Readonly<Record<string, string>>, runs = 15): number {
  const samples = Array.from({ length: runs }, () => importCpuMillis(bundle, environment)).sort((a, b) => a - b);
  return samples[Math.floor(runs / 2)] ?? Number.NaN;
}

function importCpuMillis(bundle: string, environment: Readonly<Record<string, string>>): number {
  const env = { ...environment, BUNDLE: bundle, AWS_REGION: 'us-east-1', BENCH_RUN: systemRandom.uuid() };
  const output = execFileSync(process.execPath, ['--input-type=commonjs', '-e', PROBE], { env, encoding: 'utf8' });
  return Number(output.slice(output.lastIndexOf('@') + 1));
}
