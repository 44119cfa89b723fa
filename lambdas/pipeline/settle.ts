/** Settlement, the end-to-end check: each outbox item must get a marker for every address it is sent to; what has none is sent again. */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context } from 'aws-lambda';
import { SETTLEMENT_MARGIN_MILLIS } from '../core/limits.ts';
import { flushTelemetry } from './flush-telemetry.ts';
import type { LookPorts, LookSettings } from './look-at-partition.ts';
import { lookAtNewSlots } from './new-slots.ts';
import { lookAtOpenRows } from './open-rows.ts';
import { createResender, type SendAgainPorts, type SendAgainSettings } from './send-again.ts';
import type { SettleRun } from './settlement-rows.ts';

export type SettleSettings = SendAgainSettings & {
  readonly retired: LookSettings['retired'];
  readonly delivered: LookSettings['delivered'];
  readonly tables: LookSettings['tables'] & { readonly settlement: string };
};

export type SettlePorts = LookPorts & SendAgainPorts;

/** What one run did. */
export type SettleReport = {
  /** Slots that had their first look. */
  readonly slots: number;
  /** Open rows that were looked at again. */
  readonly rows: number;
  /** Messages that were handed to queues again. */
  readonly sent: number;
};

export type SettleHandler = MiddyfiedHandler<unknown, SettleReport>;

/**
 * The handler of the scheduled function. What was due while it did not run is worked first; what one run does not get to, the next one does.
 * Two runs at once do the same work twice, which sends a message twice, and markers absorb that. Throws where the store does not answer:
 * nothing is passed over then.
 */
export function createSettle(settings: SettleSettings, ports: SettlePorts): SettleHandler {
  return middy<unknown, SettleReport>({ timeoutEarlyInMillis: 0 })
    .use(flushTelemetry(ports.telemetry))
    .handler(async (_event: unknown, context: Context) => {
      const startMillis = ports.clock.nowMillis();
      const leftMillis = context.getRemainingTimeInMillis() - SETTLEMENT_MARGIN_MILLIS;
      const run: SettleRun = {
        settings,
        ports,
        resender: createResender(settings, ports),
        deadlineMillis: startMillis + leftMillis,
        // Half of the time for what is open keeps the other half for slots that nobody has looked at.
        rowsUntilMillis: startMillis + leftMillis / 2,
      };
      const rows = await lookAtOpenRows(run);
      const slots = await lookAtNewSlots(run);
      return { slots, rows, sent: run.resender.tried() };
    });
}
