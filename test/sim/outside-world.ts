/** A service elsewhere that sends mails: once for each key, as long as it remembers the key. It is as bad as a service can be without breaking that. */

import { RejectedError, RetryableError } from '../../lambdas/core/errors.ts';
import { sha256 } from '../../lambdas/core/hash.ts';
import { KEY_LIFE_SECONDS, type Outside } from './consumers/mail.ts';
import { type FunctionInstance, inside, kill } from './function-instance.ts';
import type { Mail } from './sighting.ts';
import type { SimContext } from './sim-context.ts';

export type OutsideWorld = { seenFrom(instance: FunctionInstance): Outside };

/** For lists of consumers of which none runs. */
export const NO_OUTSIDE: Outside = {
  ask: () => Promise.reject(new Error('Nothing runs here.')),
  find: () => Promise.reject(new Error('Nothing runs here.')),
  draft: () => 0,
};

/** The chance of each at intensity 1, of which a seed has none, one, five or fifteen. */
const RATES = { requestLost: 0.02, replyLost: 0.04, late: 0.02, down: 0.004, killedBefore: 0.01, killedAfter: 0.02 };
const INTENSITIES = [0, 0, 1, 5, 15];
/** Longer than a key lives, at times. */
const DOWN_MILLIS = [10_000, 3_000_000] as const;
/** A request that nobody waits for any more may arrive as late as this; a key lives longer by far. */
const LATE_MILLIS = [5_000, 60_000] as const;
const WAY_MILLIS = [5, 400] as const;

type Sent = { readonly id: string; readonly text: string; readonly atMillis: number };

/** Draws from a stream of its own: a seed without the consumer takes the course it would take anyway. */
export function createOutsideWorld(context: SimContext): OutsideWorld {
  const { time, faults } = context;
  const random = context.random.fork('outside');
  const intensity = random.pick(INTENSITIES);
  const byKey = new Map<string, Sent>();
  const byReference = new Map<string, Sent>();
  let drafts = 0;
  let downUntilMillis = 0;

  const hit = (name: keyof typeof RATES): boolean => {
    if (faults.stopped() || !random.chance(Math.min(0.6, RATES[name] * intensity))) return false;
    context.happened(`elsewhere: ${name}`);
    return true;
  };
  const isDown = (): boolean => {
    if (hit('down')) downUntilMillis = Math.max(downUntilMillis, time.nowMillis() + random.between(...DOWN_MILLIS));
    return !faults.stopped() && time.nowMillis() < downUntilMillis;
  };
  const send = (key: string, mail: Mail): { readonly id: string } => {
    const text = JSON.stringify(mail);
    const known = byKey.get(key);
    if (known !== undefined && time.nowMillis() - known.atMillis < KEY_LIFE_SECONDS * 1000) {
      if (known.text !== text) context.see({ kind: 'key used otherwise', key, reference: mail.reference });
      return { id: known.id };
    }
    if (known !== undefined) context.happened('elsewhere: a key was forgotten');
    // Some addresses take no mail, whoever asks.
    if ((sha256(mail.reference)[0] as number) < 10) throw new RejectedError('NO_SUCH_ADDRESS', 'the mail cannot be sent');
    const sent = { id: `mail_${byKey.size}_${time.nowMillis()}`, text, atMillis: time.nowMillis() };
    byKey.set(key, sent);
    byReference.set(mail.reference, sent);
    context.see({ kind: 'done elsewhere', key, id: sent.id, mail });
    return { id: sent.id };
  };

  return {
    seenFrom: (instance) => ({
      draft: () => {
        drafts += 1;
        return drafts;
      },
      ask: (key, mail) =>
        new Promise((resolve, reject) => {
          if (!instance.alive) return;
          if (hit('killedBefore')) return kill(context, instance, 'before asking elsewhere');
          const answer = (settle: () => void) => time.after(random.between(...WAY_MILLIS), () => inside(context, instance, settle));
          const fail = () => answer(() => reject(new TypeError('fetch failed')));
          const [lost, late] = [hit('requestLost') || isDown(), hit('late')];
          if (lost) return void fail();
          time.after(late ? random.between(...LATE_MILLIS) : random.between(...WAY_MILLIS), () => {
            context.trace.note(instance.name, `asks elsewhere ${late ? 'late' : ''}`, mail.reference);
            try {
              const sent = send(key, mail);
              if (late) return;
              if (hit('killedAfter')) return kill(context, instance, 'after asking elsewhere');
              if (hit('replyLost')) fail();
              else answer(() => resolve(sent));
            } catch (error) {
              if (!late) answer(() => reject(error));
            }
          });
        }),
      find: (reference) =>
        new Promise((resolve, reject) => {
          const noAnswer = hit('requestLost') || isDown();
          time.after(random.between(...WAY_MILLIS), () =>
            inside(context, instance, () => {
              if (noAnswer) reject(new RetryableError('NOT_CERTAIN', 'the service does not answer'));
              else resolve(byReference.get(reference));
            }),
          );
        }),
    }),
  };
}
