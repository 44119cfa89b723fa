/** The signed requests that official SDKs made and confirmed, in ../shared/vectors beside this repository. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Provider, WebhookRequest } from '../../lambdas/core/contracts.ts';
import { describeWhere, type Where } from '../not-run.ts';

export type Vector = {
  readonly provider: string;
  /** Unique for a provider. */
  readonly name: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly secrets: readonly string[];
  readonly now: number;
  readonly valid: boolean;
  readonly why: string;
  readonly eventId: string | null;
  readonly eventIds?: readonly string[];
  readonly eventType: string | null;
  /** On a `quirk` line a verifier may differ from the SDK, if its test says so. */
  readonly level: 'must' | 'quirk';
};

export type VectorContract = {
  readonly provider: Provider;
  /** Reasons by name of a quirk line, for those where this provider differs from the SDK. */
  readonly differs: { readonly [name: string]: string };
  /** What this provider calls an event whose body names no type. */
  readonly untyped?: string;
};

const FILE = join(import.meta.dirname, '..', '..', '..', 'shared', 'vectors', 'signed-requests.jsonl');

const VECTORS_PRESENT: Where = {
  holds: () => existsSync(FILE),
  reason: 'the signed requests are not beside the repository, at ../shared/vectors/signed-requests.jsonl',
};

/** Declares one test for each line of the provider: it agrees, or it differs on a quirk for a reason that is named. */
export function describeVectors(contract: VectorContract): void {
  describeWhere(VECTORS_PRESENT, `the signed requests of ${contract.provider.name}`, () => {
    const vectors = vectorsOf(contract.provider.name);
    const quirks = new Set(vectors.filter(({ level }) => level === 'quirk').map(({ name }) => name));

    it('are there, and each difference is on a line that allows one', () => {
      expect(vectors.length).toBeGreaterThan(0);
      expect(Object.keys(contract.differs).filter((name) => !quirks.has(name))).toEqual([]);
    });

    for (const vector of vectors) {
      const reason = Object.hasOwn(contract.differs, vector.name) ? contract.differs[vector.name] : undefined;
      const answer = vector.valid ? 'accepts' : 'refuses';
      if (reason === undefined) it(`${answer} ${vector.name}: ${vector.why}`, () => agree(contract, vector));
      else it(`differs on ${vector.name} (${vector.why}), because ${reason}`, () => differ(contract, vector));
    }
  });
}

async function agree(contract: VectorContract, vector: Vector): Promise<void> {
  expect(await isValid(contract.provider, vector)).toBe(vector.valid);
  if (!vector.valid) return;
  const readings = contract.provider.events(requestOf(vector));
  const identities = vector.eventIds ?? (vector.eventId === null ? undefined : [vector.eventId]);
  if (identities !== undefined) {
    expect(readings.map((reading) => (reading.kind === 'event' ? reading.identity : reading.reason))).toEqual(identities);
  }
  const type = vector.eventType ?? contract.untyped;
  for (const reading of readings) expect(reading).toMatchObject(type === undefined ? { kind: 'event' } : { kind: 'event', type });
}

async function differ(contract: VectorContract, vector: Vector): Promise<void> {
  expect(await isValid(contract.provider, vector)).toBe(!vector.valid);
}

async function isValid(provider: Provider, vector: Vector): Promise<boolean> {
  const secrets = vector.secrets.map((secret, index) => ({ id: `secret-${index}`, secret }));
  const verdict = await provider.verify(requestOf(vector), secrets, {
    nowSeconds: vector.now,
    toleranceSeconds: provider.toleranceSeconds,
  });
  return verdict.valid;
}

function requestOf(vector: Vector): WebhookRequest {
  const headers = Object.entries(vector.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { headers: Object.fromEntries(headers), body: Buffer.from(vector.body) };
}

function vectorsOf(provider: string): Vector[] {
  const lines = readFileSync(FILE, 'utf8').split('\n');
  const vectors = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Vector);
  return vectors.filter((vector) => vector.provider === provider);
}
