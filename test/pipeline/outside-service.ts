/** A service elsewhere: it does what it is asked once for each key, as long as it remembers the key. */
import { isDeepStrictEqual } from 'node:util';
import type { Prepared } from '../../lambdas/core/contracts.ts';

export type Done = { readonly id: string; readonly key: string; readonly sent: Prepared; readonly atMillis: number };

export type OutsideService = {
  /** Does it, or answers again what it answered under this key. Throws where the key comes with something else, which no sender may do. */
  request(key: string, sent: Prepared): { readonly id: string };
  /** What was done under our own reference, however long ago. */
  find(reference: unknown): { readonly id: string } | undefined;
  /** Everything that was asked, in order. */
  readonly requests: readonly Pick<Done, 'key' | 'sent'>[];
  /** Everything that was done. */
  readonly done: readonly Done[];
};

/** `sent.reference` is what it can be asked for later. Without `keyLifeSeconds` it never forgets a key. */
export function createOutsideService(nowMillis: () => number, keyLifeSeconds = Number.POSITIVE_INFINITY): OutsideService {
  const done: Done[] = [];
  const requests: Pick<Done, 'key' | 'sent'>[] = [];
  return {
    requests,
    done,
    request: (key, sent) => {
      requests.push({ key, sent });
      const known = done.findLast((one) => one.key === key && nowMillis() - one.atMillis < keyLifeSeconds * 1000);
      if (known !== undefined && !isDeepStrictEqual(known.sent, sent)) throw new Error(`The key ${key} came with something else.`);
      if (known !== undefined) return { id: known.id };
      const id = `mail_${done.length + 1}`;
      done.push({ id, key, sent, atMillis: nowMillis() });
      return { id };
    },
    find: (reference) => done.find(({ sent }) => sent['reference'] === reference),
  };
}
