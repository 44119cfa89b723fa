/** Both acts of the demo as `npm start` plays them, small: with a stand-in that forgets, and with a ledger that does. */
import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Intercept } from '../../local/aws-front.ts';
import { playActs } from '../../local/demo-acts.ts';
import { clientSettings } from '../../local/function-client.ts';
import { createProviderStandIns } from '../../local/provider-stand-ins.ts';
import { describeOnEmbeddedEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { openPayments, type Payments } from './payments-stack.ts';

describeOnEmbeddedEngines('the demo', () => {
  const standIns = createProviderStandIns({});
  let payments: Payments;
  let isForgetful = false;

  /** Once the ledger has written down one of the second act's payments, which have no customer, its entry is taken away again. */
  const intercept: Intercept = ({ caller, operation, body }) => {
    if (!isForgetful || operation !== 'TransactWriteItems' || !caller.startsWith('ConsumeLedger')) return 'pass';
    const puts = (body['TransactItems'] as { Put?: { TableName: string; Item: Record<string, { S: string }> } }[]).flatMap(
      ({ Put }) => Put ?? [],
    );
    const entry = puts.find(({ Item }) => Item['sk']?.S === 'entry' && JSON.stringify(Item).includes(':guest:'));
    if (entry === undefined) return 'pass';
    return {
      afterAnswer: async () => {
        isForgetful = false;
        const client = new DynamoDBClient(clientSettings(payments.pipeline.stack.endpoints.dynamodb, 'operator'));
        const { pk, sk } = entry.Item as { pk: { S: string }; sk: { S: string } };
        await client.send(new DeleteItemCommand({ TableName: entry.TableName, Key: { pk, sk } }));
        client.destroy();
      },
    };
  };

  beforeAll(async () => {
    payments = await openPayments({ providerUrls: standIns.start, intercept });
  }, ENGINE_TEST_MILLIS);
  afterAll(async () => {
    await payments.stop();
    await standIns.stop();
  }, ENGINE_TEST_MILLIS);

  const play = async (options: { readonly seed: number; readonly events: number; readonly orders: number }) => {
    const lines: string[] = [];
    const { equal } = await playActs(payments.pipeline.connection, standIns.stripe(), { ...options, print: (line) => lines.push(line) });
    return { equal, text: lines.join('\n') };
  };

  it(
    'finds in its second act what never came, and ends equal',
    async () => {
      const { equal, text } = await play({ seed: 7, events: 6, orders: 8 });
      expect(text).toMatch(/reconciliation +2 events brought in of 2 that never came/);
      expect(text).toMatch(/once more +8 events, 8 payments and 7 movements compared: 0 brought in, 0 differences/);
      expect(text.match(/^all equal$/gm)).toHaveLength(2);
      expect(equal).toBe(true);
    },
    ENGINE_TEST_MILLIS,
  );

  it(
    'ends unequal where the ledger misses one payment, and names it',
    async () => {
      isForgetful = true;
      const { equal, text } = await play({ seed: 8, events: 3, orders: 4 });
      expect(text).toMatch(/^transaction +pi_3\w+ +missing here +payment \d+ usd$/m);
      expect(text).toMatch(/^not equal: differences that it found: expected 0, found 1$/m);
      expect(equal).toBe(false);
    },
    ENGINE_TEST_MILLIS,
  );
});
