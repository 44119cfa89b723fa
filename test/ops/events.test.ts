/** `oncehook events` and `events show`: the newest first over all pages, and everything that is known about one. */

import { DynamoDBDocumentClient, GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { encode } from '../../lambdas/core/codec.ts';
import { outboxItem } from '../../lambdas/core/outbox.ts';
import type { Item } from '../../lambdas/core/ports.ts';
import { outboxPartition } from '../../lambdas/core/time.ts';
import { publishedId } from '../../lambdas/pipeline/consumer-tools.ts';
import { type FakeStack, startFakeStack, withQueue } from './fake-stack.ts';
import { runCommand } from './run-command.ts';

const tables = mockClient(DynamoDBDocumentClient);
let stack: FakeStack;

beforeEach(async () => {
  tables.reset();
  tables.on(GetCommand).resolves({});
  tables.on(ScanCommand).resolves({ Items: [] });
  stack = await startFakeStack();
});

afterEach(() => stack.close());

const events = (...argv: string[]) => runCommand(['events', ...argv, '--url', stack.url]);

const KEY = 'stripe#-#test#evt_1';
const RECEIVED = '2026-11-23T22:25:00.000Z';

function eventItem(key: string, receivedAt = RECEIVED): Item {
  return {
    pk: key,
    v: 1,
    source: 'stripe',
    mode: 'test',
    type: 'payment_intent.succeeded',
    subject: 'pi_1',
    occurredAt: '2026-11-23T22:24:58.000Z',
    receivedAt,
    fingerprint: 'f',
    outboxPk: '2026-11-23T22:25Z#07',
    via: 'webhook',
  };
}

function outboxOf(given: {
  id: string;
  partition: string;
  to: readonly string[];
  payload: string;
  type?: string;
  provider?: string;
}): Item {
  const { codec, bytes } = encode(Buffer.from(given.payload));
  return outboxItem({
    partition: given.partition,
    id: given.id,
    source: given.provider === 'oncehook' ? 'ledger' : 'stripe',
    provider: given.provider ?? 'stripe',
    mode: 'test',
    type: given.type ?? 'payment_intent.succeeded',
    occurredAt: '2026-11-23T22:24:58.000Z',
    receivedAt: RECEIVED,
    authenticity: 'signed',
    correlationId: KEY,
    hops: given.provider === 'oncehook' ? 1 : 0,
    to: given.to,
    codec,
    contentType: 'application/json',
    payload: bytes,
    expiresAt: 1_798_000_000,
  });
}

const give = (table: string, key: Item, item: Item) => tables.on(GetCommand, { TableName: table, Key: key }).resolves({ Item: item });

/** `{ "amount": 1.0 }` with its odd spacing: what is shown must be what came. */
const PAYLOAD = '{ "id":"evt_1",\n  "amount": 1.0 }';

function giveStoredEvent(to: readonly string[] = ['ledger@1', 'loyalty@1']): void {
  give('Events-1', { pk: KEY }, eventItem(KEY));
  const partition = '2026-11-23T22:25Z#07';
  give('Outbox-1', { pk: partition, sk: KEY }, outboxOf({ id: KEY, partition, to, payload: PAYLOAD }));
}

describe('oncehook events', () => {
  const item = (identity: string, second: number) =>
    eventItem(`stripe#-#test#${identity}`, `2026-11-23T22:25:${String(second).padStart(2, '0')}.000Z`);

  it('lists the newest first over all pages, and no more than the limit', async () => {
    tables
      .on(ScanCommand)
      .resolvesOnce({ Items: [item('evt_10', 10), item('evt_50', 50)], LastEvaluatedKey: { pk: 'x' } })
      .resolvesOnce({ Items: [], LastEvaluatedKey: { pk: 'y' } })
      .resolvesOnce({ Items: [item('evt_30', 30), item('evt_40', 40), item('evt_20', 20)] });
    const { code, out } = await events('--json', '--limit', '3');
    expect(code).toBe(0);
    expect(JSON.parse(out).map(({ identity }: { identity: string }) => identity)).toEqual(['evt_50', 'evt_40', 'evt_30']);
  });

  it('gives each event with the parts of its key', async () => {
    const connected = { ...item('evt_1', 1), pk: 'stripe#acct_9#live#evt_1' };
    tables.on(ScanCommand).resolves({ Items: [connected] });
    expect(JSON.parse((await events('--json')).out)).toEqual([
      {
        id: 'stripe#acct_9#live#evt_1',
        identity: 'evt_1',
        source: 'stripe',
        provider: 'stripe',
        account: 'acct_9',
        mode: 'live',
        type: 'payment_intent.succeeded',
        subject: 'pi_1',
        occurredAt: '2026-11-23T22:24:58.000Z',
        receivedAt: '2026-11-23T22:25:01.000Z',
        via: 'webhook',
      },
    ]);
  });

  it('lists events of one source only, and refuses a source that is not there', async () => {
    await events('--source', 'stripe');
    expect(tables.commandCalls(ScanCommand)[0]?.args[0].input).toMatchObject({
      FilterExpression: 'begins_with(#where, :where)',
      ExpressionAttributeNames: expect.objectContaining({ '#where': 'pk' }),
      ExpressionAttributeValues: { ':where': 'stripe#' },
    });
    const { code, err } = await events('--source', 'strip');
    expect(code).toBe(2);
    expect(err).toContain('the stack has: polar, stripe');
  });

  it('says how to make the first event where there is none', async () => {
    expect((await events()).out).toContain('npx oncehook send');
  });

  it('shows a person a line an event', async () => {
    tables.on(ScanCommand).resolves({ Items: [item('evt_1', 1)] });
    expect((await events()).out).toMatch(/^2026-11-23T22:25:01\.000Z +stripe +test +payment_intent\.succeeded +evt_1 +pi_1$/m);
  });
});

describe('oncehook events show', () => {
  it("finds an event by the provider's id and shows what each consumer made of it, and who still waits", async () => {
    giveStoredEvent();
    give(
      'Inbox-1',
      { pk: `ledger@1#${KEY}` },
      { pk: 'x', kind: 'event', outcome: 'rejected', code: 'BAD_AMOUNT', at: RECEIVED, attempt: 2 },
    );
    const { code, out } = await events('show', 'evt_1');
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}ledger@1 +rejected +2026-11-23T22:25:00\.000Z +2 +BAD_AMOUNT$/m);
    expect(out).toMatch(/^ {2}loyalty@1 +waiting$/m);
    expect(tables.commandCalls(ScanCommand)).toHaveLength(0);
  });

  it('shows the payload byte for byte', async () => {
    giveStoredEvent();
    expect((await events('show', KEY)).out).toContain(PAYLOAD);
    expect(JSON.parse((await events('show', KEY, '--json')).out).payload).toBe(PAYLOAD);
  });

  it('says of a queue that somebody else reads that it was sent there, and waits for nothing', async () => {
    await stack.close();
    stack = await startFakeStack({ describe: withQueue });
    giveStoredEvent(['search@1', 'search@2', 'loyalty@1']);
    expect(JSON.parse((await events('show', KEY, '--json')).out).consumers).toEqual([
      { address: 'search@1', outcome: 'queue' },
      { address: 'search@2', outcome: 'queue' },
      { address: 'loyalty@1', outcome: 'waiting' },
    ]);
  });

  it('follows what the consumers published, link by link', async () => {
    giveStoredEvent(['ledger@1']);
    const at = '2026-11-23T22:31:00.000Z';
    give('Inbox-1', { pk: `ledger@1#${KEY}` }, { pk: 'x', kind: 'event', outcome: 'applied', at, attempt: 1 });
    const id = publishedId('ledger@1', KEY, 0);
    const partition = outboxPartition(Date.parse(at), id);
    const published = outboxOf({
      id,
      partition,
      to: ['receipts@1'],
      payload: '{"entry":1}',
      type: 'ledger.entry-posted',
      provider: 'oncehook',
    });
    give('Outbox-1', { pk: partition, sk: id }, published);
    give('Inbox-1', { pk: `receipts@1#${id}` }, { pk: 'x', kind: 'event', outcome: 'applied', at, attempt: 1 });
    const shown = JSON.parse((await events('show', 'evt_1', '--json')).out);
    expect(shown.consumers).toEqual([{ address: 'ledger@1', outcome: 'applied', at, attempt: 1 }]);
    expect(shown.published).toMatchObject([{ id, payload: '{"entry":1}', consumers: [{ address: 'receipts@1', outcome: 'applied' }] }]);
    expect((await events('show', 'evt_1')).out).toContain(`published ledger.entry-posted: ${id}`);
  });

  it('finds an event of a connected account by searching the table', async () => {
    const key = 'stripe#acct_9#live#evt_1';
    tables.on(ScanCommand, { TableName: 'Events-1' }).resolves({ Items: [{ pk: key }, { pk: 'stripe#acct_9#live#evt_11' }] });
    give('Events-1', { pk: key }, eventItem(key));
    expect(JSON.parse((await events('show', 'evt_1', '--json')).out).id).toBe(key);
  });

  it('finds an event by what its provider calls it, where that is not its identity', async () => {
    const key = 'razorpay#-#live#sha256:abc';
    tables.on(ScanCommand).callsFake(({ ExpressionAttributeNames: names }) => ({
      Items: Object.values(names ?? {}).includes('eventId') ? [{ pk: key }] : [],
    }));
    give('Events-1', { pk: key }, { ...eventItem(key), eventId: 'evt_of_razorpay' });
    expect(JSON.parse((await events('show', 'evt_of_razorpay', '--json')).out).id).toBe(key);
  });

  it('finds what a consumer published by its key', async () => {
    const id = publishedId('ledger@1', KEY, 0);
    tables.on(ScanCommand, { TableName: 'Outbox-1' }).resolves({ Items: [{ pk: 'p' }] });
    give('Outbox-1', { pk: 'p', sk: id }, outboxOf({ id, partition: 'p', to: ['receipts@1'], payload: '{}', provider: 'oncehook' }));
    expect(JSON.parse((await events('show', id, '--json')).out).consumers).toEqual([{ address: 'receipts@1', outcome: 'waiting' }]);
  });

  it('asks for the key where two events have the id', async () => {
    give('Events-1', { pk: KEY }, eventItem(KEY));
    give('Events-1', { pk: 'stripe#-#live#evt_1' }, eventItem('stripe#-#live#evt_1'));
    const { code, err } = await events('show', 'evt_1');
    expect(code).toBe(1);
    expect(err).toContain("'stripe#-#live#evt_1', 'stripe#-#test#evt_1'");
  });

  it('says that the payload is gone once the outbox item has expired, and shows the markers that stay', async () => {
    give('Events-1', { pk: KEY }, eventItem(KEY));
    give('Inbox-1', { pk: `ledger@1#${KEY}` }, { pk: 'x', kind: 'event', outcome: 'stale', at: RECEIVED, attempt: 1 });
    const { out } = await events('show', 'evt_1');
    expect(out).toContain('expired, so its payload is gone');
    expect(out).toMatch(/^ {2}ledger@1 +stale/m);
    expect(out).not.toContain('waiting');
  });

  it('says that a quarantined event is kept for a person', async () => {
    giveStoredEvent(['quarantine']);
    expect(JSON.parse((await events('show', KEY, '--json')).out).consumers).toEqual([{ address: 'quarantine', outcome: 'quarantine' }]);
  });

  it.each(['evt_2', 'stripe#-#live#evt_2'])('fails for %s, which is not there', async (id) => {
    const { code, err } = await events('show', id);
    expect(code).toBe(1);
    expect(err).toContain(`There is no event "${id}"`);
  });
});
