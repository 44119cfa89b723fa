/** Reads what our tables say of the demo's payments: how each ended and who told, and which of the provider's events have come. */
import { isFinal, type PaymentHistoryEntry, type PaymentState } from '../lambdas/core/payment.ts';
import type { Connection } from '../ops/connection.ts';
import { scanItems } from '../ops/table-scan.ts';

export type PaymentRow = {
  readonly state: PaymentState;
  readonly amount: number;
  /** Who told the end: `charge`, `webhook` or `lookup`; undefined while it is open. */
  readonly endedBy: string | undefined;
};

/** By the payment's id. */
export async function readPaymentRows(connection: Connection, table: string): Promise<ReadonlyMap<string, PaymentRow>> {
  const rows = new Map<string, PaymentRow>();
  const request = { table, attributes: ['pk', 'state', 'amount', 'history'] };
  for await (const { pk, state, amount, history } of scanItems(await connection.tableReader(), request)) {
    const told = history as unknown as readonly PaymentHistoryEntry[];
    const row = { state: state as PaymentState, amount: Number(amount) };
    rows.set(String(pk), { ...row, endedBy: isFinal(row.state) ? told.at(-1)?.by : undefined });
  }
  return rows;
}

/** The provider's ids of the events that are stored for a source, those of the test mode. */
export async function readEventIds(connection: Connection, source: string): Promise<ReadonlySet<string>> {
  const prefix = `${source}#-#test#`;
  const ids = new Set<string>();
  const request = {
    table: connection.tables.events,
    attributes: ['pk'],
    where: { attribute: 'pk', is: 'beginning', text: prefix } as const,
  };
  for await (const { pk } of scanItems(await connection.tableReader(), request)) ids.add(String(pk).slice(prefix.length));
  return ids;
}
