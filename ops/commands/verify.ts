/** `oncehook verify`: is this request authentic, and if not, why? Offline: it needs no stack and asks nobody. */
import { type Command, InvalidArgumentError } from 'commander';
import { secondsOf } from '../verify-input.ts';
import type { Judgement } from '../verify-request.ts';
import type { Explained } from '../verify-text.ts';
import { type VerbContext, wholeNumber } from './verb.ts';

type Options = {
  readonly secretFile?: string;
  readonly headers?: string;
  readonly body?: string;
  readonly event?: string;
  readonly url?: string;
  readonly at?: number;
  readonly tolerance?: number;
  readonly keys?: string;
  readonly json?: boolean;
  readonly vectors?: string;
};

export function addVerifyVerb(program: Command, context: VerbContext): void {
  program
    .command('verify')
    .description('check the signature of one captured request, and find out why it does not fit')
    .argument('[provider]', 'for example stripe')
    .option('--secret-file <file>', 'one secret a line, or the stored {"active":[…]}; - for standard input')
    .option('--headers <file>', 'lines `Name: value`, or a JSON object')
    .option('--body <file>', 'the body, byte for byte')
    .option('--event <file>', 'instead of headers and body: a captured HTTP API event (payload format 2.0)')
    .option('--url <url>', 'the URL as it stands at the provider, where it is signed')
    .option('--at <time>', 'check as of this time: ISO 8601 with a zone, or Unix seconds; without it now', timeOption)
    .option('--tolerance <seconds>', "how old a signature may be; without it the provider's own", wholeNumber(0, 999_999_999))
    .option('--keys <file>', 'public keys that the provider would be asked for: {"<certificate URL or key id>":"<PEM>"}')
    .option('--json', 'one JSON document')
    .option('--vectors <file>', 'instead of one request: signed requests as JSON lines; prints a line for each')
    .addHelpText(
      'after',
      '\nExits with 1 where the request is not valid. No secret and nothing of the body is printed but the names of its events.',
    )
    .action((provider: string | undefined, options: Options) =>
      options.vectors === undefined ? verify(context, provider, options) : verifyVectors(context, provider, options),
    );
}

async function verify(context: VerbContext, name: string | undefined, options: Options): Promise<void> {
  const { print } = await import('../terminal.ts');
  const { verifyJson, verifyLines } = await import('../verify-text.ts');
  const explained = await explain(context, name, options);
  for (const line of options.json === true ? [verifyJson(explained)] : verifyLines(explained)) print(line);
  if (!explained.judgement.valid) context.exitWith(1);
}

async function explain({ directory }: VerbContext, name: string | undefined, options: Options): Promise<Explained> {
  const { systemClock } = await import('../../lambdas/aws/system-clock.ts');
  const { RefusedRequest } = await import('../../lambdas/pipeline/refused-request.ts');
  const { loadProviders } = await import('../load-provider.ts');
  const { readPiped } = await import('../secret-input.ts');
  const { findCauses } = await import('../signature-causes.ts');
  const { readCheck } = await import('../verify-check.ts');
  const { judge } = await import('../verify-request.ts');
  const module = await namedProvider(name);
  const { name: provider, needsFetch } = module.default;
  const explained = (judgement: Judgement, causes: Explained['causes']) => ({ provider, judgement, causes, needsFetch });
  const { at = Math.floor(systemClock.nowMillis() / 1000), tolerance: toleranceSeconds, ...files } = options;
  const input = { ...files, directory, nowSeconds: at, toleranceSeconds, readInput: () => readPiped(process.stdin) };
  try {
    const { check, expired, arrivedSeconds } = await readCheck(module.default, input);
    const judgement = await judge(check);
    if (judgement.valid) return explained(judgement, []);
    const others = (await loadProviders()).filter((other) => other.default.name !== provider);
    return explained(judgement, await findCauses(check, judgement.reason, { module, others, expired, arrivedSeconds }));
  } catch (error) {
    if (error instanceof RefusedRequest) return explained({ valid: false, reason: error.code }, []);
    throw error;
  }
}

async function namedProvider(name: string | undefined) {
  const { loadProvider, providerNames } = await import('../load-provider.ts');
  const { wrongUse } = await import('../operator-error.ts');
  const module = name === undefined ? undefined : await loadProvider(name);
  if (module !== undefined) return module;
  const given = name === undefined ? 'No provider was named' : `There is no provider ${JSON.stringify(name)}`;
  throw wrongUse('UNKNOWN_PROVIDER', `${given}; there are: ${providerNames().join(', ')}.`);
}

async function verifyVectors({ directory }: VerbContext, name: string | undefined, { vectors = '', ...others }: Options): Promise<void> {
  const { wrongUse } = await import('../operator-error.ts');
  const { print } = await import('../terminal.ts');
  const { readNamedFile } = await import('../verify-check.ts');
  const { judgeVector, readVectors } = await import('../verify-vectors.ts');
  if (name !== undefined || Object.keys(others).length > 0) {
    throw wrongUse('ONLY_VECTORS', 'Each line of --vectors says everything that is needed: give no provider and no other option with it.');
  }
  const text = (await readNamedFile(directory, '--vectors', vectors)).toString('utf8');
  for (const vector of readVectors(text, vectors)) print(JSON.stringify(await judgeVector(vector)));
}

function timeOption(text: string): number {
  const seconds = secondsOf(text);
  if (seconds !== undefined) return seconds;
  throw new InvalidArgumentError('Allowed are an ISO 8601 time with a zone, for example 2026-11-24T22:15:00Z, and Unix seconds.');
}
