/** The tables: one for each purpose, so that a function is granted exactly what it uses and only the outbox pays for a stream. */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { HouseTable } from './house-table.ts';

export type TablesProps = {
  readonly ephemeral: boolean;
  /** The names of the tables that the consumers declare. */
  readonly declared: readonly string[];
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
  private readonly declared: ReadonlyMap<string, Table>;

  constructor(scope: Construct, id: string, { ephemeral, declared }: TablesProps) {
    super(scope, id);
    this.events = new HouseTable(this, 'Events', { ephemeral, writtenOnce: true }).table;
    this.outbox = new HouseTable(this, 'Outbox', { ephemeral, sorted: true, streamed: true, expiryAttribute: 'expiresAt' }).table;
    this.inbox = new HouseTable(this, 'Inbox', { ephemeral, writtenOnce: true }).table;
    this.settlement = new HouseTable(this, 'Settlement', { ephemeral, sorted: true }).table;
    this.declared = new Map(declared.map((name) => [name, new HouseTable(this, name, { ephemeral, sorted: true }).table]));
  }

  /** A table that a consumer declared. */
  declaredAs(name: string): Table {
    const table = this.declared.get(name);
    if (table === undefined) throw new Error(`No consumer declared the table ${name}.`);
    return table;
  }
}
