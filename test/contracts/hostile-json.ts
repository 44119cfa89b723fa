/** Bodies and values that have broken JSON readers. */

export type HostileBody = { readonly title: string; readonly body: Uint8Array; readonly reason: string };

const LEVELS = 200_000;
const text = (value: string): Uint8Array => Buffer.from(value);

/** Not one of these is a JSON object, each for its own reason. */
export const HOSTILE_BODIES: readonly HostileBody[] = [
  { title: 'an empty body', body: text(''), reason: 'not-json' },
  { title: 'white space', body: text(' \r\n\t'), reason: 'not-json' },
  { title: 'a form', body: text('id=tr_1&status=paid'), reason: 'not-json' },
  { title: 'XML', body: text('<notification><id>1</id></notification>'), reason: 'not-json' },
  { title: 'two JSON values', body: text('{"id":"evt_1"}{"id":"evt_2"}'), reason: 'not-json' },
  { title: 'JSON that ends early', body: text('{"id":"evt_1","type":"a'), reason: 'not-json' },
  { title: 'a trailing comma', body: text('{"id":"evt_1",}'), reason: 'not-json' },
  { title: 'a line break inside a text', body: text('{"id":"evt_1","type":"a\nb"}'), reason: 'not-json' },
  { title: 'NaN', body: text('{"id":"evt_1","amount":NaN}'), reason: 'not-json' },
  { title: 'a byte order mark before JSON', body: text('\ufeff{"id":"evt_1"}'), reason: 'not-json' },
  { title: 'UTF-16', body: Buffer.from('{"id":"evt_1"}', 'utf16le'), reason: 'not-json' },
  { title: 'a byte that UTF-8 never has', body: Buffer.concat([text('{"id":"'), Buffer.from([0xff]), text('"}')]), reason: 'not-utf8' },
  { title: 'an overlong slash', body: Buffer.concat([text('{"id":"'), Buffer.from([0xc0, 0xaf]), text('"}')]), reason: 'not-utf8' },
  {
    title: 'a surrogate in UTF-8',
    body: Buffer.concat([text('{"id":"'), Buffer.from([0xed, 0xa0, 0x80]), text('"}')]),
    reason: 'not-utf8',
  },
  { title: 'a character cut in half', body: text('{"id":"é').subarray(0, -1), reason: 'not-utf8' },
  { title: '200,000 open lists', body: text('['.repeat(LEVELS)), reason: 'too-deep' },
  { title: '200,000 nested lists', body: text(`${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`), reason: 'too-deep' },
  { title: '200,000 nested objects', body: text(`${'{"a":'.repeat(LEVELS)}1${'}'.repeat(LEVELS)}`), reason: 'too-deep' },
  { title: 'a list', body: text('[{"id":"evt_1"}]'), reason: 'not-an-object' },
  { title: 'null', body: text('null'), reason: 'not-an-object' },
  { title: 'a text', body: text('"evt_1"'), reason: 'not-an-object' },
  { title: 'a number beyond every bound', body: text('1e400'), reason: 'not-an-object' },
];

/** JSON texts to stand in any place of a body. */
export const HOSTILE_VALUES: readonly string[] = [
  'null',
  'true',
  '0',
  '-0',
  '-1',
  '0.1',
  '1e400',
  '-1e400',
  '9007199254740993',
  '99999999999999999999',
  '""',
  '" "',
  '"#"',
  '"-"',
  '"evt#1"',
  '"évt"',
  '"\\ud800"',
  '"\\u0000"',
  '"\\u001b[31m"',
  '"a\\r\\nb"',
  '"\\u2028"',
  '"\\u202e"',
  '"\\uffff"',
  '"__proto__"',
  '"constructor"',
  `"${'x'.repeat(300)}"`,
  '[]',
  '["evt_1"]',
  '{}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":1,"valueOf":2,"hasOwnProperty":3,"length":-1}',
];
