/** Judges a file of signed requests, one JSON object a line, and answers with one line each: for comparing verifiers. */
import { z } from 'zod';
import type { Provider, Reading } from '../lambdas/core/provider.ts';
import { loadProvider } from './load-provider.ts';
import { OperatorError, wrongUse } from './operator-error.ts';
import { providerEventId, providerEventType, type Vector, vectorCall } from './vector.ts';
import { type Judgement, judge } from './verify-request.ts';

export type VectorVerdict = {
  readonly provider: string;
  readonly name: string;
  readonly valid: boolean;
  /** What the provider calls the events of a valid request; empty where it has no name for them. */
  readonly eventIds: readonly string[];
  /** Of the first event. */
  readonly eventType: string | null;
  /** Null where it is valid. */
  readonly reason: string | null;
};

/** Everything is read before anything is judged: a line that cannot be meant is wrong use, and names itself. */
export function readVectors(text: string, place: string): readonly Vector[] {
  const lines = text.split('\n').map((line, index) => ({ line, at: `${place}, line ${index + 1}` }));
  return lines.filter(({ line }) => line.trim() !== '').map(({ line, at }) => readVector(line, at));
}

export async function judgeVector(vector: Vector): Promise<VectorVerdict> {
  const { provider, name } = vector;
  const module = await loadProvider(provider);
  if (module === undefined) return { provider, name, valid: false, eventIds: [], eventType: null, reason: 'unknown-provider' };
  const judgement = await judgeWith(module.default, vector);
  if (!judgement.valid) return { provider, name, valid: false, eventIds: [], eventType: null, reason: judgement.reason };
  return { provider, name, valid: true, ...namesOf(judgement.readings), reason: null };
}

/** A verifier throws what reading a key of the line threw, and nothing else. */
async function judgeWith(provider: Provider, vector: Vector): Promise<Judgement> {
  const { request, secrets, options } = vectorCall(vector, provider);
  try {
    return await judge({ provider, request, secrets, options });
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new OperatorError('BAD_VECTOR', `${vector.provider} ${vector.name} could not be judged: ${detail}`, { cause, exitCode: 2 });
  }
}

function namesOf(readings: readonly Reading[]): Pick<VectorVerdict, 'eventIds' | 'eventType'> {
  const ids = readings.map(providerEventId).filter((id) => id !== null);
  const [first] = readings;
  return { eventIds: ids, eventType: first === undefined ? null : providerEventType(first) };
}

const texts = z.record(z.string(), z.string());

const vectorSchema = z.looseObject({
  provider: z.string(),
  name: z.string(),
  headers: texts,
  body: z.string(),
  url: z
    .string()
    .refine((text) => URL.canParse(text), 'is no URL')
    .exactOptional(),
  secrets: z.array(z.string()),
  config: z
    .looseObject({
      certs: texts.exactOptional(),
      jwks: z.looseObject({ keys: z.array(z.looseObject({ kid: z.string().exactOptional() })) }).exactOptional(),
      publicKey: z.string().exactOptional(),
    })
    .exactOptional(),
  now: z.int().nonnegative(),
});

function readVector(line: string, at: string): Vector {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw wrongUse('BAD_VECTOR', `${at}, is not JSON: allowed is one JSON object a line.`);
  }
  const parsed = vectorSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw wrongUse('BAD_VECTOR', `${at}: ${where}${issue?.message}. Needed are provider, name, headers, body, secrets and now.`);
}
