import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { projectRoot } from '../../lib/project.ts';
import { paymentSucceeded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { openPipeline, type Pipeline, STRIPE_SECRET } from './pipeline.ts';

const NEW_SECRET = 'whsec_set_by_the_command_0123456789';

describeOnEngines('a secret that is set by the command, on a running stack', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await openPipeline();
  }, ENGINE_TEST_MILLIS);
  afterAll(() => pipeline.stack.stop(), ENGINE_TEST_MILLIS);

  const oncehook = (argv: readonly string[], input = '') =>
    new Promise<string>((resolve, reject) => {
      const command = [join(projectRoot, 'bin', 'oncehook.mjs'), ...argv, '--url', pipeline.stack.url];
      const child = execFile(process.execPath, command, { cwd: projectRoot }, (error, out, err) =>
        error === null ? resolve(out + err) : reject(error),
      );
      child.stdin?.end(input);
    });

  const post = async (secret: string) => {
    const payload = Buffer.from(paymentSucceeded(freshPayment(pipeline.fresh), pipeline.fresh).body).toString();
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret });
    const answer = await fetch(`${pipeline.stack.url}/webhooks/stripe`, {
      method: 'POST',
      headers: { 'stripe-signature': signature },
      body: payload,
    });
    return answer.status;
  };

  // crash matrix: operator | rotates a secret | the new one counts at once, the old one beside it
  it(
    'counts at once, and the old one goes on counting beside it',
    async () => {
      const said = await oncehook(['secret', 'set', 'stripe', '--id', 'new', '--keep-old', '1h'], `${NEW_SECRET}\n`);

      expect([await post(NEW_SECRET), await post(STRIPE_SECRET), await post('whsec_of_nobody')]).toEqual([200, 200, 401]);
      expect(said).toContain('The source stripe has 2 secrets that count');
      expect(said).not.toContain(NEW_SECRET);
    },
    ENGINE_TEST_MILLIS,
  );

  it(
    'is what events are sent with, and listed beside the old one without being shown',
    async () => {
      const listed = await oncehook(['secret', 'list', 'stripe', '--json']);

      expect(JSON.parse(listed)).toEqual([
        { source: 'stripe', id: 'new', state: 'active' },
        { source: 'stripe', id: 'local', notAfter: expect.any(String), state: 'active' },
      ]);
      expect(await oncehook(['send', 'stripe', 'payment_intent.succeeded'])).toMatch(/^ {2}200/m);
    },
    ENGINE_TEST_MILLIS,
  );
});
