/** How a verb finds its stack, and what it says when it finds none or something else. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from '../../ops/connection.ts';
import { type FakeStack, startFakeStack } from './fake-stack.ts';
import { runCommand } from './run-command.ts';

let directory: string;
const stacks: FakeStack[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oncehook-connection-'));
});

afterEach(async () => {
  rmSync(directory, { recursive: true });
  await Promise.all(stacks.splice(0).map((stack) => stack.close()));
});

async function stackThat(options: Parameters<typeof startFakeStack>[0] = {}): Promise<FakeStack> {
  const stack = await startFakeStack(options);
  stacks.push(stack);
  return stack;
}

function note(url: string): void {
  mkdirSync(join(directory, '.oncehook'), { recursive: true });
  writeFileSync(join(directory, '.oncehook', 'local.json'), JSON.stringify({ url, pid: 1 }));
}

describe('connect', () => {
  it('reads what the stack at --url says of itself', async () => {
    const { url } = await stackThat();
    const connection = await connect({ url, directory });
    expect(connection.tables).toEqual({ events: 'Events-1', outbox: 'Outbox-1', inbox: 'Inbox-1', settlement: 'Settlement-1' });
    expect(connection.sources.map(({ source, provider }) => [source, provider])).toEqual([
      ['polar', 'standardwebhooks'],
      ['stripe', 'stripe'],
    ]);
    expect(connection.consumers.map(({ address }) => address)).toEqual(['ledger@1', 'receipts@1']);
    expect(connection.consumers[0]?.tables).toEqual({ Ledger: 'Ledger-1' });
  });

  it('finds the stack that npm start noted in the directory', async () => {
    const { url } = await stackThat();
    note(url);
    expect((await connect({ directory })).sources[0]?.url).toBe(`${url}/webhooks/polar`);
  });

  it('reads the outputs of a deployed stack, which name no engine, endpoints or credentials', async () => {
    const { url } = await stackThat({
      describe: (description) => ({ ...description, engine: undefined, endpoints: undefined, credentials: undefined }),
    });
    const connection = await connect({ url, directory });
    expect([connection.engine, connection.endpoints, connection.credentials]).toEqual([undefined, undefined, undefined]);
  });
});

describe('connect', () => {
  it('takes the stack at the usual place when the noted one is gone', async () => {
    const gone = await startFakeStack();
    await gone.close();
    note(gone.url);
    const { url } = await stackThat();
    expect((await connect({ directory, fallbackUrl: url })).tables.events).toBe('Events-1');
  });
});

describe('a verb without a usable stack', () => {
  it('says where it looked when the noted stack is gone and none runs at the usual place', async () => {
    const [gone, fallback] = [await startFakeStack(), await startFakeStack()];
    await Promise.all([gone.close(), fallback.close()]);
    note(gone.url);
    const found = connect({ directory, fallbackUrl: fallback.url });
    await expect(found).rejects.toThrow(`nothing answers at ${gone.url} or ${fallback.url}. Start one with \`npm start\``);
    await expect(found).rejects.toMatchObject({ code: 'NO_STACK', exitCode: 1 });
  });

  it('says that nothing answers at --url', async () => {
    const gone = await startFakeStack();
    await gone.close();
    const { code, err } = await runCommand(['status', '--url', gone.url], { directory });
    expect(code).toBe(1);
    expect(err).toContain(`Nothing answers at ${gone.url} (ECONNREFUSED)`);
  });

  it.each(['3000', 'ftp://127.0.0.1', 'http://127.0.0.1:3000/webhooks/stripe', 'http://me@127.0.0.1:3000'])(
    'refuses --url %s as wrong use',
    async (url) => {
      const { code, err } = await runCommand(['status', '--url', url], { directory });
      expect(code).toBe(2);
      expect(err).toContain('for example http://127.0.0.1:3000');
      expect(err).toContain(JSON.stringify(url));
    },
  );

  it('takes another program for what it is', async () => {
    const { url } = await stackThat({ describe: () => '<html>' });
    const { code, err } = await runCommand(['status', '--url', url], { directory });
    expect(code).toBe(1);
    expect(err).toContain(`What runs at ${url} is not a local oncehook stack`);
  });

  it.each([
    ['a missing table', (outputs: object) => ({ ...outputs, InboxTable: undefined }), 'outputs.InboxTable is missing'],
    ['a consumer that is not JSON', (outputs: object) => ({ ...outputs, ConsumerLedger: 'ledger' }), 'ConsumerLedger is not JSON text'],
    [
      'a source without its URL',
      (outputs: object) => ({ ...outputs, SourceStripe: '{"source":"stripe","provider":"stripe"}' }),
      'SourceStripe.url is missing',
    ],
  ])('names the missing output: %s', async (_, spoil, expected) => {
    const { url } = await stackThat({
      describe: (description) => ({ ...description, outputs: spoil((description as { outputs: object }).outputs) }),
    });
    const { code, err } = await runCommand(['status', '--url', url], { directory });
    expect(code).toBe(1);
    expect(err).toContain(expected);
    expect(err).toContain('deploy it again');
  });
});
