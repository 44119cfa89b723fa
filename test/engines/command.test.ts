import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { projectRoot } from '../../lib/project.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';

const run = promisify(execFile);

describeOnEngines('the command, on a running stack', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await openPipeline();
  }, ENGINE_TEST_MILLIS);
  afterAll(() => pipeline.stack.stop(), ENGINE_TEST_MILLIS);

  const oncehook = async (...argv: string[]) => {
    const { stdout } = await run(process.execPath, [join(projectRoot, 'bin', 'oncehook.mjs'), ...argv, '--url', pipeline.stack.url], {
      cwd: projectRoot,
    });
    return stdout;
  };

  it(
    'sends one event three times and shows one event and one effect of each consumer more',
    async () => {
      const before = JSON.parse(await oncehook('status', '--json'));
      const sent = await oncehook('send', 'stripe', 'payment_intent.succeeded', '--times', '3');
      await pipeline.settled();
      await pipeline.drained();

      expect(before).toEqual({
        events: 0,
        outbox: 0,
        consumers: {
          ledger: { applied: 0, rejected: 0, waiting: 0, deadLetters: 0 },
          receipts: { applied: 0, rejected: 0, waiting: 0, deadLetters: 0 },
        },
      });
      expect(sent.match(/^ {2}200 {2}/gm)).toHaveLength(3);
      expect(JSON.parse(await oncehook('status', '--json'))).toEqual({
        events: 1,
        outbox: 2,
        consumers: {
          ledger: { applied: 1, rejected: 0, waiting: 0, deadLetters: 0 },
          receipts: { applied: 1, rejected: 0, waiting: 0, deadLetters: 0 },
        },
      });
    },
    ENGINE_TEST_MILLIS,
  );

  it(
    'lists the event and shows where it led',
    async () => {
      const [event] = JSON.parse(await oncehook('events', '--json'));
      const shown = await oncehook('events', 'show', event.id);

      expect(event).toMatchObject({ type: 'payment_intent.succeeded', source: 'stripe' });
      expect(shown).toContain('ledger@1');
      expect(shown).toContain('applied');
    },
    ENGINE_TEST_MILLIS,
  );
});
