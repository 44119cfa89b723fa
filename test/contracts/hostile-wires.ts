/** Requests that are odd below HTTP: framing, pipelining, senders that leave. What the stand-in's server refuses, the gateway refuses, too. */
import { eventText, type HostileRequest, httpBytes, type Maker, stripeRequest, type Wire } from './hostile-request.ts';

const CHUNKED = 'transfer-encoding: chunked';
const chunk = (bytes: Uint8Array, size = bytes.length.toString(16)): Buffer =>
  Buffer.concat([Buffer.from(`${size}\r\n`), bytes, Buffer.from('\r\n')]);

type Framed = NonNullable<Parameters<typeof httpBytes>[0]['framed']>;

const framed = (title: string, statuses: readonly number[], frame: Framed, events = 0): HostileRequest => ({
  title,
  wire: (maker) => stripeRequest(maker, { framed: frame }),
  statuses,
  events,
});
const text = (title: string, statuses: readonly number[], wire: string): HostileRequest => ({
  title,
  wire: () => ({ pieces: [Buffer.from(wire, 'latin1')], hangUp: statuses.length === 0 }),
  statuses,
});
const left = (title: string, cut: (request: Buffer) => Buffer): HostileRequest => ({
  title,
  wire: (maker) => ({ pieces: [cut(stripeRequest(maker))], hangUp: true }),
  statuses: [],
});
const sized = (title: string, line: string) => framed(title, [400], (bytes) => ({ lines: [line], bytes }));
/** The header lines of a sound request without what ends them. */
const headEnd = (request: Buffer) => request.indexOf('\r\n\r\n');

const framings: readonly HostileRequest[] = [
  framed(
    'chunks',
    [200],
    (body) => ({ lines: [CHUNKED], bytes: Buffer.concat([chunk(body.subarray(0, 7)), chunk(body.subarray(7)), chunk(Buffer.alloc(0))]) }),
    1,
  ),
  framed(
    'one chunk for each byte',
    [200],
    (body) => ({
      lines: [CHUNKED],
      bytes: Buffer.concat([...Array.from(body, (byte) => chunk(Buffer.from([byte]))), chunk(Buffer.alloc(0))]),
    }),
    1,
  ),
  framed(
    'chunks with a trailer',
    [200],
    (body) => ({ lines: [CHUNKED, 'trailer: x'], bytes: Buffer.concat([chunk(body), Buffer.from('0\r\nx: y\r\n\r\n')]) }),
    1,
  ),
  framed(
    'chunks with an extension',
    [200],
    (body) => ({ lines: [CHUNKED], bytes: Buffer.concat([chunk(body, `${body.length.toString(16)};a=b`), chunk(Buffer.alloc(0))]) }),
    1,
  ),
  framed('a chunk whose size is no number', [400], (body) => ({ lines: [CHUNKED], bytes: chunk(body, 'zz') })),
  framed('a chunk of a negative size', [400], (body) => ({ lines: [CHUNKED], bytes: chunk(body, '-1') })),
  framed('a chunk larger than any number', [400], (body) => ({ lines: [CHUNKED], bytes: chunk(body, 'f'.repeat(20)) })),
  framed('a length and chunks', [400], (body) => ({ lines: [CHUNKED, `content-length: ${body.length}`], bytes: chunk(body) })),
  framed('chunks that are not the last coding', [400], (body) => ({ lines: ['transfer-encoding: chunked, identity'], bytes: chunk(body) })),
  framed('a transfer coding nobody knows', [400], (bytes) => ({ lines: ['transfer-encoding: xchunked'], bytes })),
  framed('two lengths that differ', [400], (bytes) => ({ lines: [`content-length: ${bytes.length}`, 'content-length: 0'], bytes })),
  sized('a negative length', 'content-length: -1'),
  sized('a length with a sign', 'content-length: +10'),
  sized('a length in hex', 'content-length: 0x10'),
  sized('a length larger than any number', `content-length: ${'9'.repeat(30)}`),
  {
    ...framed('no length: what follows is no body', [400], (bytes) => ({ lines: [], bytes: Buffer.concat([Buffer.from('x'), bytes]) })),
    invoked: 1,
  },
  {
    ...framed('a length too short: the rest is no request', [400], (bytes) => ({ lines: [`content-length: ${bytes.length - 2}`], bytes })),
    invoked: 1,
  },
  {
    title: 'the signature in a trailer',
    wire: (maker) => {
      let line = '';
      const header = ({ t, v1 }: { t: string; v1: string }) => {
        line = `stripe-signature: t=${t},v1=${v1}`;
        return [];
      };
      const framedLate: Framed = (body) => ({ lines: [CHUNKED], bytes: Buffer.concat([chunk(body), Buffer.from(`0\r\n${line}\r\n\r\n`)]) });
      return stripeRequest(maker, { header, framed: framedLate });
    },
    statuses: [401],
  },
];

const raws: readonly HostileRequest[] = [
  text('no HTTP at all', [400], 'hello\r\n\r\n'),
  text('the first bytes of TLS', [400], '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'),
  text('the preface of HTTP/2', [400], 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  text('HTTP/0.9', [401], 'POST /webhooks/stripe\r\n\r\n'),
  text('HTTP/9.9', [400], 'POST /webhooks/stripe HTTP/9.9\r\nhost: x\r\n\r\n'),
  text('no host', [400], 'POST /webhooks/stripe HTTP/1.1\r\nconnection: close\r\n\r\n'),
  text('a space before the colon', [400], 'POST /webhooks/stripe HTTP/1.1\r\nhost: x\r\nstripe-signature : t=1,v1=0\r\n\r\n'),
  text('a zero in a header', [400], 'POST /webhooks/stripe HTTP/1.1\r\nhost: x\r\nx: a\u0000b\r\n\r\n'),
  text('a line break in a header', [400], 'POST /webhooks/stripe HTTP/1.1\r\nhost: x\r\nx: a\rb\r\n\r\n'),
  text('a terminal colour in a header', [400], 'POST /webhooks/stripe HTTP/1.1\r\nhost: x\r\nuser-agent: \u001b[31m\r\n\r\n'),
  text('a header without a name', [400], 'POST /webhooks/stripe HTTP/1.1\r\nhost: x\r\n: a\r\n\r\n'),
  text('a header without a colon', [400], 'POST /webhooks/stripe HTTP/1.1\r\nhost: x\r\nstripe-signature\r\n\r\n'),
  text('nothing, and then it leaves', [], ''),
];

const connections: readonly HostileRequest[] = [
  left('half of the headers', (request) => request.subarray(0, headEnd(request) - 10)),
  left('the headers without the body', (request) => request.subarray(0, headEnd(request) + 4)),
  left('all but the last byte', (request) => request.subarray(0, request.length - 1)),
  {
    title: 'the request in two pieces',
    wire: (maker) => {
      const request = stripeRequest(maker);
      return { pieces: [request.subarray(0, request.length - 5), request.subarray(request.length - 5)] };
    },
    statuses: [200],
    events: 1,
  },
  { title: 'three requests at once', wire: pipelined, statuses: [200, 200, 200], events: 3 },
  {
    title: 'a request behind one to an unknown path',
    wire: (maker) => ({ pieces: [stripeRequest(maker, { target: '/nobody', keepAlive: true }), stripeRequest(maker)] }),
    statuses: [404, 200],
    events: 1,
  },
  {
    title: 'a request hidden in the body of an unsigned one',
    wire: (maker) => httpBytes({ body: stripeRequest(maker) }),
    statuses: [401],
  },
  { title: 'HTTP/1.0', wire: (maker) => stripeRequest(maker, { version: 'HTTP/1.0' }), statuses: [200], events: 1 },
  {
    title: 'a sender that asks before it sends',
    wire: (maker) => stripeRequest(maker, { lines: ['expect: 100-continue'] }),
    statuses: [100, 200],
    events: 1,
  },
  {
    title: 'a sender that expects something else',
    wire: (maker) => stripeRequest(maker, { lines: ['expect: a-miracle'] }),
    statuses: [417],
  },
  {
    title: 'a wish for WebSocket',
    wire: (maker) => stripeRequest(maker, { lines: ['upgrade: websocket', 'sec-websocket-key: x'] }),
    statuses: [200],
    events: 1,
  },
  {
    title: 'a wish for HTTP/2',
    wire: (maker) => stripeRequest(maker, { lines: ['upgrade: h2c', 'http2-settings: AAMAAABk'] }),
    statuses: [200],
    events: 1,
  },
  {
    title: 'an empty line before the request',
    wire: (maker) => ({ pieces: [Buffer.from('\r\n'), stripeRequest(maker)] }),
    statuses: [200],
    events: 1,
  },
];

function pipelined(maker: Maker): Wire {
  const requests = [true, true, false].map((keepAlive) => stripeRequest(maker, { keepAlive, body: eventText(maker) }));
  return { pieces: [Buffer.concat(requests)] };
}

export const HOSTILE_WIRES: readonly HostileRequest[] = [...framings, ...raws, ...connections];
