/** Functions in worker threads: their environment, their results, their timeout, and their end in mid-flight. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { FunctionPlan } from '../../local/function-plan.ts';
import { type SmallFunction, smallFunction } from './small-function.ts';

const made: SmallFunction[] = [];

function fn(code: string, changes: Partial<FunctionPlan> = {}, environment: { readonly [name: string]: string } = {}): SmallFunction {
  const small = smallFunction(code, changes, environment);
  made.push(small);
  return small;
}

afterEach(async () => {
  await Promise.all(made.splice(0).map(({ pool }) => pool.stop()));
});

async function busy({ pool }: SmallFunction): Promise<void> {
  while (pool.inFlight === 0) await wait(5);
  // The worker has to be in the handler, not on its way to it.
  await wait(100);
}

describe('an invocation', () => {
  it('gets the event as JSON and gives back what the handler returns', async () => {
    const { pool } = fn('exports.handler = async (event) => ({ got: event });');
    expect(await pool.invoke({ a: 1, gone: undefined })).toEqual({ ok: true, payload: { got: { a: 1 } } });
  });

  it('gives null for a handler that returns nothing', async () => {
    expect(await fn('exports.handler = async () => {};').pool.invoke({})).toEqual({ ok: true, payload: null });
  });

  it("gets Lambda's context", async () => {
    const code = 'exports.handler = async (_, c) => [c.awsRequestId, c.functionName, c.memoryLimitInMB, c.getRemainingTimeInMillis()];';
    const result = await fn(code, { timeoutSeconds: 7 }).pool.invoke({});
    const [requestId, name, memory, remaining] = (result as { payload: [string, string, string, number] }).payload;
    expect([requestId.length, name, memory]).toEqual([36, 'p-Small', '128']);
    expect(remaining).toBeGreaterThan(5_000);
    expect(remaining).toBeLessThanOrEqual(7_000);
  });

  it('sees its own environment and nothing of this process', async () => {
    process.env['ONCEHOOK_LEAK'] = 'leaked';
    const result = await fn('exports.handler = async () => process.env;', {}, { TABLE: 'x' }).pool.invoke({});
    delete process.env['ONCEHOOK_LEAK'];
    expect(result).toEqual({ ok: true, payload: { TABLE: 'x' } });
  });

  it('that throws is a result, and the function goes on', async () => {
    const { pool, log } = fn("exports.handler = async (e) => { if (e.bad) throw new TypeError('no such thing'); return 'fine'; };");
    expect(await pool.invoke({ bad: true })).toEqual({ ok: false, error: { errorType: 'TypeError', errorMessage: 'no such thing' } });
    expect(await pool.invoke({})).toEqual({ ok: true, payload: 'fine' });
    expect(log()).toContain('TypeError: no such thing');
  });

  it('writes its output to its log, not to the terminal', async () => {
    const { pool, log } = fn(
      "exports.handler = async () => { console.log('said'); console.error('cried'); process.stdout.write('wrote\\n'); };",
    );
    await pool.invoke({});
    expect(log()).toBe('said\ncried\nwrote\n');
  });
});

describe('workers', () => {
  it('run one invocation at a time each, as many of them as allowed, and the rest wait', async () => {
    const code =
      'let n = 0; exports.handler = async () => { n += 1; const seen = n; await new Promise((r) => setTimeout(r, 150)); n -= 1; return seen; };';
    const { pool } = fn(code, { workersMax: 2 });
    await pool.start();
    const results = await Promise.all(Array.from({ length: 6 }, () => pool.invoke({})));
    expect(results).toEqual(Array.from({ length: 6 }, () => ({ ok: true, payload: 1 })));
  });

  it('keep their module from one invocation to the next', async () => {
    const { pool } = fn('let n = 0; exports.handler = async () => (n += 1);', { workersMax: 1 });
    await pool.invoke({});
    expect(await pool.invoke({})).toEqual({ ok: true, payload: 2 });
  });

  it('are ended at the timeout, even in a loop that never yields, and a fresh one takes the next invocation', async () => {
    const { pool } = fn('exports.handler = async (e) => { while (e.loop) {} return 1; };', { timeoutSeconds: 0.3, workersMax: 1 });
    await pool.start();
    const result = await pool.invoke({ loop: true });
    expect(result).toEqual({
      ok: false,
      error: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/^RequestId: .* Error: Task timed out after 0\.30 seconds$/),
      },
    });
    expect(await pool.invoke({})).toEqual({ ok: true, payload: 1 });
  });

  it('can be killed in mid-flight: what they were doing never happens, and the log has what they did', async () => {
    const code =
      "exports.handler = async () => { console.log('before'); await new Promise((r) => setTimeout(r, 5000)); console.log('after'); };";
    const small = fn(code);
    await small.pool.start();
    const running = small.pool.invoke({});
    await busy(small);
    expect(await small.pool.kill()).toBe(1);
    expect(await running).toEqual({
      ok: false,
      error: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('killed') },
    });
    expect(small.log()).toBe('before\n');
    expect(await small.pool.kill()).toBe(0);
  });

  it('that end their own process fail the invocation', async () => {
    const { pool } = fn('exports.handler = async (e) => { if (e.exit) process.exit(3); return 1; };');
    expect(await pool.invoke({ exit: true })).toMatchObject({ ok: false, error: { errorType: 'Runtime.ExitError' } });
    expect(await pool.invoke({})).toEqual({ ok: true, payload: 1 });
  });

  it('that throw outside the handler fail the invocation under way', async () => {
    const { pool } = fn("exports.handler = () => new Promise(() => setTimeout(() => { throw new Error('stray'); }, 20));");
    expect(await pool.invoke({})).toEqual({ ok: false, error: { errorType: 'Runtime.UnhandledError', errorMessage: 'stray' } });
  });

  it('hand a waiting invocation to a fresh one when theirs is lost', async () => {
    const small = fn('exports.handler = async (e) => { if (e.hang) await new Promise(() => {}); return 1; };', { workersMax: 1 });
    await small.pool.start();
    const hanging = small.pool.invoke({ hang: true });
    const waiting = small.pool.invoke({});
    await busy(small);
    await small.pool.kill();
    expect((await hanging).ok).toBe(false);
    expect(await waiting).toEqual({ ok: true, payload: 1 });
  });

  it('stop while some are busy and some wait, and nothing is left hanging', async () => {
    const small = fn('exports.handler = () => new Promise(() => {});', { workersMax: 1 });
    await small.pool.start();
    const both = [small.pool.invoke({}), small.pool.invoke({})];
    await busy(small);
    await small.pool.stop();
    expect((await Promise.all(both)).map(({ ok }) => ok)).toEqual([false, false]);
  });
});

describe('a bundle that cannot be loaded', () => {
  it.each([
    ['that throws', "throw new Error('TABLE is not set');", /TABLE is not set/],
    ['without a handler', 'exports.other = 1;', /handler is undefined or not exported/],
  ])('%s ends the start with its reason', async (_what, code, message) => {
    await expect(fn(code).pool.start()).rejects.toMatchObject({ code: 'FUNCTION_INIT_FAILED', message: expect.stringMatching(message) });
  });

  it('fails invocations, too', async () => {
    expect(await fn("throw new Error('broken');").pool.invoke({})).toMatchObject({ ok: false, error: { errorMessage: 'broken' } });
  });
});
