/** What stands of payments in a stack at rest, and what its provider did: nothing here knows how it came about. */
import type { Connection } from '../../ops/connection.ts';
import { scanItems } from '../../ops/table-scan.ts';
import { paymentsTable } from './hurried-payments.ts';
import type { ProviderRecords } from './provider-records.ts';
import type { Reconciled } from './reconcile-all.ts';

export type KeptPayment = {
  readonly id: string;
  readonly state: string;
  /** US cents. */
  readonly amount: number;
  readonly reference: string;
  readonly code: string | undefined;
  readonly dueAt: string | undefined;
};

export type FinalPayments = {
  readonly payments: readonly KeptPayment[];
  /** The types of the events that told how it ended, by the payment's id. */
  readonly told: ReadonlyMap<string, readonly string[]>;
  readonly provider: ProviderRecords;
  /** Of the last reconciliation. */
  readonly reconciled: Reconciled;
};

const END = /^payment\.(succeeded|failed|expired|disputed)$/;

export async function readFinalPayments(
  connection: Connection,
  { provider, reconciled }: Pick<FinalPayments, 'provider' | 'reconciled'>,
): Promise<FinalPayments> {
  const reader = await connection.tableReader();
  const payments: KeptPayment[] = [];
  const attributes = ['pk', 'state', 'amount', 'reference', 'failureCode', 'dueAt'];
  for await (const { pk, state, amount, reference, failureCode, dueAt } of scanItems(reader, {
    table: paymentsTable(connection),
    attributes,
  }))
    payments.push({
      id: String(pk),
      state: String(state),
      amount: Number(amount),
      reference: String(reference),
      code: failureCode === undefined ? undefined : String(failureCode),
      dueAt: dueAt === undefined ? undefined : String(dueAt),
    });
  const told = new Map<string, string[]>();
  const outbox = { table: connection.tables.outbox, attributes: ['type', 'subject'] };
  for await (const { type, subject } of scanItems(reader, outbox)) {
    if (!END.test(String(type))) continue;
    const types = told.get(String(subject)) ?? [];
    types.push(String(type));
    told.set(String(subject), types);
  }
  return { payments, told, provider, reconciled };
}
