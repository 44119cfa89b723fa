/** Signs a request for a route that IAM authorises, as whoever the environment's credentials belong to (AWS Signature Version 4). */
import { createHash, createHmac } from 'node:crypto';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SignatureV4 } from '@smithy/signature-v4';
import { type OperatorAccess, operatorOptions } from './operator-access.ts';

export type UnsignedRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  readonly body?: string;
};

/** The headers to send with it, its own included. Throws where the environment has no credentials. */
export async function signedHeaders(access: OperatorAccess, request: UnsignedRequest, now: Date): Promise<Record<string, string>> {
  const url = new URL(request.url);
  // Any client of the SDK finds the credentials of the environment in the SDK's own order.
  const { credentials } = new CloudFormationClient(operatorOptions(access)).config;
  const signer = new SignatureV4({ credentials, region: access.region, service: 'execute-api', sha256: Sha256 });
  const { headers } = await signer.sign(
    {
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...request.headers, host: url.host },
      body: request.body,
    },
    { signingDate: now },
  );
  return headers;
}

/** Node's own SHA-256 in the form that the signer asks for. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new TypeError('A hash is made anew for each text.');
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}
