/** Requests whose body, or the way it is declared, is odd. All are signed. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { HOSTILE_BODIES } from './hostile-json.ts';
import { eventText, eventWith, type HostileRequest, type Maker, type Signing, stripeRequest } from './hostile-request.ts';

const BYTES_MAX = 256 * 1024;
const BINARY = 'application/octet-stream';

type Kept = Pick<HostileRequest, 'events' | 'quarantined'>;

const posted = (title: string, given: (maker: Maker) => Signing, kept: Kept): HostileRequest => ({
  title,
  wire: (maker) => stripeRequest(maker, given(maker)),
  statuses: [200],
  ...kept,
});
const stored = (title: string, given: (maker: Maker) => Signing) => posted(title, given, { events: 1 });
const odd = (title: string, body: string | Uint8Array) => posted(title, () => ({ body, contentType: BINARY }), { quarantined: 1 });
const answered = (title: string, status: number, given: (maker: Maker) => Signing): HostileRequest => ({
  title,
  wire: (maker) => stripeRequest(maker, given(maker)),
  statuses: [status],
});
const padded = (maker: Maker, bytes: number) => {
  const body = eventText(maker);
  return `${body}${' '.repeat(bytes - body.length)}`;
};
const nested = (maker: Maker, levels: number) => eventWith(maker, `${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}`);
const coded = (title: string, coding: string, pack: (body: string) => Uint8Array) =>
  answered(title, 415, (maker) => ({ body: pack(eventText(maker)), contentType: BINARY, lines: [`content-encoding: ${coding}`] }));

/** The gateway hands binary types over as they came; those of text it has to decode. */
const known: readonly HostileRequest[] = HOSTILE_BODIES.map(({ title, body }) =>
  body.byteLength > BYTES_MAX ? answered(title, 413, () => ({ body, contentType: BINARY })) : odd(title, body),
);

const sizes: readonly HostileRequest[] = [
  stored('256 KiB to the byte', (maker) => ({ body: padded(maker, BYTES_MAX) })),
  answered('256 KiB and one byte', 413, (maker) => ({ body: padded(maker, BYTES_MAX + 1) })),
  answered('256 KiB and one byte, as binary', 413, (maker) => ({ body: padded(maker, BYTES_MAX + 1), contentType: BINARY })),
  answered('256 KiB of characters, more in bytes', 413, (maker) => ({ body: eventWith(maker, `"${'é'.repeat(140_000)}"`) })),
  answered('9 MB without a signature', 413, () => ({ body: 'x'.repeat(9_000_000), header: () => [] })),
  { ...answered('more than 10 MB', 413, () => ({ body: 'x'.repeat(10 * 1024 * 1024 + 1), header: () => [] })), invoked: 0 },
  stored('200 KB that compress to nothing', (maker) => ({ body: eventWith(maker, `"${'a'.repeat(200_000)}"`) })),
  stored('190 KB that do not compress', (maker) => ({ body: eventWith(maker, JSON.stringify(scrambled(190_000))) })),
  stored('20,000 members', (maker) => ({ body: eventWith(maker, manyMembers(20_000)) })),
  stored('a name of 100 KB', (maker) => ({ body: eventWith(maker, `{"${'n'.repeat(100_000)}":1}`) })),
  stored('a number of 10,000 digits', (maker) => ({ body: eventWith(maker, '9'.repeat(10_000)) })),
  stored('64 levels', (maker) => ({ body: nested(maker, 64) })),
  posted('65 levels', (maker) => ({ body: nested(maker, 65) }), { quarantined: 1 }),
];

const types: readonly HostileRequest[] = [
  ...[
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'APPLICATION/JSON',
    'application/cloudevents+json',
    'image/png',
    `application/json; x=${'y'.repeat(4_000)}`,
    ';',
  ].map((contentType) => stored(`the content type ${contentType?.slice(0, 40) ?? 'left out'}`, () => ({ contentType }))),
  stored('two content types', () => ({ lines: ['content-type: image/png'] })),
  // A type of text: the gateway replaces what is no UTF-8, and then the signature is another body's.
  answered('no UTF-8, declared as JSON', 401, () => ({ body: Buffer.from([0x7b, 0xff, 0x7d]) })),
];

const codings: readonly HostileRequest[] = [
  coded('gzip', 'gzip', gzipSync),
  coded('GZIP', 'GZIP', gzipSync),
  coded('deflate', 'deflate', deflateSync),
  coded('brotli', 'br', brotliCompressSync),
  coded('two codings', 'identity, gzip', gzipSync),
  coded('a coding nobody knows', 'x-oncehook', (body) => Buffer.from(body)),
  coded('the coding twice', 'identity\r\ncontent-encoding: gzip', gzipSync),
  { ...coded('a gzip bomb', 'gzip', () => gzipSync(Buffer.alloc(50_000_000))) },
  stored('the coding identity', () => ({ lines: ['content-encoding:  Identity '] })),
  stored('an empty coding', () => ({ lines: ['content-encoding:'] })),
  posted('gzip that is not declared', (maker) => ({ body: gzipSync(eventText(maker)), contentType: BINARY }), { quarantined: 1 }),
];

const almostJson: readonly HostileRequest[] = [
  odd('an event in base64', Buffer.from('{"id":"evt_base64"}').toString('base64')),
  odd('an event in a form', `payload=${encodeURIComponent('{"id":"evt_form"}')}`),
  odd('JSON with a comment', '{"id":"evt_comment"/* no */}'),
  odd('JSON in single quotes', "{'id':'evt_quotes'}"),
  odd('JSON and a zero byte', '{"id":"evt_zero"}\u0000'),
  odd('JSON lines', '{"id":"evt_l1"}\n{"id":"evt_l2"}'),
  odd('hexadecimal numbers', '{"id":"evt_hex","amount":0xff}'),
  odd('a text inside a text', JSON.stringify(JSON.stringify({ id: 'evt_text' }))),
  odd('UTF-7', '+AHsAIg-id+ACIAOgAi-evt_7+ACIAfQ-'),
  odd('UTF-32', Buffer.from(['{', '}'].flatMap((letter) => [0, 0, 0, letter.charCodeAt(0)]))),
  odd('nothing but zeros', Buffer.alloc(1_000)),
  odd('true', 'true'),
  odd('an empty list', '[]'),
  odd('an empty object', '{}'),
];

/** Base64 of a hash chain's kind: the same in each run and without a pattern that a compressor would find. */
function scrambled(length: number): string {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(33 + ((state >>> 16) % 90));
  };
  return Array.from({ length: Math.floor(length * 0.9) }, next).join('');
}

function manyMembers(count: number): string {
  return `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join(',')}}`;
}

export const HOSTILE_SIGNED_BODIES: readonly HostileRequest[] = [...known, ...sizes, ...types, ...codings, ...almostJson];
