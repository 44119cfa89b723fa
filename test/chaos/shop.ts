/** The callers of `POST /payments`: each holds on to its key until it is told 202, asks twice at once, again later, or for something else. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Fresh, freshFrom } from '../../ops/fixtures/fresh.ts';
import type { History, Wish } from './history.ts';
import type { Tally } from './tally.ts';

export type Shop = {
  /** Asks for one payment under a new key. Resolves once it was taken or given up. */
  order(): Promise<void>;
  /** From now on nothing is given up any more. */
  insist(): void;
};

export type ShopOptions = {
  /** Of the stack. */
  readonly url: string;
  /** Comes before the number in each key. */
  readonly prefix: string;
  readonly fraction: () => number;
  readonly history: History;
  readonly tally: Tally;
};

/** An id that the provider does not know: it refuses the request without looking at the key. */
export const NOBODY = 'pm_nobody';

/** How the payer's bank takes it, by how often in a hundred. */
const METHODS: readonly (readonly [string, number])[] = [
  ['pm_card_visa', 64],
  ['pm_card_visa_chargeDeclined', 14],
  ['pm_card_authenticationRequired', 14],
  ['pm_usBankAccount_success', 4],
  [NOBODY, 4],
];
/** Of all orders; nobody asks a second time, so that nobody knows whether there is a payment. */
const GIVEN_UP_SHARE = 0.05;
const RETRY_MILLIS = [200, 1_500] as const;
const LATER_MILLIS = [100, 5_000] as const;
const OTHER_TRIES_MAX = 5;
/** The gateway's own. */
const ANSWER_MILLIS_MAX = 30_000;

export function createShop(options: ShopOptions): Shop {
  const { prefix, fraction, history, tally } = options;
  const fresh = freshFrom(0, fraction);
  let insisting = false;
  let orders = 0;
  let attempts = 0;

  const ask = async (key: string, wish: Wish): Promise<number> => {
    attempts += 1;
    const attempt = attempts;
    history.add({ what: 'ask', attempt, key, wish });
    const { status, body } = await post(options.url, key, wish);
    history.add({ what: 'answer', attempt, key, wish, status, ...(status === 202 ? { body } : {}) });
    tally.count(`payment requests answered ${status === 0 ? 'not at all' : status}`);
    return status;
  };
  /** Until it is decided, with 202 or with a refusal, which is for the check to judge. False where it was given up before. */
  const askOn = async (key: string, wish: Wish): Promise<boolean> => {
    const givenUp = fraction() < GIVEN_UP_SHARE;
    while (!isDecided(await ask(key, wish))) {
      if (givenUp && !insisting) {
        tally.count('payments given up');
        return false;
      }
      await wait(fresh.whole(...RETRY_MILLIS));
    }
    return true;
  };
  /** The key belongs to another payment already, so this is refused each time. */
  const askForOther = async (key: string, wish: Wish): Promise<void> => {
    for (let tries = 1; tries <= OTHER_TRIES_MAX && !isDecided(await ask(key, wish)); tries += 1) await wait(fresh.whole(...RETRY_MILLIS));
  };
  return {
    insist: () => {
      insisting = true;
    },
    order: async () => {
      orders += 1;
      const key = `${prefix}-${orders}`;
      const wish = { reference: key, amount: fresh.whole(100, 90_000), paymentMethod: drawMethod(fresh) };
      const copies = fresh.whole(0, 4) === 0 ? fresh.whole(2, 3) : 1;
      const [again, other] = [fresh.whole(0, 3) === 0, fresh.whole(0, 4) === 0];
      tally.count('payments asked for');
      const decided = await Promise.all(Array.from({ length: copies }, () => askOn(key, wish)));
      // Nobody knows whose the key is.
      if (!decided.includes(true)) return;
      await wait(fresh.whole(0, 1) * fresh.whole(...LATER_MILLIS));
      if (again) await ask(key, wish);
      if (other) await askForOther(key, { ...wish, amount: wish.amount + 1 });
    },
  };
}

/** What may be answered differently when it is asked again (docs/payments-api.json). */
function isDecided(status: number): boolean {
  return status !== 0 && status !== 409 && status !== 429 && status < 500;
}

function drawMethod(fresh: Fresh): string {
  let left = fresh.whole(1, 100);
  for (const [name, share] of METHODS) {
    left -= share;
    if (left <= 0) return name;
  }
  return 'pm_card_visa';
}

async function post(url: string, key: string, wish: Wish): Promise<{ readonly status: number; readonly body: string }> {
  try {
    const answer = await fetch(`${url}/payments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ ...wish, currency: 'usd', provider: 'stripe' }),
      signal: AbortSignal.timeout(ANSWER_MILLIS_MAX),
    });
    return { status: answer.status, body: await answer.text() };
  } catch {
    return { status: 0, body: '' };
  }
}
