/** A queue message is readable by anyone, and carries the provider's own bytes. */

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noDictionaries } from '../../lambdas/core/dictionary.ts';
import { MESSAGE_BYTES_MAX } from '../../lambdas/core/limits.ts';
import { messageText, parsePayload, readMessage } from '../../lambdas/core/message.ts';
import { outboxRecord } from './outbox-record.ts';

const payloadOf = (text: string) => Buffer.from(readMessage(text).payload as Uint8Array);

describe('messageText', () => {
  it('is a CloudEvent with the names of the event, and the payload as its last member', () => {
    const text = messageText(outboxRecord('{"id":"evt_1"}', { account: 'acct_1', causationId: 'cause' }), 'ledger@1', noDictionaries);
    expect(JSON.parse(text)).toEqual({
      specversion: '1.0',
      id: 'stripe#-#live#evt_1',
      source: '/webhooks/stripe',
      type: 'payment_intent.succeeded',
      time: '2026-11-23T22:24:58.000Z',
      subject: 'pi_1',
      datacontenttype: 'application/json',
      address: 'ledger@1',
      provider: 'stripe',
      account: 'acct_1',
      mode: 'live',
      receivedat: '2026-11-23T22:25:00.000Z',
      authenticity: 'signed',
      correlationid: 'stripe#-#live#evt_1',
      causationid: 'cause',
      data: { id: 'evt_1' },
    });
    expect(text.endsWith(',"data":{"id":"evt_1"}}')).toBe(true);
  });

  it('says of an event that a consumer published where it comes from', () => {
    const record = outboxRecord('{}', { provider: 'oncehook', source: 'ledger', subject: undefined });
    const envelope = JSON.parse(messageText(record, 'receipts@1', noDictionaries));
    expect(envelope).toMatchObject({ source: '/consumers/ledger', provider: 'oncehook' });
    expect(['subject', 'account', 'causationid'].filter((name) => name in envelope)).toEqual([]);
  });

  it.each([
    ['an amount beyond 2^53', '{"amount":9007199254740993}'],
    ['a number beyond every bound', '{"amount":1e400}'],
    ['minus zero, and a zero too many', '{"a":-0,"b":1.0,"c":1.10e+02}'],
    ['the same name twice', '{"id":"a","id":"b"}'],
    ['white space of every kind', ' {\r\n\t"a" :\n[ 1 ,2 ] } \n'],
    ['escapes that need not be', '{"a":"\\u0041\\/\\u00e9"}'],
    ['a lone surrogate, escaped', '{"a":"\\ud800"}'],
    ['a control character, escaped', '{"a":"\\u0000\\u001b[31m"}'],
    ['letters beyond the first plane', '{"a":"Zoë 日本 😀"}'],
    ['members of the message’s own names', '{"data":{"data":1},"dataref":"outbox:a|b","data_base64":"eA==","address":"x@1"}'],
    ['text that looks like the end of the message', '{"a":"\\",\\"data\\":{}}"}'],
    ['a list', '[1,{"data":2}]'],
    ['a text', '"payment"'],
  ])('carries %s byte for byte', (_, json) => {
    const text = messageText(outboxRecord(json), 'ledger@1', noDictionaries);
    expect(text).toContain(`,"data":${json}}`);
    expect(payloadOf(text).toString()).toBe(json);
  });

  it.each([
    ['a control character as it is', '{"a":"\u007f\u0085"}', true],
    ['U+FFFE, which XML has not', '{"a":"\ufffe"}', false],
    ['U+FFFF, which XML has not', '{"a":"\uffff"}', false],
    ['a byte order mark before it', '\ufeff{"a":1}', false],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), false],
    ['text that is no JSON', 'id=1&status=paid', false],
    ['nothing', '', false],
  ])('sends a payload with %s so that SQS takes it, and every byte comes back', (_, payload, verbatim) => {
    const text = messageText(outboxRecord(payload), 'ledger@1', noDictionaries);
    expect(Object.hasOwn(JSON.parse(text), 'data')).toBe(verbatim);
    expect(Object.hasOwn(JSON.parse(text), 'data_base64')).toBe(!verbatim);
    expect(Buffer.compare(payloadOf(text), Buffer.from(payload as string))).toBe(0);
    expect(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(text)).toBe(false);
  });

  it('carries what is not called JSON as base64, even where it would parse', () => {
    const text = messageText(outboxRecord('{"a":1}', { contentType: 'text/plain' }), 'ledger@1', noDictionaries);
    expect(JSON.parse(text)).toMatchObject({ datacontenttype: 'text/plain', data_base64: Buffer.from('{"a":1}').toString('base64') });
  });

  it('points to the outbox item above 200 KB, and not a byte below', () => {
    const json = (length: number) => JSON.stringify('x'.repeat(length - 2));
    const room = MESSAGE_BYTES_MAX - Buffer.byteLength(messageText(outboxRecord(json(100)), 'ledger@1', noDictionaries)) + 100;
    const fits = messageText(outboxRecord(json(room)), 'ledger@1', noDictionaries);
    expect(Buffer.byteLength(fits)).toBe(MESSAGE_BYTES_MAX);
    expect(readMessage(fits).payload).toBeInstanceOf(Uint8Array);
    const large = messageText(outboxRecord(json(room + 1)), 'ledger@1', noDictionaries);
    expect(JSON.parse(large)).toMatchObject({ dataref: 'outbox:2026-11-23T22:25Z#07|stripe#-#live#evt_1' });
    expect(readMessage(large).payload).toEqual({ partition: '2026-11-23T22:25Z#07', id: 'stripe#-#live#evt_1' });
    expect(Buffer.byteLength(large)).toBeLessThan(2000);
  });

  it('says what of an event is signed, where not all is', () => {
    const record = outboxRecord('{"a":1}', { authenticity: 'partial', signedFields: ['pspReference', 'amount.value'] });
    const text = messageText(record, 'ledger@1', noDictionaries);
    expect(JSON.parse(text)).toMatchObject({ authenticity: 'partial', signedfields: 'pspReference,amount.value' });
    expect(readMessage(text).event).toMatchObject({ authenticity: 'partial', signedFields: ['pspReference', 'amount.value'] });
    const nothing = messageText({ ...record, signedFields: [] }, 'ledger@1', noDictionaries);
    expect(readMessage(nothing).event.signedFields).toEqual([]);
  });

  it('counts bytes and not letters', () => {
    const text = messageText(outboxRecord(JSON.stringify('é'.repeat(MESSAGE_BYTES_MAX / 2))), 'ledger@1', noDictionaries);
    expect(Object.hasOwn(JSON.parse(text), 'dataref')).toBe(true);
  });
});

describe('readMessage', () => {
  it('gives back any JSON that was put in, byte for byte, with all names', () => {
    const names = fc.record({
      type: fc.string({ minLength: 1 }),
      subject: fc.option(fc.string(), { nil: undefined }),
      source: fc.stringMatching(/^[a-z]{1,9}$/),
      hops: fc.nat(16),
    });
    fc.assert(
      fc.property(fc.json(), names, (json, given) => {
        const record = outboxRecord(json, given);
        const { event, address, payload, contentType } = readMessage(messageText(record, 'ledger@7', noDictionaries));
        expect(Buffer.from(payload as Uint8Array).toString()).toBe(json);
        expect({ address, contentType }).toEqual({ address: 'ledger@7', contentType: 'application/json' });
        expect(event).toMatchObject({
          id: record.id,
          source: record.source,
          type: record.type,
          subject: record.subject,
          occurredAt: record.occurredAt,
          hops: record.hops,
        });
      }),
      { seed: 20_261_123, numRuns: 300 },
    );
  });

  it('gives back any bytes that were put in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(Buffer.compare(payloadOf(messageText(outboxRecord(bytes), 'ledger@1', noDictionaries)), bytes)).toBe(0);
      }),
      { seed: 20_261_123, numRuns: 300 },
    );
  });

  const sound = messageText(outboxRecord('{"a":1}'), 'ledger@1', noDictionaries);
  const without = (name: string) => JSON.stringify({ ...JSON.parse(sound), [name]: undefined });

  it.each([
    'specversion',
    'id',
    'source',
    'type',
    'time',
    'datacontenttype',
    'address',
    'provider',
    'mode',
    'receivedat',
    'authenticity',
    'correlationid',
    'data',
  ])('does not read a message without %s', (name) => {
    expect(() => readMessage(without(name))).toThrow(
      expect.objectContaining({ code: 'BAD_MESSAGE', message: expect.stringContaining(name) }),
    );
  });

  it.each([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['a number where a name belongs', sound.replace('"address":"ledger@1"', '"address":1')],
    ['an empty name', sound.replace('"ledger@1"', '""')],
    ['another version', sound.replace('"specversion":"1.0"', '"specversion":"2.0"')],
    ['a reference to nowhere', sound.replace('"data":{"a":1}', '"dataref":"s3://bucket/key"')],
    ['half a reference', sound.replace('"data":{"a":1}', '"dataref":"outbox:2026-11-23T22:25Z#07"')],
  ])('does not read %s', (_, text) => {
    expect(() => readMessage(text)).toThrow(expect.objectContaining({ code: 'BAD_MESSAGE', name: 'RetryableError' }));
  });
});

describe('parsePayload', () => {
  it.each([['application/json'], ['application/json; charset=utf-8'], ['application/cloudevents+json'], ['APPLICATION/JSON']])(
    'parses %s',
    (contentType) => {
      expect(parsePayload(contentType, Buffer.from('{"a":1}'))).toEqual({ a: 1 });
    },
  );

  it.each([
    ['text/plain', '{"a":1}'],
    ['application/jsonp', '{"a":1}'],
    ['application/octet-stream', '{"a":1}'],
    ['application/json', '{"a":'],
    ['application/json', '\ufeff{}'],
  ])('gives nothing for %s with %j', (contentType, text) => {
    expect(parsePayload(contentType, Buffer.from(text))).toBeUndefined();
  });

  it('gives no object a prototype of the sender’s making', () => {
    const parsed = parsePayload('application/json', Buffer.from('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.getPrototypeOf(parsed)).toBe(Object.getPrototypeOf({}));
    expect((parsed as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
