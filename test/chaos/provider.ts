/** The sender: events of a few customers, several times and at once, sent again until they are acknowledged or given up. */
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import Stripe from 'stripe';
import type { Made } from '../../ops/fixtures/fixture.ts';
import { type Fresh, freshFrom } from '../../ops/fixtures/fresh.ts';
import stripe, { chargeRefunded, paymentSucceeded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import type { History, Meaning } from './history.ts';
import type { Tally } from './tally.ts';

export type Provider = {
  /** Starts one story: its events, their copies and their retries. Resolves when each was acknowledged or given up. */
  tell(): Promise<void>;
  /** From now on nothing is given up any more. */
  insist(): void;
};

export type ProviderOptions = {
  readonly url: string;
  readonly secret: string;
  readonly fraction: () => number;
  readonly nowSeconds: () => number;
  readonly history: History;
  readonly tally: Tally;
};

type Post = { readonly event: string; readonly body: Buffer; readonly means: Meaning };

const CUSTOMERS = 12;
/** Of all events; their sender never tries a second time, so that nobody knows what became of some. */
const GIVEN_UP_SHARE = 0.08;
const RETRY_MILLIS = [200, 1_500] as const;
/** The gateway's own; a sender that leaves earlier only adds to the load of a stack that is behind. */
const ANSWER_MILLIS_MAX = 30_000;

export function createProvider(options: ProviderOptions): Provider {
  const { fraction, tally, history } = options;
  const fresh = freshFrom(options.nowSeconds(), fraction);
  const customers = Array.from({ length: CUSTOMERS }, (_, index) => `cus_chaos${index}`);
  let insisting = false;
  let attempts = 0;

  const post = async ({ event, body, means }: Post): Promise<boolean> => {
    attempts += 1;
    const attempt = attempts;
    history.add({ what: 'invoke', attempt, event, means });
    tally.count('posts');
    const answer = await send(options, body);
    if (typeof answer === 'number' && answer >= 200 && answer < 300) history.add({ what: 'ok', attempt, event });
    else if (typeof answer === 'number' && answer < 500) history.add({ what: 'fail', attempt, event, why: `HTTP ${answer}` });
    else history.add({ what: 'info', attempt, event, why: typeof answer === 'number' ? `HTTP ${answer}` : answer });
    return answer === 200;
  };
  const deliver = async (each: Post): Promise<void> => {
    const givenUp = fraction() < GIVEN_UP_SHARE;
    while (!(await post(each))) {
      if (givenUp && !insisting) return tally.count('given up');
      await wait(fresh.whole(...RETRY_MILLIS));
    }
  };
  return {
    insist: () => {
      insisting = true;
    },
    tell: async () => {
      const posts = story(fresh, customers[fresh.whole(0, CUSTOMERS - 1)] ?? '', tally);
      await Promise.all(
        posts.map(async (each, index) => {
          // Sometimes all at once, sometimes one after the other.
          await wait(fresh.whole(0, 1) * index * fresh.whole(0, 400));
          const copies = fresh.whole(0, 3) === 0 ? fresh.whole(2, 3) : 1;
          await Promise.all(Array.from({ length: copies }, () => deliver(each)));
          // Long acknowledged, and once more.
          if (fresh.whole(0, 5) === 0) await post(each);
        }),
      );
    },
  };
}

/** What happens to one customer: mostly a payment, sometimes told twice under two ids, sometimes refunded in up to three steps. */
function story(fresh: Fresh, customer: string, tally: Tally): readonly Post[] {
  const kind = fresh.whole(0, 19);
  if (kind === 0) return [oddPost(fresh)];
  if (kind === 1) return [eventPost(stripe.make('charge.succeeded', fresh), { kind: 'ignored' })];
  const payment = freshPayment(fresh, { customer, amount: fresh.whole(100, 20_000) });
  const paid: Meaning = { kind: 'payment', object: payment.intent, customer, amount: payment.amount };
  const posts = [eventPost(paymentSucceeded(payment, fresh), paid)];
  if (kind <= 5) {
    tally.count('twins');
    posts.push(eventPost(paymentSucceeded(payment, fresh), paid));
  }
  const steps = kind >= 13 ? fresh.whole(1, 3) : 0;
  for (let before = 0, step = 0; step < steps; step += 1) {
    const now = before + Math.floor(payment.amount / 4);
    posts.push(
      eventPost(chargeRefunded(payment, { before, now }, fresh), { kind: 'refund', object: payment.charge, customer, amount: now }),
    );
    before = now;
  }
  return fresh.whole(0, 1) === 0 ? posts : posts.reverse();
}

function eventPost({ id, body }: Made, means: Meaning): Post {
  return { event: `stripe#-#test#${id}`, body: Buffer.from(body), means };
}

function oddPost(fresh: Fresh): Post {
  const body = Buffer.from(`signed and no event ${fresh.token(20)}`);
  return { event: `stripe#-#-#sha256:${createHash('sha256').update(body).digest('hex')}`, body, means: { kind: 'odd' } };
}

/** The status, or why there is none. Signed by Stripe's own library, anew for each attempt. */
async function send({ url, secret, nowSeconds }: ProviderOptions, body: Buffer): Promise<number | string> {
  const payload = body.toString('utf8');
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: nowSeconds() });
  try {
    const answer = await fetch(`${url}/webhooks/stripe`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'stripe-signature': signature },
      body: payload,
      signal: AbortSignal.timeout(ANSWER_MILLIS_MAX),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch (error) {
    return error instanceof Error ? error.name : 'no answer';
  }
}
