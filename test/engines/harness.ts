/**
 * Tests on engines: on the embedded ones everywhere, and on the real ones too where Java is found; without it those are reported as not run,
 * and with `CI=1` that is a failure. All share one synthesized stack (`global-setup.mjs`). On real engines all share one DynamoDB Local, where
 * each stack they start has a prefix of its own; on embedded ones each stack has its own.
 */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import { createDynamoDbEngine } from '../../local/engines/dynamodb/dynamodb-engine.ts';
import { startEmbeddedServer } from '../../local/engines/embedded-server.ts';
import type { LoopbackServer } from '../../local/loopback-server.ts';
import type { EngineKind } from '../../local/prerequisites.ts';
import { type LocalOptions, type LocalStack, startLocal } from '../../local/start-local.ts';
import { describeWhere } from '../not-run.ts';

/** Long enough for a busy machine: an engine may start slowly, and nothing here asserts how fast it is. */
export const ENGINE_TEST_MILLIS = 60_000;

const JAVA = {
  holds: () => process.env['ONCEHOOK_TEST_DYNAMODB_URL'] !== undefined,
  reason: 'DynamoDB Local needs Java 17 or newer, which is not on this machine',
  requiredInCi: true,
};

/** The engines of the tests that run now. */
let current: EngineKind | undefined;

/** `describe` for tests that must hold on each kind of engines; the title says on which. */
export function describeOnEngines(title: string, body: () => void): void {
  describe(`${title} (embedded)`, () => on('embedded', body));
  describeWhere(JAVA, `${title} (real)`, () => on('real', body));
}

/** `describe` for tests whose engines are only where things lie: what is tested would be the same on the others, and takes its time. */
export function describeOnEmbeddedEngines(title: string, body: () => void): void {
  describe(`${title} (embedded)`, () => on('embedded', body));
}

/** `describe` for tests of what only the real engines have. */
export function describeOnRealEngines(title: string, body: () => void): void {
  describeWhere(JAVA, title, () => on('real', body));
}

function on(kind: EngineKind, body: () => void): void {
  beforeAll(() => {
    current = kind;
  });
  body();
}

/** What starts a stack on the engines of this test. */
export function engineOptions(): Pick<LocalOptions, 'engine' | 'dynamodbUrl'> {
  if (current === 'embedded') return { engine: 'embedded' };
  return { engine: 'real', dynamodbUrl: sharedDynamoDbUrl() };
}

/** Where the shared DynamoDB Local listens, for tests of that alone. */
export function sharedDynamoDbUrl(): string {
  if (current === 'embedded') throw new Error('There is no DynamoDB Local for the embedded engines: use describeOnRealEngines.');
  return required('ONCEHOOK_TEST_DYNAMODB_URL');
}

/** A DynamoDB for tests of a single part: the shared one, or an embedded one of its own. The test stops it. */
export async function openDynamoDb(): Promise<LoopbackServer> {
  if (current !== 'embedded') return { url: sharedDynamoDbUrl(), stop: () => Promise.resolve() };
  const ports = { clock: systemClock, random: systemRandom };
  return await startEmbeddedServer({ dynamodb: createDynamoDbEngine(ports), ...ports });
}

let started = 0;

/** A whole local stack of its own: sources `stripe` and `standard`. The test stops it. */
export async function startStack(options: Partial<LocalOptions> = {}): Promise<LocalStack> {
  started += 1;
  const outdir = required('ONCEHOOK_TEST_OUTDIR');
  return await startLocal({
    port: 0,
    outdir,
    ...engineOptions(),
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
