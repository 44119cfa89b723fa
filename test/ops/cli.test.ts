/** The command line itself: help everywhere, and every wrong use named with what is allowed. */
import { describe, expect, it } from '@jest/globals';
import { runCommand } from './run-command.ts';

describe('oncehook', () => {
  it.each([
    [['--help']],
    [['start', '--help']],
    [['send', '--help']],
    [['status', '--help']],
    [['events', '--help']],
    [['events', 'show', '--help']],
    [['verify', '--help']],
    [['pay', '--help']],
    [['payments', '--help']],
    [['payments', 'show', '--help']],
    [['reconcile', '--help']],
    [['secret', '--help']],
    [['secret', 'set', '--help']],
    [['secret', 'list', '--help']],
    [['new', '--help']],
    [['new', 'consumer', '--help']],
    [['help', 'send']],
  ])('prints help to standard output for %j and exits with 0', async (argv) => {
    const { code, out, err } = await runCommand(argv);
    expect(code).toBe(0);
    expect(out).toContain('Usage: oncehook');
    expect(err).toBe('');
  });

  it('names every verb in its help', async () => {
    const { out } = await runCommand(['--help']);
    for (const verb of ['start', 'send', 'status', 'events', 'settle', 'pay', 'payments', 'reconcile', 'verify', 'secret', 'new'])
      expect(out).toMatch(new RegExp(`^ {2}${verb}\\b`, 'm'));
  });

  it('prints its help and exits with 2 when no verb is given', async () => {
    const { code, err } = await runCommand([]);
    expect(code).toBe(2);
    expect(err).toContain('Usage: oncehook');
  });

  it.each([
    ['an unknown verb', ['sttus'], "unknown command 'sttus'", 'status'],
    ['an unknown option', ['status', '--jsn'], "unknown option '--jsn'", '--json'],
    ['a missing argument', ['send', 'stripe'], "missing required argument 'event type'", '--help'],
    ['one argument too many', ['status', 'now'], 'too many arguments', '--help'],
    ['times that are no number', ['send', 'stripe', 'x', '--times', 'many'], "'many'", 'from 1 to 1000'],
    ['no times at all', ['send', 'stripe', 'x', '--times', '0'], "'0'", 'from 1 to 1000'],
    ['a limit out of bounds', ['events', '--limit', '1001'], "'1001'", 'from 1 to 1000'],
    ['a port that is none', ['start', '--port', '70000'], "'70000'", 'from 0 to 65535'],
    ['an engine that is none', ['start', '--engine', 'moon'], "'moon'", 'real'],
    ['an unknown thing to make', ['new', 'provider', 'x'], "unknown command 'provider'", '--help'],
  ])('exits with 2 for %s and says what was received and what is allowed', async (_, argv, received, allowed) => {
    const { code, out, err } = await runCommand(argv);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(received);
    expect(err).toContain(allowed);
  });
});

describe('oncehook start', () => {
  it('runs the stack on port 3000 with the demo, and ends with the code of the run', async () => {
    const { code, started } = await runCommand(['start'], { startEndsWith: 1 });
    expect(started).toEqual([{ port: 3000, demo: true }]);
    expect(code).toBe(1);
  });

  it('takes another port and another engine, leaves the demo out, and plays it with a given seed', async () => {
    expect((await runCommand(['start', '--port', '0', '--no-demo'])).started).toEqual([{ port: 0, demo: false }]);
    expect((await runCommand(['start', '--engine', 'embedded'])).started).toEqual([{ port: 3000, demo: true, engine: 'embedded' }]);
    expect((await runCommand(['start', '--seed', '7'])).started).toEqual([{ port: 3000, demo: true, seed: 7 }]);
  });
});
