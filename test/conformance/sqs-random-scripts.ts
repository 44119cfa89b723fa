/** Random scripts about a handful of messages that stay clear of the listed differences. */
import fc from 'fast-check';
import { ask, type Step, send } from './sqs-script.ts';

/** One receive takes all there are, so that the order in which a queue offers them decides nothing. */
const MESSAGES_MAX = 10;

type Draw =
  | { readonly kind: 'send'; readonly count: number; readonly delaySeconds: number }
  | { readonly kind: 'purge' }
  | { readonly kind: 'step'; readonly steps: readonly Step[] };

const step = (kind: fc.Arbitrary<Step>): fc.Arbitrary<Draw> => kind.map((one) => ({ kind: 'step', steps: [one] }));
const hidden = fc.nat(MESSAGES_MAX - 1);
const receive = fc.constantFrom({}, { VisibilityTimeout: 0 }, { VisibilityTimeout: 1 }, { VisibilityTimeout: 10 });
// What the receive count of a dead letter is stands in the differences.
const receiveDead: Step = { kind: 'receive', queue: 'dead', input: { AttributeNames: ['SentTimestamp'] } };

const draw: fc.Arbitrary<Draw> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      count: fc.integer({ min: 1, max: 3 }),
      delaySeconds: fc.constantFrom(0, 0, 2, 9),
    }),
  },
  { weight: 5, arbitrary: step(receive.map((input) => ({ kind: 'receive', input }))) },
  {
    weight: 4,
    arbitrary: step(fc.tuple(hidden, fc.constantFrom(0, 0, 0, 1)).map(([place, earlier]) => ({ kind: 'delete', hidden: place, earlier }))),
  },
  {
    weight: 2,
    arbitrary: step(fc.tuple(hidden, fc.constantFrom(0, 3, 50)).map(([place, seconds]) => ({ kind: 'hide', hidden: place, seconds }))),
  },
  { weight: 4, arbitrary: step(fc.constantFrom(0.001, 1, 2.5, 10, 31).map((seconds) => ({ kind: 'pass', seconds }))) },
  { weight: 2, arbitrary: step(fc.constant<Step>(receiveDead)) },
  { weight: 1, arbitrary: step(fc.constant<Step>({ kind: 'sum' })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'purge' as const }) },
);

export const randomScripts: fc.Arbitrary<readonly Step[]> = fc.array(draw, { minLength: 5, maxLength: 80, size: 'max' }).map(scriptOf);

/** Not more messages than a receive takes, and one purge: two within a minute stand in the differences. */
function scriptOf(draws: readonly Draw[]): readonly Step[] {
  let sent = 0;
  let purged = false;
  return draws.flatMap((one): readonly Step[] => {
    if (one.kind === 'step') return one.steps;
    if (one.kind === 'purge') {
      const first = !purged;
      purged = true;
      return first ? [ask('PurgeQueue')] : [];
    }
    const count = Math.min(one.count, MESSAGES_MAX - sent);
    const bodies = Array.from({ length: count }, (_, index) => `m${sent + index}`);
    sent += count;
    return bodies.map((body) => send(body, { DelaySeconds: one.delaySeconds }));
  });
}
