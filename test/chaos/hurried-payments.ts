/**
 * Time passes faster for payments: what would be due in minutes is made due now, and their clock comes each second or two. The waits of the
 * product are between half a minute and half an hour; what happens after one does not depend on its length.
 */
import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { ABSENT_QUIET_SECONDS } from '../../lambdas/core/limits.ts';
import type { Item } from '../../lambdas/core/ports.ts';
import type { LocalStack } from '../../local/start-local.ts';
import type { Connection } from '../../ops/connection.ts';
import { scanItems } from '../../ops/table-scan.ts';

export type HurriedPayments = {
  /** Makes due what waits. `open` have not ended and could do so within minutes; of these `untried` were never sent. */
  hurry(): Promise<{ readonly open: number; readonly untried: number }>;
  /** Lets the clock of payments run once, beside whatever runs of it. */
  runClock(): Promise<void>;
  close(): void;
};

const CLOCK = 'payments-clock-stripe';
/** In place of the ten minutes for the message of a new payment. */
const MESSAGE_MILLIS = 3_000;
/** In place of the 90 seconds for a call under way, and longer than any call to the stand-in takes. */
const LEASE_MILLIS = 5_000;

export function hurryPayments(stack: LocalStack, connection: Connection): HurriedPayments {
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'local' };
  const dynamo = new DynamoDBClient({ region: connection.region, endpoint: stack.endpoints.dynamodb, credentials });
  const table = paymentsTable(connection);
  const makeDue = async ({ pk, version, absentSince }: Item): Promise<void> => {
    const nowMillis = systemClock.nowMillis();
    const moved = absentSince === undefined ? '' : ', absentSince = :since';
    const update = new UpdateItemCommand({
      TableName: table,
      Key: { pk: { S: String(pk) } },
      UpdateExpression: `SET dueAt = :now${moved}`,
      ConditionExpression: 'version = :version',
      ExpressionAttributeValues: {
        ':now': { S: iso(nowMillis) },
        ':version': { N: String(version) },
        ...(moved === '' ? {} : { ':since': { S: iso(nowMillis - ABSENT_QUIET_SECONDS * 1000) } }),
      },
    });
    await dynamo.send(update).catch((error: unknown) => {
      // Somebody has gone on with it meanwhile.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    });
  };
  return {
    hurry: async () => {
      const waiting: Item[] = [];
      const attributes = ['pk', 'state', 'version', 'dueAt', 'madeAt', 'lastAttemptAt', 'absentSince'];
      for await (const item of scanItems(await connection.tableReader(), { table, attributes }))
        if (item['dueAt'] !== undefined) waiting.push(item);
      for (const item of waiting) if (mayBeDue(item, systemClock.nowMillis())) await makeDue(item);
      return { open: waiting.length, untried: waiting.filter(({ state }) => state === 'PENDING').length };
    },
    runClock: async () => {
      await stack.functions.find(CLOCK).invoke({});
    },
    close: () => dynamo.destroy(),
  };
}

/** Throws where the stack charges nothing. */
export function paymentsTable({ payments }: Connection): string {
  if (payments === undefined) throw new Error('The stack charges nothing; the run needs payments through stripe.');
  return payments.tables.payments;
}

function mayBeDue({ state, dueAt, madeAt, lastAttemptAt }: Item, nowMillis: number): boolean {
  if (String(dueAt) <= iso(nowMillis)) return false;
  if (state === 'PENDING') return Date.parse(String(madeAt)) + MESSAGE_MILLIS <= nowMillis;
  return state !== 'SENT' || Date.parse(String(lastAttemptAt)) + LEASE_MILLIS <= nowMillis;
}

function iso(millis: number): string {
  return new Date(millis).toISOString();
}
