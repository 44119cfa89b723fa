/** Requests are signed as AWS computes it: the signature is worked out a second time here, from the documentation's own steps. */
import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { signedHeaders, type UnsignedRequest } from '../../lambdas/aws/signed-http.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const now = new Date('2026-11-23T22:25:00.000Z');
const request: UnsignedRequest = {
  method: 'POST',
  url: 'https://abc.execute-api.eu-west-1.amazonaws.com/payments',
  headers: { 'content-type': 'application/json', 'idempotency-key': 'key-1' },
  body: '{"amount":1999}',
};

const hex = (text: string) => createHash('sha256').update(text).digest('hex');
const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** IAM user guide, "Create a signed AWS API request". */
function expected(headers: Record<string, string>, { method, url, body = '' }: UnsignedRequest): string {
  const { authorization = '' } = headers;
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
  const canonical = [
    method,
    new URL(url).pathname,
    '',
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    hex(body),
  ].join('\n');
  const scope = '20261123/eu-west-1/execute-api/aws4_request';
  const text = ['AWS4-HMAC-SHA256', '20261123T222500Z', scope, hex(canonical)].join('\n');
  const key = ['20261123', 'eu-west-1', 'execute-api', 'aws4_request'].reduce<string | Buffer>(mac, `AWS4${credentials.secretAccessKey}`);
  return mac(key, text).toString('hex');
}

describe('A request for a route that IAM authorises', () => {
  it('bears the signature that its reader will work out', async () => {
    const headers = await signedHeaders({ region: 'eu-west-1', credentials }, request, now);
    expect(/Signature=([0-9a-f]+)/.exec(headers['authorization'] ?? '')?.[1]).toBe(expected(headers, request));
  });

  it('has its body and its key signed, so that nobody on the way can change them', async () => {
    const { authorization = '' } = await signedHeaders({ region: 'eu-west-1', credentials }, request, now);
    expect(authorization).toMatch(/SignedHeaders=[^,]*idempotency-key/);
    const other = await signedHeaders({ region: 'eu-west-1', credentials }, { ...request, body: '{"amount":1}' }, now);
    expect(other['authorization']).not.toBe(authorization);
  });

  it('is signed without a body as well', async () => {
    const get: UnsignedRequest = { method: 'GET', url: 'https://abc.execute-api.eu-west-1.amazonaws.com/payments/pay_1', headers: {} };
    const headers = await signedHeaders({ region: 'eu-west-1', credentials }, get, now);
    expect(/Signature=([0-9a-f]+)/.exec(headers['authorization'] ?? '')?.[1]).toBe(expected(headers, get));
  });
});
