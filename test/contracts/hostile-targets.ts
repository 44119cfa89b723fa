/** Requests to where nothing is, or by a method that nothing answers to. The HTTP API knows exact paths only and asks no function. */
import { type HostileRequest, httpBytes, type Maker, stripeRequest } from './hostile-request.ts';

const at = (target: string, title = target): HostileRequest => ({
  title: `the path ${title}`,
  wire: (maker) => stripeRequest(maker, { target }),
  statuses: [404],
});
const by = (method: string, status = 404): HostileRequest => ({
  title: `the method ${method}`,
  wire: (maker) => stripeRequest(maker, { method }),
  statuses: [status],
});
const found = (title: string, target: string): HostileRequest => ({
  title,
  wire: (maker) => stripeRequest(maker, { target }),
  statuses: [200],
  events: 1,
});
const headed = (title: string, lines: readonly string[], body?: (maker: Maker) => string): HostileRequest => ({
  title,
  wire: (maker) => stripeRequest(maker, { lines, ...(body === undefined ? {} : { body: body(maker) }) }),
  statuses: [200],
  events: 1,
});

const paths: readonly HostileRequest[] = [
  ...['/', '/webhooks', '/webhooks/', '/webhooks/nobody', '/webhooks/__proto__', '/webhooks/constructor', '/webhooks/quarantine'].map(
    (path) => at(path),
  ),
  ...[
    '/webhooks/..%2fstripe',
    '/webhooks/%2e%2e/webhooks/stripe',
    '/webhooks/strip%65',
    '/webhooks/stripe%00',
    '/webhooks/stripe%0d%0ax: y',
  ].map((path) => at(path.replace(' ', '%20'), path)),
  ...['/webhooks/stripe/', '//webhooks/stripe', '/webhooks//stripe', '/webhooks/./stripe', '/webhooks/../webhooks/stripe'].map((path) =>
    at(path),
  ),
  ...[
    '/webhooks/Stripe',
    '/WEBHOOKS/stripe',
    '/webhooks/stripe;x=1',
    '/webhooks/stripe.json',
    '/webhooks\\stripe',
    '/webhooks/{source}',
  ].map((path) => at(path)),
  ...['/webhooks/stripe%ff', '/webhooks/stripe#x', '/prod/webhooks/stripe', '/__oncehook/outputs', '/%'].map((path) => at(path)),
  at(`/webhooks/${'s'.repeat(5_000)}`, 'with a name of 5 KB'),
  at('http://127.0.0.1/webhooks/stripe', 'in absolute form'),
  { title: 'a path of 20 KB', wire: (maker) => stripeRequest(maker, { target: `/webhooks/${'s'.repeat(20_000)}` }), statuses: [431] },
  { title: 'the path *', wire: (maker) => stripeRequest(maker, { target: '*', method: 'OPTIONS' }), statuses: [404] },
];

const queries: readonly HostileRequest[] = [
  found('a question mark and nothing after it', '/webhooks/stripe?'),
  found('a query', '/webhooks/stripe?a=1&a=2&__proto__=x&constructor=y'),
  found('a query that is no UTF-8', '/webhooks/stripe?%ff=%fe&%'),
  found('a query of 4 KB', `/webhooks/stripe?q=${'x'.repeat(4_000)}`),
  found('a path in the query', '/webhooks/stripe?/../../webhooks/standard'),
];

const methods: readonly HostileRequest[] = [
  ...['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'].map((method) => by(method)),
  ...['post', 'FOO', 'PO ST'].map((method) => by(method, 400)),
  {
    title: 'GET that says it is POST',
    wire: (maker) => stripeRequest(maker, { method: 'GET', lines: ['x-http-method-override: POST'] }),
    statuses: [404],
  },
  { title: 'HEAD', wire: (maker) => stripeRequest(maker, { method: 'HEAD', body: '' }), statuses: [404] },
  {
    title: 'the outputs of the stack under another name of the host',
    wire: () => ({ pieces: [Buffer.from('GET /__oncehook/outputs HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n')] }),
    statuses: [403],
    invoked: 0,
  },
  { title: 'POST without anything', wire: () => httpBytes({}), statuses: [401] },
];

const headers: readonly HostileRequest[] = [
  headed('POST that says it is DELETE', ['x-http-method-override: DELETE', 'x-method-override: GET']),
  headed('a made-up address of the sender', ['x-forwarded-for: 127.0.0.1, ::1', 'forwarded: for=127.0.0.1', 'x-real-ip: 10.0.0.1']),
  headed('a made-up identity of the gateway', ['x-amzn-requestcontext: {}', 'x-amz-invocation-type: Event', 'x-apigateway-event: {}']),
  headed('names of a prototype', ['__proto__: x', 'constructor: x', 'prototype: x', 'hasownproperty: x', 'tostring: x']),
  headed('a path for other frameworks', ['x-original-url: /webhooks/standard', 'x-rewrite-url: /admin']),
  headed('a header without a value', ['x-empty:', 'x-empty:', 'x-empty:']),
  headed('a condition and a range', ['if-none-match: *', 'if-modified-since: Thu, 01 Jan 1970 00:00:00 GMT', 'range: bytes=0-0']),
  headed(
    '150 headers',
    Array.from({ length: 150 }, (_, index) => `x-h${index}: ${index}`),
  ),
  headed('a cookie of 4 KB', [`cookie: a=${'b'.repeat(4_000)}; __proto__=x; ; =; c`]),
  headed('bytes beyond ASCII in a header', ['x-name: Bj\u00f6rn \u00ff']),
  headed('an expected trace', ['traceparent: 00-%-%-01', 'x-amzn-trace-id: Root=$(id); Sampled=1']),
];

export const HOSTILE_TARGETS: readonly HostileRequest[] = [...paths, ...queries, ...methods, ...headers];
