/** A local stack that charges payments through a stand-in of Stripe, which tells it of them by webhooks. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import { type StripeServer, type StripeServerOptions, startStripeServer } from '../../local/provider-server/stripe-server.ts';
import type { BegunStack, LocalOptions } from '../../local/start-local.ts';
import { synthesizeApart } from '../../local/synthesize-apart.ts';
import { openPipeline, type Pipeline, STRIPE_SECRET } from './pipeline.ts';

export type PaymentRequest = {
  readonly amount: number;
  readonly currency: string;
  readonly reference: string;
  readonly paymentMethod: string;
};

export type Payments = {
  readonly pipeline: Pipeline;
  readonly stripe: StripeServer;
  /** The status and the body of the answer to `POST /payments`. */
  pay(request: PaymentRequest, idempotencyKey: string): Promise<{ readonly status: number; readonly body: PaymentAnswer }>;
  /** Looks at a payment until it is in this state; throws where it is in another one after half a minute. */
  become(id: string, state: string): Promise<PaymentAnswer>;
  stop(): Promise<void>;
};

export type PaymentAnswer = { readonly id: string; readonly state: string; readonly object?: string };

/** The sources are those of the stack without payments. */
export const CONTEXT = {
  sources: { stripe: { provider: 'stripe' }, standard: { provider: 'standardwebhooks' } },
  payments: { stripe: { source: 'stripe', mode: 'test' } },
};

/** `webhooks` says how Stripe tells of its events. */
export async function openPayments(
  options: Partial<LocalOptions> & { readonly webhooks?: Partial<NonNullable<StripeServerOptions['webhooks']>> } = {},
): Promise<Payments> {
  const { webhooks, ...more } = options;
  const started: StripeServer[] = [];
  const providerUrls = async ({ apiUrl }: BegunStack) => {
    const told = { ...webhooks, url: `${apiUrl}/webhooks/stripe`, secret: STRIPE_SECRET };
    const stripe = await startStripeServer({ clock: systemClock, random: systemRandom, webhooks: told });
    started.push(stripe);
    return { stripe: stripe.url };
  };
  const stopStripe = () => Promise.all(started.map((one) => one.stop()));
  const pipeline = await openPipeline({ outdir: await paymentsOutdir(), providerUrls, ...more }).catch(async (error: unknown) => {
    await stopStripe();
    throw error;
  });
  const url = `${pipeline.stack.url}/payments`;
  return {
    pipeline,
    stripe: started[0] as StripeServer,
    pay: async (request, idempotencyKey) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ ...request, provider: 'stripe' }) });
      return { status: answer.status, body: (await answer.json()) as PaymentAnswer };
    },
    become: (id, state) => waitFor(`${url}/${id}`, state),
    stop: async () => {
      await stopStripe();
      await pipeline.stack.stop();
    },
  };
}

const POLL_MILLIS = 100;
const POLLS_MAX = 300;

async function waitFor(url: string, state: string): Promise<PaymentAnswer> {
  for (let polls = 1; ; polls += 1) {
    const payment = (await (await fetch(url)).json()) as PaymentAnswer;
    if (payment.state === state) return payment;
    if (polls === POLLS_MAX) throw new Error(`The payment did not become ${state}: ${JSON.stringify(payment)}`);
    await systemClock.sleep(POLL_MILLIS);
  }
}

/** Synthesized by the first test that asks for it, and then for all: few tests charge, and a start of the stack takes longer with it. */
async function paymentsOutdir(): Promise<string> {
  const shared = process.env['ONCEHOOK_TEST_OUTDIR'] ?? '';
  const outdir = join(shared, 'payments');
  const [done, failed] = [join(outdir, 'done'), join(outdir, 'failed')];
  if (!isFirst(outdir)) {
    while (!existsSync(done)) {
      if (existsSync(failed)) throw new Error('Another test could not synthesize the stack with payments; its own error says why.');
      await systemClock.sleep(POLL_MILLIS);
    }
    return outdir;
  }
  try {
    await synthesizeApart(outdir, { context: CONTEXT, consumersFolder: join(shared, 'consumers') });
  } catch (error) {
    writeFileSync(failed, '');
    throw error;
  }
  writeFileSync(done, '');
  return outdir;
}

/** Making a folder is what only one process can do. */
function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
