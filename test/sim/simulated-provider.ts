/** A payment provider as they are: it tries until it gets a 2xx, and says things twice, late, in any order and in other bytes. */

import { REQUEST_BYTES_MAX } from '../../lambdas/core/limits.ts';
import stripe from '../../lambdas/providers/stripe.ts';
import { httpEvent } from '../pipeline/http-event.ts';
import { joinBodies } from './batch-provider.ts';
import type { FunctionHost } from './function-host.ts';
import type { PlannedEvent } from './planned-event.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimContext } from './sim-context.ts';
import type { SourceSecrets } from './source-secrets.ts';

export type SimulatedProvider = {
  /** Begins to tell these events, the first within `withinMillis`. */
  tell(events: readonly PlannedEvent[], withinMillis: number): void;
  /** Sends what nobody has signed. */
  forge(source: string): void;
};

export type ProviderOptions = {
  readonly host: FunctionHost;
  readonly secrets: { readonly [source: string]: SourceSecrets };
};

const RETRY_BASE_MILLIS = 4_000;
const RETRY_CAP_MILLIS = 3_600_000;
const AGAIN_MILLIS = [200, 1_200_000] as const;
const DAYS_LATE_MILLIS = [20 * 3_600_000, 72 * 3_600_000] as const;
/** Beyond the tolerance of a signature with every clock at its worst. */
const REPLAYED_AFTER_MILLIS = 900_000;
const TAMPERED_WITHIN_MILLIS = 60_000;
const CLOCK_MILLIS_MAX = 120_000;

/** What is told in one request. */
type Told = readonly [PlannedEvent, ...PlannedEvent[]];
const TOLD_MAX = 4;
/** What the same events may weigh more when they are told again in other bytes. */
const RESPELLED_BYTES = 4 * 1024;

type Request = {
  readonly source: string;
  readonly body: string;
  readonly headers: { readonly [name: string]: string };
  /** None where nobody who may has signed it. */
  readonly events: readonly PlannedEvent[];
  readonly secretInDoubt: boolean;
};

export function createSimulatedProvider(context: SimContext, { host, secrets }: ProviderOptions): SimulatedProvider {
  const { time, faults, trace } = context;
  const random = context.random.fork('provider');
  const skewMillis = faults.hit('provider clock is wrong') ? random.between(-CLOCK_MILLIS_MAX, CLOCK_MILLIS_MAX) : 0;
  const nowSeconds = () => Math.floor((time.nowMillis() + skewMillis) / 1000);

  const post = async ({ source, body, headers, events, secretInDoubt }: Request): Promise<boolean> => {
    const eventKeys = events.map(({ eventKey }) => eventKey);
    const about = eventKeys.join(' ') || 'forged';
    trace.note('provider', 'posts', about);
    const http = httpEvent(Buffer.from(body), headers, { base64: random.chance(0.3) });
    const result = await host.invoke(`ingest-${source}`, http);
    const status = result.ok ? Number((result.payload as { statusCode?: number }).statusCode) : 500;
    trace.note('provider', `is answered ${status}`, about);
    context.happened(`webhook answered ${status}`);
    const delivery = { eventKeys, authentic: events.length > 0, secretInDoubt };
    context.see({ kind: 'webhook answered', by: source, status, delivery });
    return status === 200;
  };
  const signed = (told: Told, delivery: number): Request => {
    const [{ source: name }] = told;
    const bodyOf = (event: PlannedEvent) => {
      const changed = !event.odd && faults.hit('webhook content differs');
      return event.body(faults.hit('webhook bytes differ') ? delivery : 1, changed);
    };
    const body = joinBodies(told.map(bodyOf));
    const source = secrets[name] as SourceSecrets;
    const signing = source.signing();
    const headers = signing.map(
      (secret) => stripe.sign({ body: Buffer.from(body), secret, nowSeconds: nowSeconds(), id: '' }).headers['stripe-signature'] ?? '',
    );
    // One time, and one signature for each secret.
    const header = [headers[0], ...headers.slice(1).map((one) => one.split(',')[1])].join(',');
    return { source: name, body, headers: { 'stripe-signature': header }, events: told, secretInDoubt: source.inDoubt(signing) };
  };
  const deliver = async (told: Told, delivery: number): Promise<void> => {
    const request = signed(told, delivery);
    const lost = faults.hit('webhook lost');
    const copies = faults.hit('webhook twice at once') ? random.between(2, 4) : 1;
    const answers = lost ? [] : await Promise.all(Array.from({ length: copies }, () => post(request)));
    const isDone = answers.includes(true) && !faults.hit('webhook answer lost');
    if (!isDone) {
      const waitMillis = Math.min(RETRY_CAP_MILLIS, RETRY_BASE_MILLIS * 2 ** Math.min(delivery, 12)) * (0.5 + random.fraction());
      time.after(Math.floor(waitMillis), () => start(told, delivery + 1));
      return;
    }
    if (faults.hit('webhook again after the answer')) time.after(random.between(...AGAIN_MILLIS), () => start(told, delivery + 1));
    if (faults.hit('webhook days late')) time.after(random.between(...DAYS_LATE_MILLIS), () => start(told, delivery + 1));
    if (faults.hit('webhook replayed')) time.after(REPLAYED_AFTER_MILLIS, () => replay(request));
    if (faults.hit('webhook tampered')) time.after(random.between(0, TAMPERED_WITHIN_MILLIS), () => tamper(request));
  };
  const start = (told: Told, delivery: number): void => {
    deliver(told, delivery).catch(context.broke);
  };
  /** By somebody who has seen a request: its signature is too old by now. */
  const replay = (request: Request): void => {
    post({ ...request, events: [] }).catch(context.broke);
  };
  /** By somebody who has seen a request: its signature is fresh, and over another body. */
  const tamper = (request: Request): void => {
    post({ ...request, body: request.body.replace('"id":"', '"id":"tampered_'), events: [] }).catch(context.broke);
  };

  return {
    tell: (events, withinMillis) => {
      for (const told of requestsOf(events, random)) time.after(random.between(0, withinMillis), () => start(told, 1));
    },
    forge: (source) => {
      const body = JSON.stringify({
        id: `evt_forged_${random.between(0, 999)}`,
        type: 'payment_intent.succeeded',
        livemode: true,
        data: { object: { id: 'pi_forged' } },
      });
      // A made-up secret, or one that somebody kept. In an outage an instance goes on with what it read last, which may be that one: by design.
      const ended = faults.intensity('secrets outage') === 0 ? secrets[source]?.ended() : undefined;
      if (ended !== undefined) context.happened('forged with a secret that has ended');
      const secret = ended ?? stripe.makeSecret(Uint8Array.from({ length: 32 }, () => random.between(0, 255)));
      const { headers } = stripe.sign({ body: Buffer.from(body), secret, nowSeconds: nowSeconds(), id: '' });
      const sent = random.chance(0.2) ? {} : headers;
      post({ source, body, headers: sent, events: [], secretInDoubt: false }).catch(context.broke);
    },
  };
}

/** One event a request, but for the source that tells several, as many as one request may carry. */
function requestsOf(events: readonly PlannedEvent[], random: SeededRandom): readonly Told[] {
  const requests: Told[] = events.filter(({ source }) => source !== 'stripe-batch').map((event) => [event]);
  const batched = events.filter(({ source }) => source === 'stripe-batch');
  for (let first = batched.shift(); first !== undefined; first = batched.shift()) {
    const others = batched.slice(0, random.between(0, TOLD_MAX - 1));
    while (requestBytes([first, ...others]) > REQUEST_BYTES_MAX - RESPELLED_BYTES) others.pop();
    batched.splice(0, others.length);
    requests.push([first, ...others]);
  }
  return requests;
}

function requestBytes(told: readonly PlannedEvent[]): number {
  return told.reduce((sum, event) => sum + Buffer.byteLength(event.body(1, false)) + 1, 0);
}
