/** `oncehook secret list`: which entries count and until when, on a local stack and on a deployed one; never a secret. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { failure } from '../pipeline/dynamo-answers.ts';
import { type FakeStack, startFakeStack } from './fake-stack.ts';
import { runCommand } from './run-command.ts';
import { withInput } from './typed-input.ts';

const secretsManager = mockClient(SecretsManagerClient);
const formation = mockClient(CloudFormationClient);
const region = process.env['AWS_REGION'];
const SECRET = 'whsec_never_shown_0123456789';
let stack: FakeStack;

const stored = (active: readonly object[]) => ({ SecretString: JSON.stringify({ active }) });

beforeAll(() => {
  process.env['AWS_REGION'] = 'eu-west-1';
});

afterAll(() => {
  if (region === undefined) delete process.env['AWS_REGION'];
  else process.env['AWS_REGION'] = region;
});

beforeEach(async () => {
  secretsManager.reset();
  formation.reset();
  stack = await startFakeStack();
});

afterEach(() => stack.close());

async function list(...argv: string[]) {
  const ran = await runCommand(['secret', 'list', ...argv]);
  expect(ran.out + ran.err).not.toContain(SECRET);
  return ran;
}

const ENTRIES = [
  { id: 'new', secret: SECRET },
  { id: 'old', secret: SECRET, notAfter: '2099-01-01T00:00:00Z' },
  { id: 'older', secret: SECRET, notAfter: '2020-01-01T00:00:00Z' },
];

describe('oncehook secret list', () => {
  beforeEach(() => {
    secretsManager.on(GetSecretValueCommand, { SecretId: 'secret/stripe' }).resolves(stored(ENTRIES));
    secretsManager.on(GetSecretValueCommand, { SecretId: 'secret/polar' }).rejects(failure('ResourceNotFoundException'));
  });

  it('shows the entries of each source with their ends and states', async () => {
    const { code, out } = await list('--url', stack.url);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'source  id     active until          state',
      'polar   -      -                     none',
      'stripe  new    no end                active',
      'stripe  old    2099-01-01T00:00:00Z  active',
      'stripe  older  2020-01-01T00:00:00Z  expired',
      '',
    ]);
  });

  it('shows one source, as a document for programs', async () => {
    const { out } = await list('stripe', '--json', '--url', stack.url);
    expect(JSON.parse(out)).toEqual([
      { source: 'stripe', id: 'new', state: 'active' },
      { source: 'stripe', id: 'old', notAfter: '2099-01-01T00:00:00Z', state: 'active' },
      { source: 'stripe', id: 'older', notAfter: '2020-01-01T00:00:00Z', state: 'expired' },
    ]);
  });

  it.each([
    ['another text', { SecretString: SECRET }, 'it is not JSON'],
    ['binary data', { SecretBinary: Buffer.from(SECRET) }, 'holds binary data'],
    ['more entries than are read', stored(Array.from({ length: 9 }, (_, id) => ({ id: `${id}`, secret: SECRET }))), 'has 9 entries'],
  ])('says of %s what is wrong with it, and shows the others', async (_, answer, says) => {
    secretsManager.on(GetSecretValueCommand, { SecretId: 'secret/stripe' }).resolves(answer);
    const { code, out } = await list('--url', stack.url);
    expect(code).toBe(0);
    expect(out).toMatch(/^stripe +- +- +malformed$/m);
    expect(out).toMatch(/^polar +- +- +none$/m);
    expect(out).toMatch(new RegExp(`^stripe: .*${says}`, 'm'));
  });

  it('fails where Secrets Manager does not let it read', async () => {
    const denied = Object.assign(new Error('not yours'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } });
    secretsManager.on(GetSecretValueCommand, { SecretId: 'secret/stripe' }).rejects(denied);
    const { code, err } = await list('--url', stack.url);
    expect(code).toBe(1);
    expect(err).toContain('AccessDeniedException: not yours');
  });

  it('says so where the stack has no sources', async () => {
    await stack.close();
    stack = await startFakeStack({
      describe: (description) => {
        const outputs = { ...(description as { outputs: object }).outputs, SourceStripe: undefined, SourcePolar: undefined };
        return { ...description, outputs };
      },
    });
    expect((await list('--url', stack.url)).out).toContain('The stack has no sources');
  });
});

describe('with --stack', () => {
  it('a secret is set in the secret that CloudFormation names, and listed from there', async () => {
    const source = { source: 'stripe', provider: 'stripe', url: 'https://api/webhooks/stripe', secretId: 'arn:aws:secretsmanager:one' };
    const outputs = { EventsTable: 'E', OutboxTable: 'O', InboxTable: 'I', SettlementTable: 'S', SourceStripe: JSON.stringify(source) };
    const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
    formation.on(DescribeStacksCommand, { StackName: 'oncehook' }).resolves({ Stacks: [{ Outputs }] } as never);
    secretsManager.on(GetSecretValueCommand, { SecretId: source.secretId }).resolves(stored([{ id: 'old', secret: 'whsec_old_secret' }]));
    secretsManager.on(PutSecretValueCommand).resolves({});

    const argv = ['secret', 'set', 'stripe', '--id', 'new', '--keep-old', '1h', '--stack', 'oncehook'];
    const { code } = await withInput(SECRET, () => runCommand(argv));
    expect(code).toBe(0);
    const [put] = secretsManager.commandCalls(PutSecretValueCommand).map(({ args: [{ input }] }) => input);
    expect(put?.SecretId).toBe(source.secretId);
    expect(JSON.parse(put?.SecretString ?? '')).toEqual({
      active: [
        { id: 'new', secret: SECRET },
        { id: 'old', secret: 'whsec_old_secret', notAfter: expect.any(String) },
      ],
    });
    expect((await list('stripe', '--stack', 'oncehook')).out).toMatch(/^stripe +old +no end +active$/m);
  });
});
