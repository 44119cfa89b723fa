/** `oncehook send`: what leaves is what the provider would send, signed so that the provider's own library accepts it. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { type FakeStack, SECRET, startFakeStack } from './fake-stack.ts';
import { runCommand } from './run-command.ts';

const secrets = mockClient(SecretsManagerClient);
let stack: FakeStack;

const active = (...entries: object[]) => ({ SecretString: JSON.stringify({ active: entries }) });

beforeEach(async () => {
  secrets.reset();
  secrets.on(GetSecretValueCommand, { SecretId: 'secret/stripe' }).resolves(active({ id: 'one', secret: SECRET }));
  stack = await startFakeStack();
});

afterEach(() => stack.close());

const send = (...argv: string[]) => runCommand(['send', ...argv, '--url', stack.url]);

describe('oncehook send', () => {
  it("posts a fresh event that Stripe's own library accepts", async () => {
    const { code, out } = await send('stripe', 'payment_intent.succeeded');
    expect(code).toBe(0);
    const [request] = stack.received;
    expect(request?.path).toBe('/webhooks/stripe');
    const event = new Stripe('sk_test').webhooks.constructEvent(request?.body ?? '', String(request?.headers['stripe-signature']), SECRET);
    expect(event.type).toBe('payment_intent.succeeded');
    expect(out).toContain(event.id);
    expect(out).toMatch(/^ {2}200 {2}\d+\.\d ms$/m);
  });

  it("posts a message that the Standard Webhooks library accepts, to that provider's source", async () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    secrets.on(GetSecretValueCommand, { SecretId: 'secret/polar' }).resolves(active({ id: 'one', secret }));
    expect((await send('polar', 'payment.succeeded')).code).toBe(0);
    const [request] = stack.received;
    const headers = request?.headers as Record<string, string>;
    expect(new Webhook(secret).verify(request?.body ?? '', headers)).toMatchObject({ type: 'payment.succeeded' });
  });

  it('sends the same bytes each time, and another event the next time', async () => {
    await send('stripe', 'charge.refunded', '--times', '3');
    await send('stripe', 'charge.refunded');
    const bodies = stack.received.map(({ body }) => body.toString());
    expect(bodies).toHaveLength(4);
    expect(new Set(bodies.slice(0, 3)).size).toBe(1);
    expect(JSON.parse(bodies[3] ?? '').id).not.toBe(JSON.parse(bodies[0] ?? '').id);
  });

  it('signs with the first entry that is still in force', async () => {
    const ended = { id: 'old', secret: 'whsec_old', notAfter: '2020-01-01T00:00:00Z' };
    secrets.on(GetSecretValueCommand).resolves(active(ended, { id: 'new', secret: SECRET }));
    await send('stripe', 'invoice.paid');
    const [request] = stack.received;
    const verify = () =>
      new Stripe('sk_test').webhooks.constructEvent(request?.body ?? '', String(request?.headers['stripe-signature']), SECRET);
    expect(verify).not.toThrow();
  });

  it('fails when one delivery of several is not answered with 2xx, and shows each status', async () => {
    await stack.close();
    stack = await startFakeStack({ statuses: [200, 503, 200] });
    const { code, out, err } = await send('stripe', 'payment_intent.succeeded', '--times', '3');
    expect(code).toBe(1);
    expect(out.match(/^ {2}\d{3}/gm)).toEqual(['  200', '  503', '  200']);
    expect(err).toContain('1 of 3 deliveries were not answered with 2xx');
  });

  it('counts a redirect as not accepted and does not follow it', async () => {
    await stack.close();
    stack = await startFakeStack({ statuses: [307] });
    expect((await send('stripe', 'payment_intent.succeeded')).code).toBe(1);
    expect(stack.received).toHaveLength(1);
  });
});

describe('oncehook send refuses', () => {
  it('a type it has no fixture for, and lists those it has', async () => {
    const { code, err } = await send('stripe', 'payment_intent.exploded');
    expect(code).toBe(2);
    expect(err).toContain('"payment_intent.exploded"');
    expect(err).toContain('payment_intent.succeeded, payment_intent.payment_failed, charge.succeeded, charge.refunded');
    expect(stack.received).toHaveLength(0);
  });

  it.each(['toString', '__proto__', 'constructor'])('the type %s, which every object has', async (type) => {
    expect((await send('stripe', type)).code).toBe(2);
  });

  it('a source that the stack does not have, and lists those it has', async () => {
    const { code, err } = await send('adyen', 'AUTHORISATION');
    expect(code).toBe(2);
    expect(err).toContain('There is no source "adyen"; the stack has: polar, stripe.');
  });

  it('a source whose secret has no active entry, and says how to set one', async () => {
    secrets.on(GetSecretValueCommand).resolves(active());
    const { code, err } = await send('stripe', 'payment_intent.succeeded');
    expect(code).toBe(1);
    expect(err).toContain('secret/stripe');
    expect(err).toContain('has no active entry');
    expect(stack.received).toHaveLength(0);
  });

  it('a secret of another form, without showing it', async () => {
    secrets.on(GetSecretValueCommand).resolves({ SecretString: 'whsec_pasted_as_it_is' });
    const { code, out, err } = await send('stripe', 'payment_intent.succeeded');
    expect(code).toBe(1);
    expect(err).toContain('it is not JSON');
    expect(out + err).not.toContain('whsec_pasted');
  });

  it('a secret that is none for the provider, without showing it', async () => {
    secrets.on(GetSecretValueCommand, { SecretId: 'secret/polar' }).resolves(active({ id: 'one', secret: 'too-short-to-be-one' }));
    const { code, out, err } = await send('polar', 'payment.succeeded');
    expect(code).toBe(1);
    expect(err).toContain('The secret of the source polar (secret/polar) cannot sign');
    expect(out + err).not.toContain('too-short-to-be-one');
  });

  it('a provider that this directory has no code for', async () => {
    await stack.close();
    stack = await startFakeStack({
      describe: (description) => {
        const outputs = { SourceMoon: JSON.stringify({ source: 'moon', provider: 'moon', url: 'http://127.0.0.1:1', secretId: 's' }) };
        return { ...description, outputs: { ...(description as { outputs: object }).outputs, ...outputs } };
      },
    });
    const { code, err } = await send('moon', 'x');
    expect(code).toBe(1);
    expect(err).toContain('The provider moon of the source moon has no events to send');
  });
});
