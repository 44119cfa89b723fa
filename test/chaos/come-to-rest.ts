/** After the faults: waits until everything has taken effect, and does what an operator would do for it. */
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { allSettled, readMarkers } from '../../local/demo-books.ts';
import type { Connection } from '../../ops/connection.ts';
import type { ChargedStripe } from './charged-stripe.ts';
import type { HurriedPayments } from './hurried-payments.ts';
import type { Operator } from './operator.ts';
import type { Tally } from './tally.ts';

export type Resting = {
  readonly connection: Connection;
  readonly operator: Operator;
  readonly stripe: ChargedStripe;
  readonly payments: HurriedPayments;
  readonly tally: Tally;
};

const POLL_MILLIS = 250;

/**
 * Until payments have ended, the queues are empty and each event has its markers, or nothing helps any more: then the check says what is
 * missing. The markers are asked for last, since that reads whole tables.
 */
export async function comeToRest({ connection, operator, stripe, payments, tally }: Resting, deadlineMillis: number): Promise<void> {
  while (systemClock.nowMillis() < deadlineMillis) {
    stripe.payersAct(1);
    const { open } = await payments.hurry();
    if (open > 0) await payments.runClock();
    const moved = await operator.redrive();
    if (moved > 0) tally.count('dead letters redriven', moved);
    const isQuiet = open === 0 && moved === 0 && stripe.isQuiet() && (await areEmpty(connection));
    if (isQuiet && (await allSettled(connection, await readMarkers(connection)))) return;
    await systemClock.sleep(POLL_MILLIS);
  }
}

/** Until each payment was sent at least once, so that all meet the provider's faults, however slow the machine is. */
export async function triedOnce({ payments }: Resting, deadlineMillis: number): Promise<void> {
  while ((await payments.hurry()).untried > 0 && systemClock.nowMillis() < deadlineMillis) {
    await payments.runClock();
    await systemClock.sleep(POLL_MILLIS);
  }
}

async function areEmpty({ consumers, queueDepths }: Connection): Promise<boolean> {
  const depths = await queueDepths();
  const urls = consumers.flatMap(({ queueUrl, deadLetterUrl }) => [queueUrl, deadLetterUrl]);
  return (await Promise.all(urls.map((url) => depths.depth(url)))).every((depth) => depth === 0);
}
