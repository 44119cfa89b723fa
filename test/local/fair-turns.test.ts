/** Turns before an engine that has one writer. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { FairTurns } from '../../local/fair-turns.ts';

async function orderOf(limit: number, callers: readonly string[], urgent = ''): Promise<{ order: string; most: number }> {
  const turns = new FairTurns(limit, (caller) => urgent.includes(caller));
  let order = '';
  let running = 0;
  let most = 0;
  const work = async (caller: string) => {
    order += caller;
    running += 1;
    most = Math.max(most, running);
    await turn();
    running -= 1;
  };
  await Promise.all(callers.map((caller) => turns.run(caller, () => work(caller))));
  return { order, most };
}

describe('turns', () => {
  it('let a caller with one request pass those who wait with many', async () => {
    expect((await orderOf(1, [...'aaaaab'])).order).toBe('aabaaa');
    expect((await orderOf(1, [...'aaaabbbb'])).order).toBe('aabababb');
  });

  it('come first to urgent callers, and to one of the others after every two of theirs', async () => {
    expect((await orderOf(1, [...'abbbuuuuuu'], 'u')).order).toBe('auubuubuub');
    expect((await orderOf(1, [...'abcuuvv'], 'uv')).order).toBe('auvbuvc');
    expect((await orderOf(1, [...'uuuub'], 'u')).order).toBe('uuubu');
  });

  it('never let in more than the limit, and everybody in the end', async () => {
    const { order, most } = await orderOf(3, [...'aaaaabbbbbcc']);
    expect([...order].sort().join('')).toBe('aaaaabbbbbcc');
    expect(most).toBe(3);
  });

  it('go on after work that failed', async () => {
    const turns = new FairTurns(1, () => false);
    const failing = turns.run('a', async () => Promise.reject(new Error('engine gone')));
    const next = turns.run('b', async () => 'done');
    await expect(failing).rejects.toThrow('engine gone');
    expect(await next).toBe('done');
    expect(await turns.run('a', async () => 'again')).toBe('again');
  });
});
