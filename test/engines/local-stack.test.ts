/** The product's own stack on this machine: what it serves, what it notes, and that nothing of it is left. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import stripe from '../../lambdas/providers/stripe.ts';
import { endLeftoverEngine } from '../../local/engines/leftover-engine.ts';
import { clientSettings } from '../../local/function-client.ts';
import { functionEnvironment } from '../../local/function-environment.ts';
import type { LocalStack } from '../../local/start-local.ts';
import { connect } from '../../ops/connection.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';
import { describeOnEngines, describeOnRealEngines, sharedDynamoDbUrl, startStack } from './harness.ts';

const SECRET = 'whsec_local_stack_test_secret_0123456789';

function post(stack: LocalStack, id: string): Promise<Response> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const object = {
    id: `pi_${id}`,
    object: 'payment_intent',
    amount: 1200,
    amount_received: 1200,
    currency: 'usd',
    customer: 'cus_1',
    livemode: false,
  };
  const body = Buffer.from(
    JSON.stringify({
      id: `evt_${id}`,
      object: 'event',
      created: nowSeconds,
      livemode: false,
      type: 'payment_intent.succeeded',
      data: { object },
    }),
  );
  const headers = { 'content-type': 'application/json', ...stripe.sign({ body, secret: SECRET, nowSeconds, id: `evt_${id}` }).headers };
  return fetch(stack.outputs['WebhookUrlStripe'] as string, { method: 'POST', headers, body });
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries += 1) {
    if (tries > 400) throw new Error('It did not come to that within twenty seconds.');
    await wait(50);
  }
}

describeOnEngines('the local stack', () => {
  let stack: LocalStack;
  let logDirectory = '';

  beforeAll(async () => {
    logDirectory = temporaryFolder('logs');
    stack = await startStack({ env: { ONCEHOOK_SECRET_STRIPE: SECRET }, logDirectory });
  });
  afterAll(() => stack.stop());

  it('takes a signed webhook all the way to both consumers, and logs to files', async () => {
    expect((await post(stack, 'whole_way')).status).toBe(200);
    const applied = (caller: string) => stack.calls().some((call) => call.caller.startsWith(caller) && call.action === 'DeleteMessage');
    await until(() => applied('ConsumeLedger') && applied('ConsumeReceipts'));
    const logs = readdirSync(logDirectory).sort();
    expect(logs).toEqual([
      'oncehook-consume-ledger.log',
      'oncehook-consume-receipts.log',
      'oncehook-ingest-standard.log',
      'oncehook-ingest-stripe.log',
      'oncehook-relay.log',
      'oncehook-settle.log',
    ]);
    expect(readFileSync(join(logDirectory, 'oncehook-ingest-stripe.log'), 'utf8')).toContain('EventsStored');
  });

  it('notes who called what, each call under its function', () => {
    const noted = new Set(
      stack
        .calls()
        .map(
          ({ caller, service, action, resource }) =>
            `${caller.replace(/Function\w+$/, '')} ${service}:${action} ${resource.replace(/^t\w+-/, '')}`,
        ),
    );
    const of = (what: string) => [...noted].filter((call) => call.startsWith(what));
    expect(
      of('IngestStripe')
        .map((call) => call.split(' ')[1])
        .sort(),
    ).toEqual(['dynamodb:PutItem', 'dynamodb:PutItem', 'secretsmanager:GetSecretValue']);
    expect(of('Relay').map((call) => call.split(' ')[1])).toEqual(
      expect.arrayContaining([
        'dynamodb:ListStreams',
        'dynamodb:DescribeStream',
        'dynamodb:GetShardIterator',
        'dynamodb:GetRecords',
        'sqs:SendMessage',
      ]),
    );
    expect([...noted].filter((call) => call.includes('/stream'))).toEqual(of('Relay').filter((call) => call.includes('/stream')));
  });

  it('is found by the command, by its address', async () => {
    const connection = await connect({ url: stack.url, directory: '/nowhere' });
    expect(connection.sources.map(({ source }) => source).sort()).toEqual(['standard', 'stripe']);
    expect(connection.consumers.map(({ address }) => address).sort()).toEqual(['ledger@1', 'receipts@1']);
  });

  it('names its functions by what they are for', () => {
    expect(stack.functions.find('consume-ledger').plan.title).toBe('oncehook-consume-ledger');
    expect(() => stack.functions.find('consume-nothing')).toThrow(/it has .*oncehook-relay/);
  });

  it("gives a function exactly the template's environment, and beside it what Lambda sets and where the services are", () => {
    const { plan } = stack.functions.find('ingest-stripe');
    const environment = functionEnvironment(plan, { endpoints: stack.endpoints, providerUrls: {} });
    const ofTemplate = ['EVENTS_TABLE', 'OUTBOX_TABLE', 'POWERTOOLS_METRICS_NAMESPACE', 'POWERTOOLS_SERVICE_NAME', 'SECRET_ID', 'SOURCE'];
    expect(Object.keys(plan.environment).sort()).toEqual(ofTemplate);
    expect(environment).toMatchObject(plan.environment);
    const beside = Object.keys(environment).filter((name) => !ofTemplate.includes(name));
    expect(beside.filter((name) => !name.startsWith('AWS_'))).toEqual([]);
    expect(environment).toMatchObject({ AWS_ACCESS_KEY_ID: plan.logicalId, AWS_ENDPOINT_URL_DYNAMODB: stack.endpoints.dynamodb });
  });

  it('during an outage of Secrets Manager answers from what it knows', async () => {
    stack.secrets.setOutage(true);
    const { status } = await post(stack, 'outage');
    stack.secrets.setOutage(false);
    expect(status).toBe(200);
  });

  it('says which port is taken, before anything heavy starts', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(startStack({ port })).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    server.close();
  });

  it('stops within two seconds and serves no more', async () => {
    const other = await startStack();
    await post(other, 'unsigned');
    const startedAt = Date.now();
    await other.stop();
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    await expect(fetch(other.url)).rejects.toThrow();
  });
});

describeOnRealEngines('a stack in an engine that it shares', () => {
  it('leaves no table there', async () => {
    const other = await startStack();
    await other.stop();
    const client = new DynamoDBClient(clientSettings(sharedDynamoDbUrl(), 'operator'));
    const { TableNames = [] } = await client.send(new ListTablesCommand({ Limit: 100 }));
    client.destroy();
    expect(TableNames.filter((name) => name === other.outputs['EventsTable'])).toEqual([]);
  });
});

describeOnRealEngines('a stack with an engine of its own', () => {
  const directory = temporaryFolder('own');
  const module = pathToFileURL(join(import.meta.dirname, '..', '..', 'local', 'start-local.ts')).href;

  async function start(): Promise<{ parent: ChildProcess; java: number }> {
    const options = { port: 0, outdir: process.env['ONCEHOOK_TEST_OUTDIR'], announceIn: directory, logDirectory: directory };
    const code = `
      import { startLocal } from '${module}';
      await startLocal(${JSON.stringify(options)});
      process.stdout.write('ready\\n');`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(parent.stdout as NodeJS.ReadableStream, 'data');
    return { parent, java: childOf(parent.pid as number) };
  }

  /** The one child process; there is none on a machine without /proc, where the test would say so. */
  function childOf(pid: number): number {
    const children = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter(
        (name) =>
          existsSync(`/proc/${name}/stat`) && readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(pid),
      );
    expect(children).toHaveLength(1);
    return Number(children[0]);
  }

  it.each(['SIGTERM', 'SIGINT'] as const)('leaves no Java behind after %s', async (signal) => {
    const { parent, java } = await start();
    const announced = join(directory, '.oncehook', 'local.json');
    expect(JSON.parse(readFileSync(announced, 'utf8'))).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      pid: parent.pid,
    });
    expect(readFileSync(`/proc/${java}/cmdline`, 'utf8')).toContain('DynamoDBLocal.jar');
    parent.kill(signal);
    await once(parent, 'exit');
    // A zombie has no command line any more.
    await until(() => !existsSync(`/proc/${java}/cmdline`) || readFileSync(`/proc/${java}/cmdline`, 'utf8') === '');
  });
});

describe('an engine whose stack was killed', () => {
  const pidOf = (child: ChildProcess) => child.pid as number;

  /** Looks like the engine in the list of processes, and lives for a minute. */
  const engine = () => spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', 'DynamoDBLocal.jar'], { stdio: 'ignore' });

  async function noteOf(owner: number, pid: number): Promise<string> {
    const directory = temporaryFolder('leftover');
    mkdirSync(join(directory, '.oncehook'));
    writeFileSync(join(directory, '.oncehook', 'engine.json'), JSON.stringify({ engine: pid, owner }));
    return directory;
  }

  async function deadPid(): Promise<number> {
    const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
    await once(child, 'exit');
    return pidOf(child);
  }

  it('is ended by the next start', async () => {
    const left = engine();
    const ended = once(left, 'exit');
    expect(endLeftoverEngine(await noteOf(await deadPid(), pidOf(left)))).toBe(true);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('is left alone while its stack lives, or where the number is another program by now', async () => {
    const [living, other] = [engine(), spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' })];
    expect(endLeftoverEngine(await noteOf(process.pid, pidOf(living)))).toBe(false);
    expect(endLeftoverEngine(await noteOf(await deadPid(), pidOf(other)))).toBe(false);
    expect(endLeftoverEngine('/nowhere')).toBe(false);
    for (const child of [living, other]) {
      expect(child.exitCode ?? child.signalCode).toBeNull();
      child.kill();
    }
  });
});
