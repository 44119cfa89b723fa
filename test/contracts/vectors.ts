/** Holds a provider against the signed requests that are kept as test vectors beside this repository. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Provider } from '../../lambdas/core/provider.ts';
import { providerEventId, type Vector as VectorLine, vectorCall } from '../../ops/vector.ts';
import { describeWhere, type Where } from '../not-run.ts';

export type Vector = VectorLine & {
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
  /** Reasons by name of a quirk line that both take for valid, and whose `eventId` in the file is not the one that is authentic. */
  readonly renames?: { readonly [name: string]: string };
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
      expect(Object.keys({ ...contract.differs, ...contract.renames }).filter((name) => !quirks.has(name))).toEqual([]);
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
  // A line without an id and a type has a body that is no event of the provider's.
  if (!vector.valid || (vector.eventId === null && vector.eventType === null && contract.untyped === undefined)) return;
  const readings = contract.provider.events(vectorCall(vector, contract.provider).request);
  const type = vector.eventType ?? contract.untyped;
  for (const reading of readings) expect(reading).toMatchObject({ kind: 'event' });
  expect(readings[0]).toMatchObject(type === undefined ? {} : { type });
  if (contract.renames !== undefined && Object.hasOwn(contract.renames, vector.name)) {
    expect(readings.map(providerEventId)).not.toContain(vector.eventId);
    return;
  }
  expect(readings.map(providerEventId)).toEqual(vector.eventIds ?? readings.map(() => vector.eventId));
}

async function differ(contract: VectorContract, vector: Vector): Promise<void> {
  expect(await isValid(contract.provider, vector)).toBe(!vector.valid);
}

async function isValid(provider: Provider, vector: Vector): Promise<boolean> {
  const { request, secrets, options } = vectorCall(vector, provider);
  return (await provider.verify(request, secrets, options)).valid;
}

function vectorsOf(provider: string): Vector[] {
  const lines = readFileSync(FILE, 'utf8').split('\n');
  const vectors = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Vector);
  return vectors.filter((vector) => vector.provider === provider);
}
