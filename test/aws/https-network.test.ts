import { execFile } from 'node:child_process';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { openHttpsNetwork } from '../../lambdas/aws/https-network.ts';
import { FETCH_CONNECTION_TIMEOUT_MILLIS, FETCH_TIMEOUT_MILLIS, KEY_BYTES_MAX } from '../../lambdas/core/limits.ts';
import type { HttpAnswer, HttpRequest } from '../../lambdas/core/ports.ts';
import { makeCertificate } from '../core/made-certificates.ts';
import { root, startTlsServer, type TlsReply, type TlsServer } from './loopback-tls.ts';

const run = promisify(execFile);
const ADAPTER = pathToFileURL(join(import.meta.dirname, '..', '..', 'lambdas', 'aws', 'https-network.ts')).href;

const trusting = openHttpsNetwork({ roots: [root.pem] });

/** The answer or the error, and the server as it was when it came. */
async function ask(reply: TlsReply, request: Partial<HttpRequest> = {}, path = '/') {
  const server = await startTlsServer(reply);
  try {
    return { ...(await timed(() => trusting.send({ method: 'GET', url: `${server.url}${path}`, ...request }))), server };
  } finally {
    await server.close();
  }
}

async function timed(work: () => Promise<HttpAnswer>) {
  const start = performance.now();
  const result = await Promise.race([
    work().catch((error: unknown) => error),
    wait(FETCH_TIMEOUT_MILLIS + 3000, 'still waiting' as const, { ref: false }),
  ]);
  return { result, millis: performance.now() - start };
}

describe('the network', () => {
  it('gives the status, the headers and the body, and asks once', async () => {
    const headers = { 'Retry-After': '7', 'Set-Cookie': 'a=1' };
    const { result, server } = await ask({ status: 200, body: '{"caf\u00e9":1}', headers }, {}, '/v1/certs/CERT-1?x=1');
    expect(result).toMatchObject({ status: 200, headers: { 'retry-after': '7' }, body: '{"caf\u00e9":1}' });
    expect(result).not.toHaveProperty(['headers', 'set-cookie']);
    expect(server.asked).toEqual([{ method: 'GET', path: '/v1/certs/CERT-1?x=1', body: '', headers: expect.anything() }]);
    expect(server.asked[0]?.headers).toMatchObject({ 'user-agent': 'oncehook', connection: 'close' });
  });

  it('posts a body with the headers it is given', async () => {
    const body = '{"key_id":"\u00fc"}';
    const { server } = await ask({ status: 200 }, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(server.asked).toMatchObject([
      { method: 'POST', body, headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) } },
    ]);
  });

  it('follows no redirect', async () => {
    const target = await startTlsServer({ status: 200, body: 'elsewhere' });
    const { result } = await ask({ status: 302, body: 'moved', headers: { location: target.url } });
    expect(result).toMatchObject({ status: 302, body: 'moved' });
    expect(target.connections()).toBe(0);
    await target.close();
  });

  it.each([404, 500, 503])('takes %s for an answer like any other', async (status) => {
    expect((await ask({ status, body: 'no' })).result).toMatchObject({ status, body: 'no' });
  });

  it.each([
    'http://api.stripe.com/v1/charges',
    'http://127.0.0.1.example/',
    'http://127.0.0.1@example.com/',
    'http://127.0.0.1:80@example.com/',
    'http://127.0.0.1:80.example/',
    'http://localhost/',
    'http://0.0.0.0/',
    'HTTP://127.0.0.1',
    'file:///etc/hosts',
    'ftp://127.0.0.1/',
  ])('does not speak to %s', async (url) => {
    await expect(trusting.send({ method: 'GET', url })).rejects.toThrow('Only https is spoken here, and plain http to 127.0.0.1.');
  });

  it('speaks plain http to this machine', async () => {
    const server = createPlainServer((incoming, outgoing) => outgoing.writeHead(200, { 'x-path': incoming.url }).end('plain'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { readonly port: number };
    const answer = await trusting.send({ method: 'GET', url: `http://127.0.0.1:${port}/v1/x` }).finally(() => server.close());
    expect(answer).toMatchObject({ status: 200, headers: { 'x-path': '/v1/x' }, body: 'plain' });
  });

  it('throws where nobody listens', async () => {
    const server = await startTlsServer({ status: 200 });
    await server.close();
    await expect(trusting.send({ method: 'GET', url: server.url })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('reads an answer up to the bound, and not one byte more', async () => {
    const most = 'x'.repeat(KEY_BYTES_MAX);
    expect((await ask({ status: 200, body: most })).result).toMatchObject({ status: 200, body: most });
    expect((await ask({ status: 200, body: `${most}x` })).result).toMatchObject({ code: 'ANSWER_TOO_LARGE' });
  });

  it('reads as much as the request allows', async () => {
    const bounds = { timeoutMillis: 2000, answerBytes: KEY_BYTES_MAX + 1 };
    const more = 'x'.repeat(bounds.answerBytes);
    expect((await ask({ status: 200, body: more }, { bounds })).result).toMatchObject({ status: 200, body: more });
    expect((await ask({ status: 200, body: `${more}x` }, { bounds })).result).toMatchObject({ code: 'ANSWER_TOO_LARGE' });
  });

  it('waits as long as the request allows', async () => {
    const { result, millis } = await ask('silence', { bounds: { timeoutMillis: 200, answerBytes: 10 } });
    expect(result).toMatchObject({ name: 'RetryableError', code: 'NETWORK_TIMEOUT', message: expect.stringContaining('within 200 ms') });
    expect(millis).toBeLessThan(1700);
  });

  it('throws where an answer is cut off', async () => {
    expect((await ask('short')).result).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('the network trusts', () => {
  const asking = async (server: TlsServer, network = trusting) => {
    try {
      return await network.send({ method: 'GET', url: server.url }).catch((error: unknown) => error);
    } finally {
      await server.close();
    }
  };

  it('no certificate of an authority it does not know, and sends such a server nothing', async () => {
    const server = await startTlsServer({ status: 200 });
    expect(await asking(server, openHttpsNetwork())).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(server.asked).toEqual([]);
  });

  it('no such certificate even where the environment asks for that', async () => {
    const server = await startTlsServer({ status: 200, body: 'taken' });
    const script = `
      const { openHttpsNetwork } = await import(${JSON.stringify(ADAPTER)});
      const answer = await openHttpsNetwork().send({ method: 'GET', url: ${JSON.stringify(server.url)} }).catch((error) => error);
      process.stdout.write(answer.code ?? answer.body);`;
    const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' };
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { env });
    await server.close();
    expect(stdout).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('no certificate in another name than that of the URL', async () => {
    const other = makeCertificate({ name: '127.0.0.1', issuer: root, dnsNames: ['api.paypal.com'] });
    const server = await startTlsServer({ status: 200 }, other);
    expect(await asking(server)).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(server.asked).toEqual([]);
  });

  it('the roots it was given, and says which those are', () => {
    expect(trusting.roots).toEqual([root.pem]);
    expect(openHttpsNetwork().roots?.length).toBeGreaterThan(50);
  });
});

/** Concurrent tests wait together: each of them takes the whole bound. */
describe('a call ends in time', () => {
  it.concurrent.each(['silence', 'endless', 'dripping'] as const)('though the server answers with %s', async (reply) => {
    const { result, millis, server } = await ask(reply);
    expect(result).toMatchObject({ name: 'RetryableError', code: 'NETWORK_TIMEOUT' });
    expect(millis).toBeGreaterThan(FETCH_TIMEOUT_MILLIS - 100);
    expect(millis).toBeLessThan(FETCH_TIMEOUT_MILLIS + 1500);
    expect(server.connections()).toBe(1);
  });

  it.concurrent('though the server takes the connection and never speaks TLS', async () => {
    const server: Server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { readonly port: number };
    const { result, millis } = await timed(() => trusting.send({ method: 'GET', url: `https://127.0.0.1:${port}` }));
    server.close();
    expect(result).toMatchObject({ name: 'RetryableError', code: 'NETWORK_TIMEOUT' });
    expect(millis).toBeGreaterThan(FETCH_CONNECTION_TIMEOUT_MILLIS - 100);
    expect(millis).toBeLessThan(FETCH_CONNECTION_TIMEOUT_MILLIS + 1000);
  });
});

it('a call leaves no connection behind, whatever came of it', async () => {
  for (const reply of [{ status: 200, body: 'x' }, { status: 200, body: 'x'.repeat(KEY_BYTES_MAX + 1) }, 'short'] as const) {
    const server = await startTlsServer(reply);
    try {
      await trusting.send({ method: 'GET', url: server.url }).catch(() => undefined);
      for (let tries = 0; tries < 50 && (await server.open()) > 0; tries += 1) await wait(20);
      expect(await server.open()).toBe(0);
    } finally {
      await server.close();
    }
  }
});
