import { describe, expect, it } from '@jest/globals';
import type { HttpAnswer } from '../../lambdas/core/ports.ts';
import paypal from '../../lambdas/providers/paypal.ts';
import { NOW_SECONDS } from '../contracts/provider-fixture.ts';
import { type Certificate, makeCertificate, rsaKeys } from '../core/made-certificates.ts';
import { httpEvent } from '../pipeline/http-event.ts';
import { createIngestBench, itemsOf, secretText } from '../pipeline/ingest-bench.ts';
import { createVirtualClock } from '../pipeline/virtual-clock.ts';
import {
  authority,
  CERTIFICATE_URL,
  certified,
  live,
  root,
  SANDBOX_URL,
  type ServedNetwork,
  sandbox,
  serving,
  signAsPayPal,
} from './paypal-keys.ts';

const WEBHOOK_ID = '81P3S9YDKWSGYSU46';
const body = Buffer.from(
  '{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED","create_time":"2026-02-13T16:26:32Z","resource":{"id":"7TK"}}',
);

/** The whole way: a request signed with this certificate's key that names this address, and PayPal's hosts as they are served. */
async function deliver(network: ServedNetwork, certificate: Certificate = live, url = CERTIFICATE_URL) {
  const bench = createIngestBench({
    provider: paypal,
    network,
    clock: createVirtualClock(NOW_SECONDS * 1000),
    secret: () => secretText({ id: 'main', secret: WEBHOOK_ID }),
  });
  const { headers } = signAsPayPal({ body, secret: WEBHOOK_ID, nowSeconds: NOW_SECONDS, id: 'e068' }, { certificate, url });
  const { statusCode } = await bench.post(httpEvent(body, headers));
  return { statusCode, bench };
}

/** 401, with this reason in the metric. */
async function expectRefused(delivery: ReturnType<typeof deliver>, reason: string): Promise<void> {
  const { statusCode, bench } = await delivery;
  expect(statusCode).toBe(401);
  expect(bench.counted.counts()).toMatchObject({ [`Unauthorized{reason=${reason}}`]: 1 });
  expect(bench.transactions).toEqual([]);
}

/** 503, with this code in the log: the sender tries again, and an alarm rings. */
async function expectUnavailable(delivery: ReturnType<typeof deliver>, code: string): Promise<void> {
  const { statusCode, bench } = await delivery;
  expect(statusCode).toBe(503);
  expect(bench.counted.counts()).toMatchObject({ KeyUnavailable: 1, IngestUnavailable: 1 });
  expect(bench.counted.lines).toContainEqual(expect.objectContaining({ message: 'key unavailable', fields: { code } }));
  expect(bench.transactions).toEqual([]);
}

describe('a certificate of PayPal', () => {
  it('is fetched from its address and gives the key', async () => {
    const network = serving({ [CERTIFICATE_URL]: live.pem + authority.pem });
    const { statusCode, bench } = await deliver(network);
    expect([statusCode, network.asked]).toEqual([200, [`GET ${CERTIFICATE_URL}`]]);
    expect(itemsOf(bench.transactions[0])[0]).toMatchObject({ mode: 'live' });
  });

  it('of the sandbox makes its events test events', async () => {
    const { statusCode, bench } = await deliver(serving({ [SANDBOX_URL]: sandbox.pem + authority.pem }), sandbox, SANDBOX_URL);
    expect(statusCode).toBe(200);
    expect(itemsOf(bench.transactions[0])[0]).toMatchObject({ mode: 'test' });
  });

  it('counts under its own host only: a request of the sandbox is not replayed as a live one, nor the other way', async () => {
    const file = (certificate: Certificate) => ({
      [CERTIFICATE_URL]: certificate.pem + authority.pem,
      [SANDBOX_URL]: certificate.pem + authority.pem,
    });
    await expectRefused(deliver(serving(file(sandbox)), sandbox, CERTIFICATE_URL), 'unknown-key');
    await expectRefused(deliver(serving(file(live)), live, SANDBOX_URL), 'unknown-key');
  });

  it.each(['messages.paypal.com.evil.example', 'evilpaypal.com', 'paypal.com', 'messageverificationcerts.paypal.co'])(
    'is none in the name of another: %s',
    async (name) => {
      const foreign = certified(name);
      await expectRefused(deliver(serving({ [CERTIFICATE_URL]: foreign.pem + authority.pem }), foreign), 'unknown-key');
    },
  );

  it('is none before or after its time', async () => {
    for (const validity of [{ validTo: '2026-02-13T00:00:00Z' }, { validFrom: '2026-03-01T00:00:00Z' }]) {
      const past = makeCertificate({ name: live.name, keys: rsaKeys(), issuer: authority, ...validity });
      await expectRefused(deliver(serving({ [CERTIFICATE_URL]: past.pem + authority.pem }), past), 'unknown-key');
    }
  });
});

describe('a certificate that leads to no root', () => {
  it('is nobody’s: whoever could put his own in its place signs nothing with it', async () => {
    const keys = rsaKeys();
    const forged = makeCertificate({ name: live.name, keys, issuer: makeCertificate({ name: 'Test Root', authority: true }) });
    await expectUnavailable(deliver(serving({ [CERTIFICATE_URL]: forged.pem }), forged), 'CERTIFICATE_UNTRUSTED');
  });

  it('is an outage where its authority is missing from the file, or its root from the list', async () => {
    await expectUnavailable(deliver(serving({ [CERTIFICATE_URL]: live.pem })), 'CERTIFICATE_UNTRUSTED');
    const whole = { [CERTIFICATE_URL]: live.pem + authority.pem + root.pem };
    await expectUnavailable(deliver(serving(whole, [])), 'CERTIFICATE_UNTRUSTED');
  });

  it('is an outage where the network says of no roots at all that it trusts them', async () => {
    const { roots: _, ...network } = serving({ [CERTIFICATE_URL]: live.pem + authority.pem });
    await expectUnavailable(deliver(network), 'CERTIFICATE_UNTRUSTED');
  });
});

describe('what PayPal answers', () => {
  it.each([400, 404, 410])('with %s says that it has no such certificate', async (status) => {
    await expectRefused(deliver(serving({ [CERTIFICATE_URL]: { status, body: '' } })), 'unknown-key');
  });

  const undecided: readonly (readonly [string, HttpAnswer, string])[] = [
    ['a redirect', { status: 302, body: '' }, 'KEY_STATUS'],
    ['a lock-out', { status: 403, body: '' }, 'KEY_STATUS'],
    ['too many requests', { status: 429, body: '' }, 'KEY_STATUS'],
    ['an error', { status: 500, body: live.pem + authority.pem }, 'KEY_STATUS'],
    ['a page', { status: 200, body: '<html>Sorry</html>' }, 'CERTIFICATE_MALFORMED'],
    ['nothing', { status: 200, body: '' }, 'CERTIFICATE_MALFORMED'],
  ];

  it.each(undecided)('with %s says nothing, so the sender tries again', async (_, answer, code) => {
    await expectUnavailable(deliver(serving({ [CERTIFICATE_URL]: answer })), code);
  });

  it('never is looked at where the request names another place', async () => {
    const network = serving({ 'https://evil.example/cert': live.pem + authority.pem });
    await expectRefused(deliver(network, live, 'https://evil.example/cert'), 'foreign-key');
    expect(network.asked).toEqual([]);
  });
});
