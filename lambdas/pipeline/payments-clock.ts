/** The clock of payments: each minute it takes up those that are due, so that none waits for a message that is gone. */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context } from 'aws-lambda';
import pLimit from 'p-limit';
import { errorCode } from '../core/errors.ts';
import {
  CHARGE_TIMEOUT_MILLIS,
  DUE_PAGES_MAX,
  DUE_PATIENCE_MILLIS,
  DUE_PAYMENTS_IN_FLIGHT_ITEMS_MAX,
  DUE_PAYMENTS_ITEMS_MAX,
  INVOCATION_MARGIN_MILLIS,
  PAYMENT_SHARDS,
} from '../core/limits.ts';
import { DUE_INDEX, dueShard } from '../core/payment.ts';
import type { Indexes, Key } from '../core/ports.ts';
import { isoTime } from '../core/time.ts';
import { flushTelemetry } from './flush-telemetry.ts';
import { untilAnswered } from './until-answered.ts';
import { type WorkPorts, type WorkSettings, workPayment } from './work-payment.ts';

export type ClockPorts = WorkPorts & { readonly indexes: Indexes };

export type ClockResult = { readonly due: number; readonly worked: number; readonly failed: number };

/** The handler of one provider's clock. Several may run at once: what they do is done by condition. */
export function createPaymentsClock(settings: WorkSettings, ports: ClockPorts): MiddyfiedHandler<unknown, ClockResult> {
  return middy<unknown, ClockResult>({ timeoutEarlyInMillis: 0 })
    .use(flushTelemetry(ports.telemetry))
    .handler(async (_event: unknown, context: Context) => {
      const nowMillis = ports.clock.nowMillis();
      const deadlineMillis = nowMillis + context.getRemainingTimeInMillis() - INVOCATION_MARGIN_MILLIS;
      const run: Run = { settings, ports, nowMillis, deadlineMillis };
      let places: readonly Place[] = Array.from({ length: PAYMENT_SHARDS }, (_, shard) => ({
        partition: dueShard(settings.api.name, shard),
      }));
      const late: number[] = [];
      let due = 0;
      for (let round = 1; round <= DUE_PAGES_MAX && places.length > 0 && (round === 1 || hasTime(run)); round += 1) {
        const listed = await dueNow(places, run);
        const failed = await workAll(listed.due, run);
        due += listed.due.length;
        late.push(...failed.map(({ dueAt }) => (nowMillis - Date.parse(dueAt)) / 1000));
        // What fails stays due and first: behind it others may wait, and the next run would come no further.
        places = listed.behind.filter(({ partition }) => failed.some((one) => one.partition === partition));
      }
      // Said each time, so that silence is heard.
      ports.telemetry.count('PaymentsOverdueSeconds', Math.round(Math.max(0, ...late)));
      return { due, worked: due - late.length, failed: late.length };
    });
}

type Run = { readonly settings: WorkSettings; readonly ports: ClockPorts; readonly nowMillis: number; readonly deadlineMillis: number };

/** Where in the index a page begins. */
type Place = { readonly partition: string; readonly after?: Key | undefined };

type Due = { readonly id: string; readonly dueAt: string; readonly partition: string };

/**
 * The oldest first, and no more than one run can do: the next one comes in a minute. A partition that does not answer is left to the next run, and
 * takes no time from what the others hold. `behind`: where the partitions that hold more go on.
 */
async function dueNow(
  places: readonly Place[],
  { settings: { tables }, ports, nowMillis }: Run,
): Promise<{ readonly due: readonly Due[]; readonly behind: readonly Place[] }> {
  const limit = Math.ceil(DUE_PAYMENTS_ITEMS_MAX / PAYMENT_SHARDS);
  const untilMillis = ports.clock.nowMillis() + DUE_PATIENCE_MILLIS;
  const pageOf = async ({ partition, after }: Place) => {
    const range = { index: DUE_INDEX, partition, through: isoTime(nowMillis), limit };
    const page = await untilAnswered(ports, untilMillis, () => ports.indexes.page(tables.payments, range, after));
    return { partition, ...page };
  };
  const pages = (await Promise.allSettled(places.map(pageOf))).flatMap((page) => {
    if (page.status === 'fulfilled') return [page.value];
    ports.telemetry.count('DuePaymentsUnread', 1, { code: errorCode(page.reason) });
    return [];
  });
  const due = pages.flatMap(({ partition, entries }) =>
    entries.map(({ key, sort }) => ({ id: String(key['pk']), dueAt: sort, partition })),
  );
  // Of all partitions together: while calls take long a run does not come to the end of its list, and nobody may always be last.
  due.sort((one, other) => (one.dueAt < other.dueAt ? -1 : 1));
  return { due, behind: pages.flatMap(({ partition, after }) => (after === undefined ? [] : [{ partition, after }])) };
}

/** Answers what is not done. */
async function workAll(due: readonly Due[], run: Run): Promise<readonly Due[]> {
  const inFlight = pLimit(DUE_PAYMENTS_IN_FLIGHT_ITEMS_MAX);
  const results = await Promise.all(due.map(({ id }) => inFlight(() => work(id, run))));
  return due.filter((_, index) => results[index] !== true);
}

/** For one call more, and what has to be written down after it. */
function hasTime({ ports, deadlineMillis }: Run): boolean {
  return ports.clock.nowMillis() + CHARGE_TIMEOUT_MILLIS + INVOCATION_MARGIN_MILLIS <= deadlineMillis;
}

/** False where it failed or there was no time: it stays due. */
async function work(id: string, run: Run): Promise<boolean> {
  const { settings, ports, deadlineMillis } = run;
  if (!hasTime(run)) return false;
  try {
    await workPayment({ id, deadlineMillis }, settings, ports);
    return true;
  } catch (error) {
    ports.telemetry.count('PaymentFailed', 1, { code: errorCode(error) });
    ports.telemetry.log('error', 'payment not worked on', { paymentId: id, code: errorCode(error) });
    return false;
  }
}
