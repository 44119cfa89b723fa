/** `npm start` on a machine that has no Java. */
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { allSettled, readMarkers } from '../../local/demo-books.ts';
import { startLocal } from '../../local/start-local.ts';
import { connect } from '../../ops/connection.ts';
import { sendEvent } from '../../ops/send-event.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';
import { ENGINE_TEST_MILLIS } from './harness.ts';

/** Neither JAVA_HOME nor a `java` on the path. */
const NO_JAVA = { PATH: '/nowhere' };

describe('a machine without Java', () => {
  it('that is to start the real engines hears it as one sentence before anything starts', async () => {
    await expect(startLocal({ port: 0, engine: 'real', env: NO_JAVA })).rejects.toMatchObject({
      code: 'MISSING_PREREQUISITE',
      message: expect.stringMatching(/^Java is missing: .*\.$/),
    });
  });

  it(
    'starts on the embedded engines, says so, and takes an event all the way',
    async () => {
      const outdir = process.env['ONCEHOOK_TEST_OUTDIR'] as string;
      const stack = await startLocal({ port: 0, env: NO_JAVA, outdir, logDirectory: temporaryFolder('logs') });
      try {
        const connection = await connect({ url: stack.url, directory: '/nowhere' });
        const { deliveries } = await sendEvent(connection, { source: 'stripe', type: 'payment_intent.succeeded', times: 1 });
        const statuses: unknown[] = [];
        for await (const { status } of deliveries) statuses.push(status);

        expect([stack.engine, stack.notice]).toEqual(['embedded', expect.stringMatching(/^Java is missing, so embedded engines .*\.$/)]);
        expect(connection.engine).toBe('embedded');
        expect(statuses).toEqual([200]);
        while (!(await allSettled(connection, await readMarkers(connection)))) await systemClock.sleep(50);
      } finally {
        await stack.stop();
      }
    },
    ENGINE_TEST_MILLIS,
  );
});
