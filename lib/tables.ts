/** The tables: one for each purpose, so that a function is granted exactly what it uses and only the outbox pays for a stream. */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { DUE_INDEX, MADE_INDEX } from '../lambdas/core/payment.ts';
import { HouseTable } from './house-table.ts';

export type TablesProps = {
  readonly ephemeral: boolean;
  /** The names of the tables that the consumers declare. */
  readonly declared: readonly string[];
  /** Whether anything is charged. */
  readonly payments: boolean;
};

export type PaymentsTables = {
  /** The state of each payment, for ever. */
  readonly payments: Table;
  /** The ARNs of its indexes: of payments that wait for something, and of all by when they were made. */
  readonly dueArn: string;
  readonly madeArn: string;
  /** What reconciliation looked at and what it found; it expires. */
  readonly reconciliation: Table;
};

export class Tables extends Construct {
  /** Who an event is, for ever. */
  readonly events: Table;
  /** What an event says, and who is still to get it; it expires. */
  readonly outbox: Table;
  /** What each consumer has seen, for ever. */
  readonly inbox: Table;
  /** How far settlement has come, and what it found unsettled. */
  readonly settlement: Table;
  /** Undefined where nothing is charged. */
  readonly charged: PaymentsTables | undefined;
  private readonly declared: ReadonlyMap<string, Table>;

  constructor(scope: Construct, id: string, { ephemeral, declared, payments }: TablesProps) {
    super(scope, id);
    this.events = new HouseTable(this, 'Events', { ephemeral, writtenOnce: true }).table;
    this.outbox = new HouseTable(this, 'Outbox', { ephemeral, sorted: true, streamed: true, expiryAttribute: 'expiresAt' }).table;
    this.inbox = new HouseTable(this, 'Inbox', { ephemeral, writtenOnce: true }).table;
    this.settlement = new HouseTable(this, 'Settlement', { ephemeral, sorted: true }).table;
    this.declared = new Map(declared.map((name) => [name, new HouseTable(this, name, { ephemeral, sorted: true }).table]));
    this.charged = payments ? this.paymentsTables(ephemeral) : undefined;
  }

  /** A table that a consumer declared. */
  declaredAs(name: string): Table {
    const table = this.declared.get(name);
    if (table === undefined) throw new Error(`No consumer declared the table ${name}.`);
    return table;
  }

  private paymentsTables(ephemeral: boolean): PaymentsTables {
    const house = new HouseTable(this, 'Payments', { ephemeral, indexes: [DUE_INDEX, MADE_INDEX] });
    return {
      payments: house.table,
      dueArn: house.indexArn(DUE_INDEX),
      madeArn: house.indexArn(MADE_INDEX),
      reconciliation: new HouseTable(this, 'Reconciliation', { ephemeral, sorted: true, expiryAttribute: 'expiresAt' }).table,
    };
  }
}
