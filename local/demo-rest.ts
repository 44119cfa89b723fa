/** Waits until nothing of the demo's payments is on its way any more: only then may reconciliation look at the youngest things. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { isFinal } from '../lambdas/core/payment.ts';
import type { Connection } from '../ops/connection.ts';
import { printError } from '../ops/terminal.ts';
import { allSettled, readMarkers } from './demo-books.ts';
import type { Order } from './demo-orders.ts';
import { readEventIds, readPaymentRows } from './demo-payment-rows.ts';
import { withProgress } from './demo-progress.ts';
import type { StandIn } from './provider-stand-ins.ts';

export type Awaited = {
  /** For the progress line. */
  readonly what: string;
  readonly orders: readonly Order[];
  /** Events of the provider of which nobody is told. */
  readonly untold: ReadonlySet<string>;
};

export type Resting = {
  readonly connection: Connection;
  readonly standIn: StandIn;
  readonly source: string;
  readonly paymentsTable: string;
  readonly signal?: AbortSignal | undefined;
};

const POLL_MILLIS = 250;
/** So long nothing has moved when a person is told why: all of it usually takes two or three seconds. */
const PATIENCE_MILLIS = 10_000;
/** A call without an answer is made again after half a minute, by a clock that comes each minute; what takes longer is stuck. */
const STANDSTILL_MILLIS = 120_000;

/** Answers what is missing when nothing moves any more; undefined once all is at rest. */
export async function waitForRest(resting: Resting, awaited: Awaited): Promise<string | undefined> {
  const { signal } = resting;
  return await withProgress(awaited.what, awaited.orders.length, async (progress) => {
    let known = '';
    let isTold = false;
    const startedAtMillis = systemClock.nowMillis();
    let movedAtMillis = startedAtMillis;
    for (;;) {
      signal?.throwIfAborted();
      const missing = await missingNow(resting, awaited);
      progress(awaited.orders.length - missing.open);
      const said = wordsOf(missing);
      if (said === '') return undefined;
      const nowMillis = systemClock.nowMillis();
      if (said !== known) movedAtMillis = nowMillis;
      known = said;
      if (nowMillis - movedAtMillis > STANDSTILL_MILLIS)
        return `after ${Math.round((nowMillis - startedAtMillis) / 1000)} s nothing moves any more, and not all is done (${said}); look at the logs and at \`npx oncehook status\``;
      if (!isTold && nowMillis - movedAtMillis > PATIENCE_MILLIS) {
        isTold = true;
        printError(`still waiting (${said}); a payment of which nobody tells is asked for by the clock of payments, within two minutes`);
      }
      await systemClock.sleep(POLL_MILLIS, signal);
    }
  });
}

type Missing = {
  readonly open: number;
  readonly untold: number;
  readonly unbooked: number;
  /** Of this very second, which is in no window yet. */
  readonly young: number;
  readonly isSettled: boolean;
};

/** The markers are asked for last: what a consumer publishes commits with its marker, so nothing can be missed. */
async function missingNow(resting: Resting, { orders, untold }: Awaited): Promise<Missing> {
  const { connection, standIn, source, paymentsTable } = resting;
  const rows = await readPaymentRows(connection, paymentsTable);
  const open = orders.filter(({ payment }) => !isFinal(rows.get(payment)?.state ?? 'PENDING')).length;
  // The other readings are larger, and say nothing before this one does.
  if (open > 0) return { open, untold: 0, unbooked: 0, young: 0, isSettled: false };
  const { inspection } = standIn.model;
  const stored = await readEventIds(connection, source);
  const thisSecond = Math.floor(systemClock.nowMillis() / 1000);
  const made = [...inspection.all('event'), ...inspection.all('balance_transaction')];
  const counts = {
    open,
    untold: inspection.all('event').filter(({ id }) => !stored.has(id) && !untold.has(id)).length,
    unbooked: inspection.all('charge').filter(({ status, balance_transaction }) => status === 'succeeded' && balance_transaction === null)
      .length,
    young: made.filter(({ created }) => created >= thisSecond).length,
  };
  const isSettled = Object.values(counts).every((count) => count === 0) && (await allSettled(connection, await readMarkers(connection)));
  return { ...counts, isSettled };
}

/** Empty where nothing is missing. */
function wordsOf({ open, untold, unbooked, young, isSettled }: Missing): string {
  const words = [
    ['payments that have not ended', open],
    ['events of the provider that have not come', untold],
    ['charges that are not on its balance', unbooked],
    ['things that are younger than a second', young],
  ] as const;
  const missing = words.filter(([, count]) => count > 0).map(([what, count]) => `${what}: ${count}`);
  if (missing.length > 0) return missing.join(', ');
  return isSettled ? '' : 'some events are not applied';
}
