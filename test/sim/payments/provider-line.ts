/** The line between the functions and the provider: it takes time, loses requests and answers, and the provider does its work all the same. */
import type { HttpAnswer, HttpRequest, Network } from '../../../lambdas/core/ports.ts';
import type { RequestFates } from '../../../local/provider-server/request-fate.ts';
import type { StripeModel } from '../../../local/provider-server/stripe-model.ts';
import { type FunctionInstance, inside, kill } from '../function-instance.ts';
import type { SimContext } from '../sim-context.ts';

export type ProviderLine = {
  network(caller: FunctionInstance): Network;
  /** How the provider itself fares, for its model. */
  readonly fates: RequestFates;
  /** Whether the API key counts now. */
  isKey(key: string): boolean;
};

const WAY_MILLIS = [20, 150] as const;
/** Around the patience of a charge. */
const LONG_MILLIS = [5_000, 45_000] as const;
const AWAY_MILLIS = [10_000, 1_800_000] as const;
const DAY_AWAY_MILLIS = [20 * 3_600_000, 40 * 3_600_000] as const;
const REFUSED_MILLIS = [30_000, 3_600_000] as const;

export function createProviderLine(context: SimContext, model: () => StripeModel): ProviderLine {
  const { time, faults } = context;
  const random = context.random.fork('provider line');
  let awayUntil = 0;
  let refusedUntil = 0;
  const isAway = () => {
    if (faults.hit('provider away')) awayUntil = time.nowMillis() + random.between(...AWAY_MILLIS);
    if (faults.hit('provider away for a day')) awayUntil = time.nowMillis() + random.between(...DAY_AWAY_MILLIS);
    return !faults.stopped() && time.nowMillis() < awayUntil;
  };
  const line: ProviderLine = {
    fates: () => {
      if (faults.hit('provider rate limits')) return { execution: 'rate limited' };
      if (faults.hit('provider locks')) return { execution: 'locked' };
      if (faults.hit('provider unavailable')) return { execution: 'unavailable' };
      if (faults.hit('provider fails before')) return { execution: 'fails before' };
      return faults.hit('provider fails after') ? { execution: 'fails after' } : {};
    },
    isKey: (key) => {
      if (faults.hit('provider refuses the key')) refusedUntil = time.nowMillis() + random.between(...REFUSED_MILLIS);
      return key.startsWith('sk_test_') && (faults.stopped() || time.nowMillis() >= refusedUntil);
    },
    network: (caller) => ({
      send: (request) => send({ context, random, model: model(), isAway }, caller, request),
    }),
  };
  return line;
}

type Line = {
  readonly context: SimContext;
  readonly random: SimContext['random'];
  readonly model: StripeModel;
  isAway(): boolean;
};

/** Never settles for a dead caller. */
function send(line: Line, caller: FunctionInstance, request: HttpRequest): Promise<HttpAnswer> {
  const { context, random, model } = line;
  const { time, faults } = context;
  return new Promise((resolve, reject) => {
    if (!caller.alive) return;
    if (faults.hit('killed before a call')) return kill(context, caller, 'before it called the provider');
    const settle = callOf(context, caller, request);
    const lose = (code: string) => settle(() => reject(Object.assign(new Error(`${code} (injected)`), { code })));
    time.after(request.bounds?.timeoutMillis ?? 3_000, () => lose('TimeoutError'));
    if (line.isAway() || faults.hit('charge request lost'))
      return void (random.chance(0.5) ? time.after(random.between(...WAY_MILLIS), () => lose('ECONNRESET')) : undefined);
    const slow = () => (faults.hit('charge takes long') ? random.between(...LONG_MILLIS) : 0);
    time.after(random.between(...WAY_MILLIS) + slow(), () => {
      if (faults.hit('provider sends elsewhere'))
        return settle(() => resolve({ status: 302, headers: { location: 'https://elsewhere.invalid/' }, body: '' }));
      seeAsked(context, caller, request);
      const { pathname, search } = new URL(request.url);
      const underway = model.begin({
        method: request.method,
        path: `${pathname}${search}`,
        headers: request.headers ?? {},
        body: request.body ?? '',
      });
      time.after(random.between(10, 400) + slow(), () => {
        const before = model.inspection.executions().length;
        underway.execute();
        for (const { key, reference, operation } of model.inspection.executions().slice(before))
          if (operation === 'create and confirm') context.see({ kind: 'charge executed', key: key ?? '', paymentId: reference ?? '' });
        const answer = underway.finish();
        if (faults.hit('killed after a call')) return kill(context, caller, 'after the provider had done its work');
        if (faults.hit('charge reply lost')) return lose('ECONNRESET');
        time.after(random.between(...WAY_MILLIS) + slow(), () => settle(() => resolve(answer)));
      });
    });
  });
}

/** Runs what comes first, inside the caller, and nothing after it. */
function callOf(context: SimContext, caller: FunctionInstance, { method }: HttpRequest): (happen: () => void) => void {
  const writes = method === 'POST';
  caller.pending += 1;
  if (writes) caller.pendingWrites += 1;
  let open = true;
  return (happen) =>
    inside(context, caller, () => {
      if (!open) return;
      open = false;
      caller.pending -= 1;
      if (writes) caller.pendingWrites -= 1;
      happen();
    });
}

function seeAsked(context: SimContext, caller: FunctionInstance, { method, url, headers, body }: HttpRequest): void {
  context.trace.note(caller.name, `${method} ${url}`, headers?.['idempotency-key'] ?? '');
  if (method === 'POST') context.see({ kind: 'charge asked', by: caller.name, key: headers?.['idempotency-key'] ?? '', body: body ?? '' });
}
