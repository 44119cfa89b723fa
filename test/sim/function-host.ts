/** Lambda as far as the functions can tell: instances that are reused, one invocation at a time each, a timeout, and no life after death. */
import type { Context } from 'aws-lambda';
import type { InvocationResult } from '../../local/function-instance.ts';
import { lambdaContext } from '../pipeline/lambda-context.ts';
import { type FunctionInstance, kill, mayRead } from './function-instance.ts';
import type { SimContext } from './sim-context.ts';

export type Handler = (event: unknown, context: Context) => Promise<unknown>;

export type FunctionSpec = {
  readonly timeoutMillis: number;
  /** Called for each new instance: what it returns holds the instance's caches. */
  create(instance: FunctionInstance): Handler;
};

export type FunctionHost = {
  /** From now on a part of the new instances, or all of them, run this release; those of another release are used up by and by. */
  deploy(release: string, functions: { readonly [name: string]: FunctionSpec }): void;
  /** All invocations go to this release at once. */
  complete(release: string): void;
  invoke(name: string, event: unknown): Promise<InvocationResult>;
};

type Release = { readonly label: string; readonly functions: { readonly [name: string]: FunctionSpec } };
type Warm = { readonly instance: FunctionInstance; readonly handler: Handler; readonly release: Release };

const COLD_START_MILLIS = [80, 700] as const;
/** What may kill an invocation at any time falls within its first moments, where most happens. */
const KILL_WITHIN_MILLIS = 60;
const STALL_MILLIS = [50, 40_000] as const;
/** Together with the provider's own error it stays under the tolerance of a signature. */
const SKEW_MILLIS_MAX = 90_000;

export function createFunctionHost(context: SimContext): FunctionHost {
  const { time, faults, trace } = context;
  const random = context.random.fork('functions');
  const warm = new Map<string, Warm[]>();
  let releases: Release[] = [];
  let started = 0;

  const start = (name: string, release: Release): Warm => {
    started += 1;
    const skewMillis = faults.hit('instance clock is wrong') ? random.between(-SKEW_MILLIS_MAX, SKEW_MILLIS_MAX) : 0;
    const instance: FunctionInstance = {
      name: `${name}/${started}`,
      skewMillis,
      alive: true,
      busy: false,
      stalledUntilMillis: 0,
      pending: 0,
      pendingWrites: 0,
      end: () => {},
    };
    trace.note(instance.name, `starts, release ${release.label}, its clock is ${skewMillis} ms off`);
    return { instance, handler: specOf(release, name).create(instance), release };
  };
  const acquire = (name: string): { readonly warm: Warm; readonly cold: boolean } => {
    const release = random.pick(releases);
    const idle = (warm.get(name) ?? []).filter((one) => one.release === release && one.instance.alive && !one.instance.busy);
    const found = idle.length === 0 ? undefined : random.pick(idle);
    if (found !== undefined && !faults.hit('instance is recycled')) return { warm: found, cold: false };
    const fresh = start(name, release);
    warm.set(name, [...(warm.get(name) ?? []).filter((one) => one.instance.alive && one !== found), fresh]);
    return { warm: fresh, cold: true };
  };

  return {
    deploy: (label, functions) => {
      releases = [...releases.filter((release) => release.label !== label), { label, functions }];
    },
    complete: (label) => {
      releases = releases.filter((release) => release.label === label);
    },
    invoke: (name, event) =>
      new Promise((resolve) => {
        const { warm: chosen, cold } = acquire(name);
        chosen.instance.busy = true;
        const run = () => runOn(context, random, { ...chosen, event, timeoutMillis: specOf(chosen.release, name).timeoutMillis, resolve });
        if (cold) time.after(random.between(...COLD_START_MILLIS), run);
        else run();
      }),
  };
}

function specOf(release: Release, name: string): FunctionSpec {
  const spec = release.functions[name];
  if (spec === undefined) throw new Error(`The release ${release.label} has no function ${name}.`);
  return spec;
}

type Invocation = {
  readonly instance: FunctionInstance;
  readonly handler: Handler;
  readonly event: unknown;
  readonly timeoutMillis: number;
  readonly resolve: (result: InvocationResult) => void;
};

function runOn(context: SimContext, random: SimContext['random'], { instance, handler, event, timeoutMillis, resolve }: Invocation): void {
  const { time, faults } = context;
  const endMillis = time.nowMillis() + timeoutMillis;
  const timeout = time.at(endMillis, () => {
    if (instance.stalledUntilMillis === 0) context.see({ kind: 'timed out', by: instance.name });
    kill(context, instance, 'timed out');
  });
  let over = false;
  const finish = (result: InvocationResult) => {
    if (over) return;
    over = true;
    timeout();
    instance.busy = false;
    resolve(result);
  };
  instance.end = (error) => finish({ ok: false, error: { errorType: 'Runtime.ExitError', errorMessage: error } });
  if (faults.hit('killed at any time'))
    time.after(random.between(0, KILL_WITHIN_MILLIS), () => !over && kill(context, instance, 'out of memory'));
  if (faults.hit('instance stalls')) {
    const from = random.between(0, KILL_WITHIN_MILLIS);
    time.after(from, () => {
      instance.stalledUntilMillis = time.nowMillis() + random.between(...STALL_MILLIS);
    });
  }
  const answered = (result: InvocationResult) => {
    if (over || !instance.alive) return;
    const left = mayRead(instance) ? instance.pendingWrites : instance.pending;
    if (left > 0) context.see({ kind: 'worked after the answer', by: instance.name, what: `${left} calls under way` });
    finish(result);
  };
  handler(
    event,
    lambdaContext(() => endMillis - time.nowMillis()),
  ).then(
    (payload) => answered({ ok: true, payload }),
    (error: unknown) => {
      if (over || !instance.alive) return;
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      context.see({ kind: 'function threw', by: instance.name, error: text });
      answered({ ok: false, error: { errorType: 'Error', errorMessage: text } });
    },
  );
}
