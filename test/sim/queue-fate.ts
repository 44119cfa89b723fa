/** What happens to a call to SQS: above all, what becomes of the single entries of a batch. */
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
    if (call.operation !== 'SendMessageBatch') return fate;
    if (faults.hit('queue refuses for good')) return { ...fate, act: async () => errorAnswer('QueueDoesNotExist') };
    return { ...fate, act: entriesAct(context, random) };
  };
}

type Act = NonNullable<Fate['act']>;
type Entry = { readonly Id: string };

function entriesAct({ faults }: SimContext, random: SeededRandom): Act | undefined {
  if (faults.hit('queue takes a part')) {
    const code = random.pick(['InternalError', 'ServiceUnavailable', 'RequestThrottled', 'KMS.ThrottlingException']);
    return aPart(random, (entry) => ({ Id: entry.Id, Code: code, SenderFault: /Throttl/.test(code), Message: 'injected' }));
  }
  if (faults.hit('queue names nothing')) return aPart(random, () => undefined);
  if (faults.hit('queue denies what it took')) return denied(random);
  return undefined;
}

/** The queue takes some of the entries and says of the others what `failure` says, or nothing. */
function aPart(random: SeededRandom, failure: (entry: Entry) => JsonObject | undefined): Act {
  return async (perform: Perform, input: JsonObject): Promise<ServiceAnswer> => {
    const entries = input['Entries'] as readonly Entry[];
    const left = new Set(entries.filter(() => random.chance(0.5)).map(({ Id }) => Id));
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
