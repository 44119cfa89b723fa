/** Sources of several providers: each really signed event goes through its own function into the store, once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { synthesize } from '../../lib/app.ts';
import { type Connection, connect } from '../../ops/connection.ts';
import { newestEvents } from '../../ops/event-list.ts';
import { fixtureOf, fixtureProviders } from '../../ops/fixtures/fixture-of.ts';
import { sendEvent } from '../../ops/send-event.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS, startStack } from './harness.ts';

/** Every provider whose events we can make; Square's also says which mode it is for. */
const NAMES = fixtureProviders();
const SOURCES = Object.fromEntries(NAMES.map((name) => [name, { provider: name, ...(name === 'square' ? { mode: 'test' } : {}) }]));

const outdir = mkdtempSync(join(tmpdir(), 'oncehook-providers-'));
/** Once for all engines: it takes longer than the tests. */
let synthesized: Promise<void> | undefined;
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

async function synthesizeSources(): Promise<void> {
  await synthesize({ outdir, context: { sources: SOURCES, payments: {} } });
  writeFileSync(join(outdir, 'package.json'), '{"type":"commonjs"}\n');
}

describeOnEngines('a source of', () => {
  let stack: Awaited<ReturnType<typeof startStack>>;
  let connection: Connection;

  beforeAll(async () => {
    synthesized ??= synthesizeSources();
    await synthesized;
    stack = await startStack({ outdir });
    connection = await connect({ url: stack.url, directory: '.' });
  }, 2 * ENGINE_TEST_MILLIS);
  afterAll(() => stack.stop(), ENGINE_TEST_MILLIS);

  it.each(NAMES)(
    '%s stores what oncehook sends it, three times delivered, as what it is',
    async (source) => {
      const type = (await fixtureOf(source))?.types[0] ?? '';
      const sent = await sendEvent(connection, { source, type, times: 3 });
      for await (const { status } of sent.deliveries) expect(status).toBe(200);
      const events = await newestEvents(connection, { limit: 50, source });
      expect(events.map(({ quarantine }) => quarantine).filter((reason) => reason !== undefined)).toEqual([]);
      expect(events.map((event) => event.type)).toContain(type);
      // Three deliveries of one event; a batch may hold several, each of its own.
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
      expect(events.length).toBeLessThanOrEqual(source === 'gocardless' || source === 'adyen' ? 10 : 1);
    },
    ENGINE_TEST_MILLIS,
  );

  it('a provider that does not say its mode gives events the mode of the source', async () => {
    const [square] = await newestEvents(connection, { limit: 1, source: 'square' });
    expect(square?.mode).toBe('test');
  });
});
