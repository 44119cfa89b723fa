/** Finds the stack a verb works on, and opens what the verb asks for; this is all that differs between a laptop and AWS. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperatorSecrets } from '../lambdas/aws/operator-secrets.ts';
import type { OperatorStore } from '../lambdas/aws/operator-store.ts';
import type { QueueDepths } from '../lambdas/aws/queue-depth.ts';
import type { UnsignedRequest } from '../lambdas/aws/signed-http.ts';
import type { TableReader } from '../lambdas/aws/table-reader.ts';
import type { Indexes } from '../lambdas/core/ports.ts';
import { networkCode } from './network-code.ts';
import { OperatorError, wrongUse } from './operator-error.ts';
import { readAgain } from './read-again.ts';
import { readDescription, type StackDescription } from './stack-description.ts';

export type Connection = StackDescription & {
  /** Each opens its client when it is first asked, so that a verb loads only the SDK parts it uses. */
  tableReader(): Promise<TableReader>;
  queueDepths(): Promise<QueueDepths>;
  secrets(): Promise<OperatorSecrets>;
  store(): Promise<OperatorStore>;
  indexes(): Promise<Indexes>;
  /** The headers of a request to the stack's own API, signed as of this time. Throws an `OperatorError` where there are no credentials. */
  signed(request: UnsignedRequest, nowMillis: number): Promise<Record<string, string>>;
};

export type Target = {
  /** The address of a running local stack, as given with `--url`. */
  readonly url?: string | undefined;
  /** The name of a deployed stack, as given with `--stack`; its Region and credentials are the AWS SDK's usual ones. */
  readonly stack?: string | undefined;
  /** Where `.oncehook/local.json` is looked for. */
  readonly directory: string;
  /** Tried last; where `npm start` serves unless it is told otherwise, if this is left out. */
  readonly fallbackUrl?: string;
};

const DEFAULT_URL = 'http://127.0.0.1:3000';
const OUTPUTS_PATH = '/__oncehook/outputs';
/** The stack answers from memory; a longer silence means that something else has the port. */
const ANSWER_MILLIS = 5_000;

/** Throws an `OperatorError` that says where it looked. */
export async function connect(target: Target): Promise<Connection> {
  if (target.stack !== undefined) return openConnection(await describeDeployed(target.stack, target.url));
  if (target.url !== undefined) return openConnection(await fetchDescription(baseOf(target.url)));
  const fallback = target.fallbackUrl ?? DEFAULT_URL;
  const noted = await notedUrl(target.directory);
  const places = noted === undefined || noted === fallback ? [fallback] : [noted, fallback];
  for (const [index, place] of places.entries()) {
    try {
      return openConnection(await fetchDescription(place));
    } catch (error) {
      if (!(error instanceof OperatorError && error.code === 'NO_ANSWER')) throw error;
      if (index === places.length - 1) throw noStack(places, error);
    }
  }
  throw noStack(places, undefined);
}

/** Opens the clients of a described stack. */
export function openConnection(stack: StackDescription): Connection {
  const who = { region: stack.region, ...(stack.credentials === undefined ? {} : { credentials: stack.credentials }) };
  const access = (service: 'dynamodb' | 'sqs' | 'secretsmanager') => ({
    ...who,
    ...(stack.endpoints === undefined ? {} : { endpoint: stack.endpoints[service] }),
  });
  return {
    ...stack,
    tableReader: once(async () => (await import('../lambdas/aws/table-reader.ts')).openTableReader(access('dynamodb'))),
    queueDepths: once(async () => (await import('../lambdas/aws/queue-depth.ts')).openQueueDepths(access('sqs'))),
    secrets: once(async () => (await import('../lambdas/aws/operator-secrets.ts')).openSecrets(access('secretsmanager'))),
    store: once(async () => (await import('../lambdas/aws/operator-store.ts')).openOperatorStore(access('dynamodb'))),
    indexes: once(async () => (await import('../lambdas/aws/operator-indexes.ts')).openOperatorIndexes(access('dynamodb'))),
    signed: async (request, nowMillis) => {
      const { signedHeaders } = await import('../lambdas/aws/signed-http.ts');
      try {
        return await signedHeaders(who, request, new Date(nowMillis));
      } catch (cause) {
        const detail = cause instanceof Error ? cause.message : String(cause);
        throw new OperatorError('NOT_SIGNED', `The request could not be signed (${detail}). Check AWS_PROFILE, or log in again.`, {
          cause,
        });
      }
    },
  };
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}

async function fetchDescription(base: string): Promise<StackDescription> {
  const address = `${base}${OUTPUTS_PATH}`;
  let status: number;
  let text: string;
  try {
    const response = await fetch(address, { redirect: 'manual', signal: AbortSignal.timeout(ANSWER_MILLIS) });
    status = response.status;
    text = await response.text();
  } catch (cause) {
    throw new OperatorError(
      'NO_ANSWER',
      `Nothing answers at ${base} (${networkCode(cause)}). Start the local stack with \`npm start\`, or give its address with --url.`,
      { cause },
    );
  }
  if (status !== 200) throw notOurs(base, `it answers ${OUTPUTS_PATH} with HTTP ${status}`);
  try {
    return readDescription(JSON.parse(text), base);
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    throw notOurs(base, `its answer to ${OUTPUTS_PATH} is not JSON`, cause);
  }
}

async function describeDeployed(name: string, url: string | undefined): Promise<StackDescription> {
  if (url !== undefined) throw wrongUse('TWO_STACKS', '--url is for a local stack and --stack for a deployed one; give one of them.');
  const { readStackOutputs } = await import('../lambdas/aws/stack-outputs.ts');
  const described = await readAgain(() => readStackOutputs(name));
  if (described !== undefined) return readDescription(described, `the CloudFormation stack ${name}`);
  throw new OperatorError(
    'NO_DEPLOYED_STACK',
    `There is no CloudFormation stack ${JSON.stringify(name)} in this account and Region. Check AWS_PROFILE and AWS_REGION; \`npx cdk list\` prints the names.`,
  );
}

/** The address that `npm start` left in the directory, undefined where it left none that can be read. */
async function notedUrl(directory: string): Promise<string | undefined> {
  try {
    const { url } = JSON.parse(await readFile(join(directory, '.oncehook', 'local.json'), 'utf8')) as { url?: unknown };
    return typeof url === 'string' ? baseOf(url) : undefined;
  } catch {
    return undefined;
  }
}

function baseOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain =
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '';
  if (plain) return url.origin;
  throw wrongUse(
    'BAD_URL',
    `--url takes the address of a running local stack and nothing after its port, for example ${DEFAULT_URL}; received ${JSON.stringify(text)}.`,
  );
}

function noStack(places: readonly string[], cause: unknown): OperatorError {
  return new OperatorError(
    'NO_STACK',
    `No running local stack was found: nothing answers at ${places.join(' or ')}. Start one with \`npm start\` in another terminal, or give the address of a running one with --url.`,
    { cause },
  );
}

function notOurs(base: string, what: string, cause?: unknown): OperatorError {
  return new OperatorError(
    'NOT_ONCEHOOK',
    `What runs at ${base} is not a local oncehook stack: ${what}. Give the address that \`npm start\` printed with --url.`,
    { cause },
  );
}
