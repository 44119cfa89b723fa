import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { projectRoot } from '../../lib/project.ts';
import { describeWhere } from '../not-run.ts';
import { oldNode } from '../old-node.ts';
import { type BundledFunction, bareEnvironment, bundledFunctions } from './bundled-functions.ts';

jest.setTimeout(180_000);

const INGEST_BYTES_MAX = 300_000;

/**
 * Where the AWS SDK itself names this machine; everything else that does would be a local branch of ours. Each stands in a bundle once.
 */
const LOOPBACK_IN_THE_SDK = [
  /** The host of a request that was built without one. */
  /\.hostname\|\|"localhost"/g,
  /** From where the container credential provider accepts credentials by plain HTTP. */
  /\.hostname==="localhost"\)return/g,
  /** DynamoDB's rules for endpoints know a Region named `local`. */
  /"http:\/\/localhost:8000"/g,
];

/** What our own code says of a stand-in of a provider, which can only be on this machine: in the functions that call one. */
const STAND_IN = [/plain http to 127\.0\.0\.1\./g, /stand-in under http:\/\/127\.0\.0\.1:<port>/g];
const CALL_A_PROVIDER = ['PaymentsStripeCharge', 'PaymentsStripeClock', 'PaymentsStripeReconcile'];

/** Texts that the official Stripe package cannot be bundled without. */
const STRIPE_PACKAGE_MARKS = ['X-Stripe-Client-User-Agent', 'StripeSignatureVerificationError'];

let bundles: readonly BundledFunction[];

beforeAll(async () => {
  bundles = await bundledFunctions();
});

const ingest = () => bundles.find(({ kind }) => kind === 'Ingest') as BundledFunction;

describe('npx cdk synth, offline and without credentials', () => {
  it('bundles a function of each kind', () => {
    expect([...new Set(bundles.map(({ kind }) => kind))].sort()).toEqual([
      'Consume',
      'Ingest',
      'PaymentsPay',
      'PaymentsStripeCharge',
      'PaymentsStripeClock',
      'PaymentsStripeConfirm',
      'PaymentsStripeReconcile',
      'Relay',
      'Settle',
    ]);
  });
});

describeWhere(
  { holds: () => oldNode() !== undefined, reason: 'no Node older than 24 is on this machine' },
  'npx cdk synth, of a machine with an old Node',
  () => {
    it('was started by that Node', async () => {
      const { stdout } = await promisify(execFile)('node', ['-p', 'process.versions.node'], { env: bareEnvironment() });
      expect(Number(stdout.split('.')[0])).toBeLessThan(24);
      expect(bundles.length).toBeGreaterThan(0);
    });
  },
);

describe('the bundle of a function', () => {
  it('is one file without a source map', () => {
    for (const { packaged, text } of bundles) {
      expect(packaged).toEqual(['index.js']);
      expect(text).not.toContain('sourceMappingURL');
    }
  });

  it(`of ingest is minified and has at most ${INGEST_BYTES_MAX / 1000} KB`, () => {
    const { text } = ingest();

    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(INGEST_BYTES_MAX);
    expect(Buffer.byteLength(text)).toBeGreaterThan(100_000);
  });

  it('is CommonJS and imports no HTTP module before it needs one', () => {
    for (const { text } of bundles) {
      expect(text.startsWith('"use strict";')).toBe(true);
      expect(text).not.toMatch(/^import\s/m);
    }
  });

  it('brings its own AWS SDK', () => {
    for (const { text } of bundles) expect(text).not.toMatch(/require\("@(aws-sdk|smithy|middy)/);
  });

  it('has no setting of the laptop and no address of this machine but those of the SDK', () => {
    for (const { kind, logicalId, text } of bundles) {
      const known = [...LOOPBACK_IN_THE_SDK, ...(CALL_A_PROVIDER.includes(kind) ? STAND_IN : [])];
      const own = known.reduce((rest, one) => rest.replaceAll(one, ''), text);
      expect({ logicalId, found: own.match(/.{0,40}(?:localhost|127\.0\.0\.1|ONCEHOOK_).{0,40}/g) }).toEqual({ logicalId, found: null });
    }
  });

  it('has each address of this machine that the SDK brings just once, so that none of ours hides behind it', () => {
    const { text } = ingest();

    expect(LOOPBACK_IN_THE_SDK.map((known) => text.match(known)?.length)).toEqual([1, 1, 1]);
  });

  it('has nothing of the official Stripe package', () => {
    const official = ['esm/RequestSender.js', 'esm/Error.js']
      .map((file) => readFileSync(join(projectRoot, 'node_modules', 'stripe', file), 'utf8'))
      .join('');

    for (const mark of STRIPE_PACKAGE_MARKS) {
      expect(official).toContain(mark);
      expect(bundles.filter(({ text }) => text.includes(mark)).map(({ logicalId }) => logicalId)).toEqual([]);
    }
  });

  it('knows the routes of the consumers that were found, and the address that charges', () => {
    expect(ingest().text).toContain('"ledger@1"');
    expect(ingest().text).toContain('"confirm-stripe@1"');
    expect(bundles.find(({ kind }) => kind === 'PaymentsPay')?.text).toContain('"charge-stripe@1"');
  });
});

describe('the ingest bundle in a process of its own', () => {
  const asked: string[] = [];
  let server: Server;

  beforeAll(async () => {
    server = await listen((path) => {
      asked.push(path);
      return path === '/credentials'
        ? { AccessKeyId: 'key', SecretAccessKey: 'secret', Token: 'token', Expiration: '2999-01-01T00:00:00Z' }
        : { Name: 'source', SecretString: '{"active":[]}' };
    });
  });

  afterAll(() => {
    server.close();
  });

  it("takes a container's credentials, as the providers it leaves out are passed over", async () => {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    const answer = await invoke(ingest().file, {
      AWS_REGION: 'eu-west-1',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${address}/credentials`,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `${address}/secrets`,
      SOURCE: 'stripe',
      EVENTS_TABLE: 'Events',
      OUTBOX_TABLE: 'Outbox',
      SECRET_ID: 'source',
      POWERTOOLS_SERVICE_NAME: 'oncehook-ingest-stripe',
      POWERTOOLS_METRICS_NAMESPACE: 'oncehook',
    });

    expect(answer).toBe(503);
    expect(asked.slice(0, 2)).toEqual(['/credentials', '/secrets/']);
  });
});

function listen(answer: (path: string) => unknown): Promise<Server> {
  const server = createServer((request, response) =>
    response.setHeader('connection', 'close').end(JSON.stringify(answer(request.url ?? ''))),
  );
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** The status of the answer to one signed-looking request. */
async function invoke(file: string, env: { readonly [name: string]: string }): Promise<number> {
  const script = `
    const { handler } = require(${JSON.stringify(file)});
    const event = {
      version: '2.0', routeKey: 'POST /webhooks/stripe', rawPath: '/webhooks/stripe', isBase64Encoded: false, body: '{}',
      headers: { 'stripe-signature': 't=1,v1=' + '0'.repeat(64) },
      requestContext: { requestId: 'r', http: { method: 'POST', path: '/webhooks/stripe' } },
    };
    const context = { awsRequestId: 'r', functionName: 'ingest', getRemainingTimeInMillis: () => 11000 };
    handler(event, context).then((answer) => console.log('status ' + answer.statusCode));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=commonjs', '--eval', script], { env });
  return Number(/^status (\d+)$/m.exec(stdout)?.[1]);
}
