/** An answer as a case writes it: names without namespaces, and in one order what DynamoDB gives in any. */
import type { JsonObject, ServiceAnswer } from '../../local/engines/service-engine.ts';
import type { Outcome } from './dynamodb-case.ts';

export function outcomeOf({ status, body }: ServiceAnswer): Outcome {
  if (status === 200) return { body: ordered(body) as JsonObject };
  const error = String(body['__type']).split('#').at(-1) ?? '';
  const reasons = body['CancellationReasons'] as readonly JsonObject[] | undefined;
  return {
    error,
    ...(reasons === undefined ? {} : { reasons: reasons.map(reasonOf) }),
    ...(body['Item'] === undefined ? {} : { item: ordered(body['Item']) as JsonObject }),
  };
}

function reasonOf({ Code, Item: item }: JsonObject): string | JsonObject {
  return item === undefined ? String(Code) : { code: Code, item: ordered(item) };
}

/** Members of sets, and numbers in them, have no order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      /^(?:SS|NS|BS)$/.test(name) && Array.isArray(member) ? [...member].sort() : ordered(member),
    ]),
  );
}

/** For random requests, what is listed as a difference is left out: spellings of sums, capacity nobody asked for, reasons that DynamoDB Local gives as an error. */
export function comparable(outcome: Outcome): Outcome {
  const plain = JSON.parse(JSON.stringify(outcome), (name, value) =>
    name === 'N' && typeof value === 'string' ? trimmed(value) : value,
  ) as Outcome;
  if ('body' in plain) {
    const { ConsumedCapacity: _capacity, ...body } = plain.body;
    return { body: ordered(body) as JsonObject };
  }
  return plain.reasons?.includes('ValidationError') === true ? { error: 'ValidationException' } : plain;
}

function trimmed(number: string): string {
  const short = number.includes('.') ? number.replace(/\.?0+$/, '') : number;
  return short === '-0' ? '0' : short;
}
