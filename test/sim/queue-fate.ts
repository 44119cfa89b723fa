/** What happens to a call to SQS: above all, what becomes of the single entries of a batch. */
import { createHash } from 'node:crypto';
import type { JsonObject, ServiceAnswer } from '../../local/engines/service-engine.ts';
import type { SeededRandom } from './seeded-random.ts';
import { errorAnswer, type Fate, type Perform, type ServiceCall } from './service-call.ts';
import type { SimContext } from './sim-context.ts';

/** Longer than the relay's patience with a queue that fails alone. */
const OUTAGE_MILLIS = [60_000, 300_000] as const;
const ALL_DOWN_MILLIS = [1_000, 60_000] as const;

export function createQueueFates(context: SimContext): (call: ServiceCall) => Fate {
  const { faults, time } = context;
  const random = context.random.fork('queue fates');
  const downUntil = new Map<unknown, number>();
  const refusing = new Map<unknown, { readonly untilMillis: number; readonly share: number }>();
  let allDownUntil = 0;
  return (call) => {
    const slow = faults.hit('queue slow');
    const fate = { outMillis: slow ? random.between(50, 1500) : random.between(1, 5), backMillis: random.between(1, 3) };
    const url = call.input['QueueUrl'];
    const allDown = () => !faults.stopped() && allDownUntil > time.nowMillis();
    if (!allDown() && faults.hit('queue outage')) allDownUntil = time.nowMillis() + random.between(...ALL_DOWN_MILLIS);
    if (allDown())
      return random.chance(0.3) ? { ...fate, lost: 'request' } : { ...fate, act: async () => errorAnswer('ServiceUnavailable', 503) };
    if (call.operation === 'SendMessageBatch') {
      const isDown = () => !faults.stopped() && (downUntil.get(url) ?? 0) > time.nowMillis();
      if (!isDown() && faults.hit('one queue fails for minutes')) downUntil.set(url, time.nowMillis() + random.between(...OUTAGE_MILLIS));
      if (isDown()) return { ...fate, act: async () => errorAnswer('ServiceUnavailable', 503) };
    }
    if (faults.hit('queue request lost')) return { ...fate, lost: 'request' };
    if (faults.hit('queue reply lost')) return { ...fate, lost: 'reply' };
    if (faults.hit('queue throttling')) return { ...fate, act: async () => errorAnswer('RequestThrottled') };
    if (faults.hit('queue internal error')) return { ...fate, act: async () => errorAnswer('InternalFailure', 500) };
    if (call.operation === 'GetQueueAttributes' && faults.hit('queue looks busy')) return { ...fate, act: crowded };
    if (call.operation !== 'SendMessageBatch') return fate;
    if (faults.hit('queue refuses for good')) return { ...fate, act: async () => errorAnswer('QueueDoesNotExist') };
    if (faults.hit('queue keeps refusing some'))
      refusing.set(url, { untilMillis: time.nowMillis() + random.between(...REFUSING_MILLIS), share: random.fraction() });
    const refusal = refusing.get(url);
    if (refusal !== undefined && !faults.stopped() && time.nowMillis() < refusal.untilMillis)
      return { ...fate, act: aPart((entry) => fractionOf(entry.MessageBody) >= refusal.share, internalError) };
    return { ...fate, act: entriesAct(context, random) };
  };
}

type Act = NonNullable<Fate['act']>;

/** As if two thousand messages were waiting. */
const crowded: Act = async (perform, input) => {
  const answer = await perform(input);
  const attributes = answer.body['Attributes'] as JsonObject;
  return { ...answer, body: { ...answer.body, Attributes: { ...attributes, ApproximateNumberOfMessages: '2000' } } };
};

type Entry = { readonly Id: string; readonly MessageBody: string };

/** As long as the relay tries, and longer: the same messages are refused each time. */
const REFUSING_MILLIS = [2_000, 60_000] as const;

function internalError(entry: Entry): JsonObject {
  return { Id: entry.Id, Code: 'InternalError', SenderFault: false, Message: 'injected' };
}

/** Always the same for a text, in [0, 1). */
function fractionOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}

function entriesAct({ faults }: SimContext, random: SeededRandom): Act | undefined {
  if (faults.hit('queue takes a part')) {
    const code = random.pick(['InternalError', 'ServiceUnavailable', 'RequestThrottled', 'KMS.ThrottlingException']);
    return aPart(
      () => !random.chance(0.5),
      (entry) => ({ Id: entry.Id, Code: code, SenderFault: /Throttl/.test(code), Message: 'injected' }),
    );
  }
  if (faults.hit('queue names nothing'))
    return aPart(
      () => !random.chance(0.5),
      () => undefined,
    );
  if (faults.hit('queue denies what it took')) return denied(random);
  return undefined;
}

/** The queue takes some of the entries and says of the others what `failure` says, or nothing. */
function aPart(takes: (entry: Entry) => boolean, failure: (entry: Entry) => JsonObject | undefined): Act {
  return async (perform: Perform, input: JsonObject): Promise<ServiceAnswer> => {
    const entries = input['Entries'] as readonly Entry[];
    const left = new Set(entries.filter((entry) => !takes(entry)).map(({ Id }) => Id));
    const taken = entries.filter(({ Id }) => !left.has(Id));
    const failed = entries.filter(({ Id }) => left.has(Id)).flatMap((entry) => failure(entry) ?? []);
    if (taken.length === 0) return { status: 200, body: { Successful: [], Failed: failed } };
    const answer = await perform({ ...input, Entries: taken });
    if (answer.status >= 300) return answer;
    return { status: 200, body: { ...answer.body, Failed: [...((answer.body['Failed'] ?? []) as readonly JsonObject[]), ...failed] } };
  };
}

/** The queue takes everything and says of one entry that it failed. */
function denied(random: SeededRandom): Act {
  return async (perform, input) => {
    const answer = await perform(input);
    const sent = (answer.body['Successful'] ?? []) as readonly Entry[];
    if (answer.status >= 300 || sent.length === 0) return answer;
    const victim = random.pick(sent);
    const failure = { Id: victim.Id, Code: 'InternalError', SenderFault: false, Message: 'injected' };
    return { status: 200, body: { Successful: sent.filter((entry) => entry !== victim), Failed: [failure] } };
  };
}
