/** Nothing of a payload, a signature or a secret reaches a log, whatever happens: every line of real invocations is searched. */
import { describe, expect, it } from '@jest/globals';
import { createPowertoolsTelemetry } from '../../lambdas/aws/powertools-telemetry.ts';
import type { Telemetry } from '../../lambdas/core/ports.ts';
import stripe from '../../lambdas/providers/stripe.ts';
import { capturedOutput } from '../aws/captured-output.ts';
import { cancelled, failure } from './dynamo-answers.ts';
import { createIngestBench, type IngestOptions, SECRET } from './ingest-bench.ts';
import { paymentSucceeded } from './stripe-event.ts';

const CARD = '4111 1111 1111 1111';
const hidden = { note: CARD, email: 'ada@example.com', description: 'cvc 123' };
const body = paymentSucceeded(hidden);

/** What one delivery prints, with the telemetry that is deployed. */
async function linesOf(options: IngestOptions, text: string, secret?: string): Promise<string[]> {
  return capturedOutput(async () => {
    const telemetry: Telemetry = createPowertoolsTelemetry();
    await createIngestBench({ ...options, telemetry }).deliver(text, secret);
  });
}

type Way = { readonly title: string; readonly options: IngestOptions; readonly text?: string; readonly secret?: string };

const transact = (error: Error): IngestOptions => ({ transact: () => Promise.reject(error) });
const quoting = (error: Error): Error => Object.assign(error, { message: `cannot read ${body}` });

function quotingBug(): never {
  throw quoting(new TypeError());
}

const WAYS: readonly Way[] = [
  { title: 'is stored', options: {} },
  {
    title: 'is stored already with other content',
    options: transact(cancelled({ code: 'ConditionalCheckFailed', item: { pk: 'a', note: CARD } }, 'None')),
  },
  { title: 'is refused', options: {}, secret: 'whsec_4111111111111111' },
  { title: 'cannot be stored', options: transact(failure('ThrottlingException')) },
  { title: 'is invalid for DynamoDB, which quotes it', options: transact(quoting(failure('ValidationException'))) },
  { title: 'meets a bug of the store, which quotes it', options: transact(quoting(new TypeError())) },
  { title: 'meets a bug of its provider, which quotes it', options: { provider: { ...stripe, events: quotingBug } } },
  { title: 'is odd', options: {}, text: `${CARD} ada@example.com cvc 123` },
  { title: 'meets a secret store that quotes the secret', options: { secret: () => new Error(`bad secret ${SECRET}`) } },
  { title: 'meets a secret of another form', options: { secret: () => JSON.stringify({ active: [SECRET] }) } },
];

describe('an event with a card number in it', () => {
  it.each(WAYS)('that $title, leaves no trace of itself in the log', async ({ options, text = body, secret }) => {
    const lines = await linesOf(options, text, secret);
    const printed = lines.join('\n');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
    expect(printed).not.toMatch(/4111 ?1111 ?1111 ?1111|ada@|cvc|whsec|0123456789abcdef|v1=/);
  });
});

describe('an invocation', () => {
  it('prints its counters once, when it is over', async () => {
    const lines = await linesOf({}, body);
    const counters = lines.map((line) => JSON.parse(line)).filter((line) => Object.hasOwn(line, 'EventsStored'));
    expect(counters).toMatchObject([{ EventsStored: 1, service: 'oncehook-ingest-stripe' }]);
  });

  it('prints its counters as well where the answer is a refusal', async () => {
    const lines = await linesOf({}, body, 'whsec_another');
    expect(lines.map((line) => JSON.parse(line)).filter(({ Unauthorized }) => Unauthorized === 1)).toMatchObject([
      { reason: 'no-match' },
      {},
    ]);
  });
});
