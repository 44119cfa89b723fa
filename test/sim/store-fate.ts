/** What happens to a call to DynamoDB. Every injected answer is one that DynamoDB could give at that moment. */
import type { JsonObject, ServiceAnswer } from '../../local/engines/service-engine.ts';
import type { SeededRandom } from './seeded-random.ts';
import { codeOf, errorAnswer, type Fate, type Perform, type ServiceCall } from './service-call.ts';
import type { SimContext } from './sim-context.ts';

/** Some are longer than ingest's deadline. */
const OUTAGE_MILLIS = [1_000, 45_000] as const;

export function createStoreFates(context: SimContext): (call: ServiceCall) => Fate {
  const { faults, time } = context;
  const random = context.random.fork('store fates');
  let downUntil = 0;
  return (call) => {
    const isTransaction = call.operation === 'TransactWriteItems';
    const slow = faults.hit('store slow');
    const fate = {
      outMillis: slow ? random.between(50, 1200) : random.between(1, 4),
      backMillis: slow ? random.between(20, 600) : random.between(1, 3),
    };
    const isDown = () => !faults.stopped() && downUntil > time.nowMillis();
    if (!isDown() && faults.hit('store outage')) downUntil = time.nowMillis() + random.between(...OUTAGE_MILLIS);
    if (isDown())
      return random.chance(0.5) ? { ...fate, lost: 'request' } : { ...fate, act: async () => errorAnswer('InternalServerError', 500) };
    if (faults.hit('store request lost')) return { ...fate, lost: 'request' };
    if (faults.hit('store reply lost')) return { ...fate, lost: 'reply' };
    if (faults.hit('store commits after the timeout')) return { ...fate, lost: 'late' };
    const injected = injectedAnswer(context, random, isTransaction ? actionsOf(call) : 0);
    if (injected !== undefined) return { ...fate, act: async () => injected };
    if (isTransaction && faults.hit('store conflict beside other reasons')) {
      return { ...fate, act: async (perform: Perform, input: JsonObject) => mixed(await perform(input), random) };
    }
    if (call.operation === 'Query' && faults.hit('store page cut short')) {
      return { ...fate, act: async (perform: Perform, input: JsonObject) => perform(cutShort(input, random.between(1, 3))) };
    }
    if (call.operation === 'BatchGetItem' && faults.hit('store leaves keys open')) {
      return { ...fate, act: async (perform: Perform, input: JsonObject) => someKeys(input, perform, random) };
    }
    return fate;
  };
}

function cutShort(input: JsonObject, limit: number): JsonObject {
  return { ...input, Limit: Math.min(limit, Number(input['Limit'] ?? limit)) };
}

/** Answers for a part of the keys and hands back the others. */
async function someKeys(input: JsonObject, perform: Perform, random: SeededRandom): Promise<ServiceAnswer> {
  const [[table, request] = []] = Object.entries(
    input['RequestItems'] as { readonly [table: string]: { readonly Keys: readonly JsonObject[] } },
  );
  if (table === undefined || request === undefined) return perform(input);
  const kept = request.Keys.filter(() => random.chance(0.6));
  const open = request.Keys.filter((key) => !kept.includes(key));
  if (kept.length === 0 || open.length === 0) return perform(input);
  const answer = await perform({ ...input, RequestItems: { [table]: { ...request, Keys: kept } } });
  return { ...answer, body: { ...answer.body, UnprocessedKeys: { [table]: { ...request, Keys: open } } } };
}

function actionsOf({ input }: ServiceCall): number {
  return (input['TransactItems'] as readonly unknown[]).length;
}

function injectedAnswer({ faults }: SimContext, random: SeededRandom, actions: number): ServiceAnswer | undefined {
  if (faults.hit('store throttling')) {
    return errorAnswer(random.pick(['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded']));
  }
  if (faults.hit('store internal error'))
    return errorAnswer(random.pick(['InternalServerError', 'ServiceUnavailable']), random.pick([500, 503]));
  if (actions === 0) return undefined;
  if (faults.hit('store conflict')) return cancelled(actions, random, ['TransactionConflict']);
  if (faults.hit('store throttling as a reason')) return cancelled(actions, random, ['ThrottlingError', 'ProvisionedThroughputExceeded']);
  if (faults.hit('store in progress')) return errorAnswer('TransactionInProgressException');
  return undefined;
}

/** Nothing was committed, and no condition was looked at. */
function cancelled(actions: number, random: SeededRandom, codes: readonly string[]): ServiceAnswer {
  const blamed = random.between(0, actions - 1);
  const reasons = Array.from({ length: actions }, (_, index) => {
    const also = index !== blamed && random.chance(0.2);
    return index === blamed || also ? reason(random.pick(codes)) : { Code: 'None' };
  });
  return errorAnswer('TransactionCanceledException', 400, { CancellationReasons: reasons });
}

function reason(code: string): JsonObject {
  return { Code: code, Message: `${code} (injected)` };
}

/** A transaction that was cancelled anyway: other reasons stand beside the true one, or in its place. */
function mixed(answer: ServiceAnswer, random: SeededRandom): ServiceAnswer {
  if (codeOf(answer) !== 'TransactionCanceledException') return answer;
  const reasons = answer.body['CancellationReasons'] as readonly JsonObject[];
  const other = random.pick(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);
  const hideFirst = random.chance(0.3);
  const changed = reasons.map((known, index) => {
    if (known['Code'] === 'None') return random.chance(0.5) ? reason(other) : known;
    return index === 0 && hideFirst && known['Code'] === 'ConditionalCheckFailed' ? reason('TransactionConflict') : known;
  });
  return { status: answer.status, body: { ...answer.body, CancellationReasons: changed } };
}
