/** An outbox item says everything about an event, and is not read where it says something else. */
import { describe, expect, it } from '@jest/globals';
import { outboxItem, readOutboxItem } from '../../lambdas/core/outbox.ts';
import type { Item } from '../../lambdas/core/ports.ts';
import { outboxRecord } from './outbox-record.ts';

const full = outboxRecord('{"a":1}', {
  account: 'acct_1',
  causationId: 'cause',
  hops: 3,
  expiresAt: 1_798_064_700,
  to: ['ledger@1', 'audit@2'],
});
const item = outboxItem(full);

describe('an outbox item', () => {
  it('gives back the record it was made of', () => {
    expect(readOutboxItem(item)).toEqual(full);
  });

  it('has no attribute for what is not there, since DynamoDB would refuse it', () => {
    const bare = outboxItem(outboxRecord('{}', { subject: undefined }));
    expect(Object.values(bare)).not.toContain(undefined);
    expect(['account', 'causationId', 'subject', 'expiresAt'].filter((name) => name in bare)).toEqual([]);
    expect(readOutboxItem(bare)).toMatchObject({ account: undefined, subject: undefined, expiresAt: undefined });
  });

  it('of a newer release is left to that release', () => {
    expect(() => readOutboxItem({ ...item, v: 2 })).toThrow(expect.objectContaining({ code: 'UNKNOWN_VERSION' }));
  });

  it('does not spend write units on what most events say, and gives it back all the same', () => {
    const usual = outboxItem(outboxRecord('{}'));
    expect(['provider', 'authenticity', 'correlationId', 'contentType', 'hops'].filter((name) => name in usual)).toEqual([]);
    expect(readOutboxItem(usual)).toMatchObject({
      provider: 'stripe',
      authenticity: 'signed',
      correlationId: 'stripe#-#live#evt_1',
      contentType: 'application/json',
      hops: 0,
    });
    const unusual = outboxRecord('x', { provider: 'other', authenticity: 'fetched', correlationId: 'first', contentType: 'text/plain' });
    expect(readOutboxItem(outboxItem(unusual))).toEqual(unusual);
  });

  it.each(['pk', 'sk', 'source', 'mode', 'type', 'occurredAt', 'receivedAt', 'codec', 'to', 'payload', 'v'])(
    'without %s is none',
    (name) => {
      const { [name]: _, ...rest } = item;
      expect(() => readOutboxItem(rest as Item)).toThrow(expect.objectContaining({ code: 'POISON_RECORD' }));
    },
  );

  it.each([
    ['an old version', { v: 0 }],
    ['a version in letters', { v: '1' }],
    ['one address instead of a list', { to: 'ledger@1' }],
    ['an address that is a number', { to: ['ledger@1', 7] }],
    ['a payload in letters', { payload: 'eyJhIjoxfQ==' }],
    ['a type that is a number', { type: 5 }],
    ['a provider that is a number', { provider: 5 }],
    ['a correlation that is a list', { correlationId: ['a'] }],
  ])('with %s is none', (_, given) => {
    expect(() => readOutboxItem({ ...item, ...given })).toThrow(expect.objectContaining({ code: 'POISON_RECORD' }));
  });
});
