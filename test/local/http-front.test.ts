/** The HTTP API on loopback: what a function is handed, what a sender gets back, and what never reaches a function. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import type { FunctionPool } from '../../local/function-pool.ts';
import { type InterceptWebhook, startHttpFront } from '../../local/http-front.ts';
import type { RoutePlan } from '../../local/route-plan.ts';
import { Teardown } from '../../local/teardown.ts';
import { smallFunction } from './small-function.ts';

/** Answers with what the JSON body says, or with the event itself. */
const ECHO = `exports.handler = async (event) => {
  const answer = event.headers['x-answer'];
  if (answer === 'throw') throw new Error('inside');
  return answer === undefined ? event : JSON.parse(answer);
};`;

const teardown = new Teardown();
let intercept: InterceptWebhook = () => 'pass';
let url = '';

beforeAll(async () => {
  const front = teardown.add(await startHttpFront({ port: 0, clock: systemClock, intercept: (exchange) => intercept(exchange) }));
  const pool: FunctionPool = teardown.add(smallFunction(ECHO).pool);
  const routes: RoutePlan[] = [
    { routeKey: 'POST /webhooks/stripe', functionId: 'Ingest', callers: 'all' },
    { routeKey: 'GET /payments/{id}', functionId: 'Ingest', callers: 'iam' },
  ];
  url = front.url;
  expect((await send({})).status).toBe(503);
  front.serve({ routes, pools: new Map([['Ingest', pool]]), description: { engine: 'real' } });
});
afterAll(() => teardown.stop());
beforeEach(() => {
  intercept = () => 'pass';
});

type Sent = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: IncomingHttpHeaders | string[];
  readonly body?: string | Buffer;
};
type Got = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

function send({ method = 'POST', path = '/webhooks/stripe', headers = {}, body = '' }: Sent): Promise<Got> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${url}${path}`, { method, headers: headers as IncomingHttpHeaders, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const eventOf = async (sent: Sent) => JSON.parse((await send(sent)).text);
const answer = (value: unknown) => send({ headers: { 'x-answer': JSON.stringify(value) } });

describe('the event of a request', () => {
  it('has the payload format 2.0', async () => {
    const event = await eventOf({
      path: '/webhooks/stripe?a=1&a=2&b=%20',
      headers: { 'content-type': 'application/json' },
      body: '{"amount":1}',
    });
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'POST /webhooks/stripe',
      rawPath: '/webhooks/stripe',
      rawQueryString: 'a=1&a=2&b=%20',
      queryStringParameters: { a: '1,2', b: ' ' },
      body: '{"amount":1}',
      isBase64Encoded: false,
      requestContext: {
        stage: '$default',
        routeKey: 'POST /webhooks/stripe',
        http: { method: 'POST', path: '/webhooks/stripe', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
    });
  });

  it('has header names in lower case and repeated ones joined by a comma; cookies are apart', async () => {
    const event = await eventOf({
      headers: ['Stripe-Signature', 't=1,v1=a', 'stripe-signature', 'v1=b', 'Cookie', 'a=1; b=2', 'X-Mixed', 'Kept As Is', 'Host', 'h'],
    });
    expect(event.headers).toMatchObject({ 'stripe-signature': 't=1,v1=a,v1=b', 'x-mixed': 'Kept As Is' });
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event.cookies).toEqual(['a=1', 'b=2']);
  });

  it.each([
    ['application/json', false],
    ['application/json; charset=utf-8', false],
    ['text/plain', false],
    ['application/xml', false],
    ['application/x-www-form-urlencoded', true],
    ['application/octet-stream', true],
    [undefined, true],
  ])('with the content type %s: base64 is %p', async (contentType, base64) => {
    const event = await eventOf({ headers: contentType === undefined ? {} : { 'content-type': contentType }, body: 'ä=1' });
    expect([event.isBase64Encoded, Buffer.from(event.body, base64 ? 'base64' : 'utf8').toString()]).toEqual([base64, 'ä=1']);
  });

  it('keeps each byte of a body that is no text', async () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const event = await eventOf({ headers: { 'content-type': 'application/octet-stream' }, body });
    expect(Buffer.from(event.body, 'base64').equals(body)).toBe(true);
  });

  it('has no body where the request has none', async () => {
    const event = await eventOf({});
    expect(event).not.toHaveProperty('body');
    expect(event.isBase64Encoded).toBe(false);
  });
});

describe('a route whose callers IAM authorises', () => {
  it('is open to this machine, whose user is always the same', async () => {
    const { requestContext, pathParameters } = await eventOf({ method: 'GET', path: '/payments/pay_1?a=b' });

    expect(pathParameters).toEqual({ id: 'pay_1' });
    const [accountId, any] = ['000000000000', expect.any(String)];
    const ids = { accessKey: any, callerId: any, userId: any, cognitoIdentity: null, principalOrgId: null };
    expect(requestContext.authorizer).toEqual({ iam: { ...ids, accountId, userArn: `arn:aws:iam::${accountId}:user/local` } });
    expect((await eventOf({})).requestContext).not.toHaveProperty('authorizer');
  });

  it('is closed under another name, which a page on the web could point at this machine', async () => {
    const headers = { host: 'evil.example:3000' };

    expect(await send({ method: 'GET', path: '/payments/pay_1', headers })).toMatchObject({ status: 403, text: '{"message":"Forbidden"}' });
    expect((await send({ headers })).status).toBe(200);
  });
});

describe('the answer', () => {
  it('is what the function says', async () => {
    const got = await answer({
      statusCode: 503,
      headers: { 'Retry-After': '5', 'content-type': 'application/json' },
      body: '{}',
      cookies: ['a=1'],
    });
    expect([got.status, got.text, got.headers['retry-after'], got.headers['content-type'], got.headers['set-cookie']]).toEqual([
      503,
      '{}',
      '5',
      'application/json',
      ['a=1'],
    ]);
  });

  it('may be base64, and is plain text where nothing else is said', async () => {
    const got = await answer({ statusCode: 200, body: Buffer.from('bytes').toString('base64'), isBase64Encoded: true });
    expect([got.text, got.headers['content-type']]).toEqual(['bytes', 'text/plain;charset=UTF-8']);
  });

  it('may be the body alone', async () => {
    expect(await answer({ received: true })).toMatchObject({ status: 200, text: '{"received":true}' });
  });

  it.each([['throw'], [JSON.stringify({ statusCode: 'no number' })]])('is 500 for a function that fails (%s)', async (told) => {
    expect(await send({ headers: { 'x-answer': told } })).toMatchObject({ status: 500, text: '{"message":"Internal Server Error"}' });
  });

  it('can be cut off after the function gave it', async () => {
    const answers: number[] = [];
    intercept = ({ answer: given }) => {
      answers.push(given.statusCode);
      return 'cut';
    };
    await expect(answer({ statusCode: 200 })).rejects.toThrow('socket hang up');
    expect(answers).toEqual([200]);
  });
});

describe('what never reaches a function', () => {
  it.each([
    ['GET', '/webhooks/stripe'],
    ['POST', '/webhooks/stripe/'],
    ['POST', '/webhooks/paypal'],
    ['POST', '/'],
    ['GET', '/payments/'],
    ['POST', '/__oncehook/outputs'],
  ])('%s %s is no route', async (method, path) => {
    expect(await send({ method, path })).toMatchObject({ status: 404, text: '{"message":"Not Found"}' });
  });

  it('a body above 10 MB', async () => {
    const exactly = Buffer.alloc(10 * 1024 * 1024, 'a');
    expect((await send({ headers: { 'content-type': 'text/plain', 'x-answer': '{"statusCode":204}' }, body: exactly })).status).toBe(204);
    expect(await send({ body: Buffer.concat([exactly, Buffer.from('a')]) })).toMatchObject({
      status: 413,
      text: '{"message":"Request Entity Too Large"}',
    });
  });

  it('headers above 10,240 bytes', async () => {
    expect((await send({ headers: { 'x-long': 'a'.repeat(11_000) } })).status).toBe(431);
  });

  it('a request whose sender leaves in the middle of it', async () => {
    let answered = 0;
    intercept = () => {
      answered += 1;
      return 'pass';
    };
    const { hostname, port } = new URL(url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write('POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
        setTimeout(() => socket.destroy(), 100);
      });
      socket.on('close', () => resolve());
    });
    expect((await answer({ statusCode: 200 })).status).toBe(200);
    expect(answered).toBe(1);
  });
});

describe("the stack's outputs", () => {
  const outputs = (headers: IncomingHttpHeaders) => send({ method: 'GET', path: '/__oncehook/outputs', headers });

  it('are served to this machine', async () => {
    expect(await outputs({})).toMatchObject({ status: 200, text: '{"engine":"real"}' });
  });

  it('are not served under another name, which a page on the web could point at this machine', async () => {
    expect((await outputs({ host: 'evil.example:3000' })).status).toBe(403);
  });
});

it('a port that is taken is said so', async () => {
  const port = Number(new URL(url).port);
  await expect(startHttpFront({ port, clock: systemClock })).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: expect.stringContaining(`Port ${port}`),
  });
});
