/** The clock of payments: each minute it takes up those that are due, so that none waits for a message that is gone. */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context } from 'aws-lambda';
import pLimit from 'p-limit';
import { errorCode } from '../core/errors.ts';
import {
  CHARGE_TIMEOUT_MILLIS,
  DUE_PATIENCE_MILLIS,
  DUE_PAYMENTS_IN_FLIGHT_ITEMS_MAX,
  DUE_PAYMENTS_ITEMS_MAX,
  INVOCATION_MARGIN_MILLIS,
  PAYMENT_SHARDS,
} from '../core/limits.ts';
import { DUE_INDEX, dueShard } from '../core/payment.ts';
import type { Indexes } from '../core/ports.ts';
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
      const due = await dueNow(settings, ports, nowMillis);
      const inFlight = pLimit(DUE_PAYMENTS_IN_FLIGHT_ITEMS_MAX);
      const results = await Promise.all(due.map(({ id }) => inFlight(() => work(id, deadlineMillis, { settings, ports }))));
      const late = due.filter((_, index) => results[index] !== true).map(({ dueAt }) => (nowMillis - Date.parse(dueAt)) / 1000);
      // Said each time, so that silence is heard.
      ports.telemetry.count('PaymentsOverdueSeconds', Math.round(Math.max(0, ...late)));
      return { due: due.length, worked: due.length - late.length, failed: late.length };
    });
}

type Due = { readonly id: string; readonly dueAt: string };

/**
 * The oldest first in each partition, and no more than one run can do: the next one comes in a minute. A partition that does not answer is left
 * to the next run, and takes no time from what the others hold.
 */
async function dueNow({ api, tables }: WorkSettings, ports: ClockPorts, nowMillis: number): Promise<readonly Due[]> {
  const shards = Array.from({ length: PAYMENT_SHARDS }, (_, shard) => dueShard(api.name, shard));
  const limit = Math.ceil(DUE_PAYMENTS_ITEMS_MAX / PAYMENT_SHARDS);
  const pageOf = (partition: string) =>
    untilAnswered(ports, nowMillis + DUE_PATIENCE_MILLIS, () =>
      ports.indexes.page(tables.payments, { index: DUE_INDEX, partition, through: isoTime(nowMillis), limit }),
    );
  const pages = await Promise.allSettled(shards.map(pageOf));
  return pages.flatMap((page) => {
    if (page.status === 'fulfilled') return page.value.entries.map(({ key, sort }) => ({ id: String(key['pk']), dueAt: sort }));
    ports.telemetry.count('DuePaymentsUnread', 1, { code: errorCode(page.reason) });
    return [];
  });
}

/** False where it failed or there was no time: it stays due. */
async function work(
  id: string,
  deadlineMillis: number,
  { settings, ports }: { settings: WorkSettings; ports: ClockPorts },
): Promise<boolean> {
  if (ports.clock.nowMillis() + CHARGE_TIMEOUT_MILLIS + INVOCATION_MARGIN_MILLIS > deadlineMillis) return false;
  try {
    await workPayment({ id, deadlineMillis }, settings, ports);
    return true;
  } catch (error) {
    ports.telemetry.count('PaymentFailed', 1, { code: errorCode(error) });
    ports.telemetry.log('error', 'payment not worked on', { paymentId: id, code: errorCode(error) });
    return false;
  }
}
