/** A stream record's new image as Lambda hands it over becomes the item that was written. */
import { describe, expect, it } from '@jest/globals';
import { itemOfImage } from '../../lambdas/aws/stream-record.ts';
import { outboxItem, readOutboxItem } from '../../lambdas/core/outbox.ts';
import { outboxRecord } from '../core/outbox-record.ts';
import { imageOf } from '../pipeline/stream-event.ts';

describe('itemOfImage', () => {
  it('gives back each kind of attribute, with binary out of base64', () => {
    expect(
      itemOfImage({
        pk: { S: 'a' },
        n: { N: '12' },
        big: { N: '9007199254740993' },
        payload: { B: Buffer.from([0, 255, 10]).toString('base64') },
        empty: { B: '' },
        to: { L: [{ S: 'ledger@1' }] },
        flag: { BOOL: false },
        none: { NULL: true },
      }),
    ).toEqual({
      pk: 'a',
      n: 12,
      big: 9007199254740993n,
      payload: Buffer.from([0, 255, 10]),
      empty: Buffer.alloc(0),
      to: ['ledger@1'],
      flag: false,
      none: null,
    });
  });

  it('gives back an outbox item so that it reads as the record it was', () => {
    const record = outboxRecord('{"amount":9007199254740993}', { expiresAt: 1_798_064_700 });
    expect(readOutboxItem(itemOfImage(imageOf(outboxItem(record))))).toEqual(record);
  });

  it('throws for what is no attribute', () => {
    expect(() => itemOfImage({ pk: { X: 'a' } })).toThrow();
  });
});
