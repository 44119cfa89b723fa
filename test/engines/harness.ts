/**
 * Tests on the real engines: they share one DynamoDB Local and one synthesized stack (`global-setup.mjs`), and each stack they start has a
 * prefix of its own in it. Without Java they are reported as not run, and with `CI=1` that is a failure.
 */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalOptions, type LocalStack, startLocal } from '../../local/start-local.ts';
import { describeWhere } from '../not-run.ts';

/** Long enough for a busy machine: the engine starts slowly, and nothing here asserts how fast it is. */
export const ENGINE_TEST_MILLIS = 60_000;

const WHERE = {
  holds: () => process.env['ONCEHOOK_TEST_DYNAMODB_URL'] !== undefined,
  reason: 'DynamoDB Local needs Java 17 or newer, which is not on this machine',
  requiredInCi: true,
};

/** `describe` for tests that need the engines. */
export function describeOnEngines(title: string, body: () => void): void {
  describeWhere(WHERE, title, body);
}

/** Where the shared engine listens, for tests of a single part. */
export function sharedDynamoDbUrl(): string {
  return required('ONCEHOOK_TEST_DYNAMODB_URL');
}

let started = 0;

/** A whole local stack of its own in the shared engine: sources `stripe` and `standard`. The test stops it. */
export async function startStack(options: Partial<LocalOptions> = {}): Promise<LocalStack> {
  started += 1;
  const outdir = required('ONCEHOOK_TEST_OUTDIR');
  return await startLocal({
    port: 0,
    outdir,
    dynamodbUrl: sharedDynamoDbUrl(),
    prefix: `t${process.pid}x${started}-`,
    logDirectory: mkdtempSync(join(outdir, 'logs-')),
    // Not the developer's own secrets.
    env: {},
    ...options,
  });
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: call this inside describeOnEngines, and start jest with jest.config.mjs.`);
  return value;
}
