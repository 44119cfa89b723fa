/** `oncehook secret`: sets the secret of a source, or an API key, without losing a request, and lists what counts. It never shows a secret. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ActiveSecret } from '../../lambdas/core/provider.ts';
import { durationSeconds } from '../duration.ts';
import { wrongUse } from '../operator-error.ts';
import { ENTRY_ID } from '../secret-entries.ts';
import type { SecretOwner } from '../secret-owner.ts';
import { type StackOptions, type VerbContext, withStack } from './verb.ts';

type SetOptions = StackOptions & { readonly keepOld: number; readonly id?: string; readonly replaceMalformed?: boolean };
type ListOptions = StackOptions & { readonly json?: boolean };

const KEEP_OLD = '72h';

export function addSecretVerb(program: Command, context: VerbContext): void {
  const secret = program.command('secret').description('set or list the secrets of the sources and the API keys; no secret is ever shown');
  withStack(
    secret
      .command('set')
      .description('make a secret count for a source: from standard input, or asked for; the old ones go on counting for a while')
      .argument('<source>', 'a source of the stack, for example stripe; payments/stripe for the API key that payments are charged with')
      .addOption(
        new Option('--keep-old <duration>', 'how long the old secrets go on counting: 90s, 30m, 72h, 3d, or 0 to drop them at once')
          .argParser(durationOption)
          .default(durationOption(KEEP_OLD), KEEP_OLD),
      )
      .option('--id <name>', 'what the entry is called in metrics and lists; without it the time', idOption)
      .option('--replace-malformed', 'also where something else is stored, which is lost then'),
  )
    .addHelpText('after', '\nA secret is never an argument, as those stand in the history and in the list of processes.')
    // Commander would repeat what it does not know, which may be a secret.
    .allowExcessArguments()
    .allowUnknownOption()
    .action((source: string, options: SetOptions, { args }: Command) => set(context, args.length === 1 ? source : undefined, options));

  withStack(
    secret
      .command('list')
      .description('list the entries of the secrets: their names and until when they count')
      .argument('[source]', 'only this source')
      .option('--json', 'one JSON document'),
  ).action((source: string | undefined, options: ListOptions) => list(context, source, options));
}

async function set(
  context: VerbContext,
  name: string | undefined,
  { keepOld, id, replaceMalformed, url, stack }: SetOptions,
): Promise<void> {
  const { systemClock } = await import('../../lambdas/aws/system-clock.ts');
  const { connect } = await import('../connection.ts');
  const { readSecret } = await import('../secret-input.ts');
  const { setLines } = await import('../secret-text.ts');
  const { secretCheck } = await import('../secret-check.ts');
  const { findSecretOwner } = await import('../secret-owner.ts');
  const { setSecret } = await import('../stored-secret.ts');
  const { print } = await import('../terminal.ts');
  if (name === undefined) {
    throw wrongUse(
      'ARGUMENT',
      '`secret set` takes one source and nothing else but its own options; what was given is not repeated here, as a secret may be in it. ' +
        'A secret is never an argument: pipe it in, or type it when asked.',
    );
  }
  const connection = await connect({ url, stack, directory: context.directory });
  const owner = findSecretOwner(connection, name);
  const { title, check } = await secretCheck(owner);
  const secret = await readSecret(process.stdin, `${promptOf(owner, title)}, not shown: `);
  check(secret);
  const nowMillis = systemClock.nowMillis();
  const request = { secret, id, keepOldSeconds: keepOld, nowMillis, replaceMalformed: replaceMalformed === true };
  const active: readonly ActiveSecret[] = await setSecret(connection, owner, request);
  for (const line of setLines(owner, title, active)) print(line);
}

async function list(context: VerbContext, name: string | undefined, { json, url, stack }: ListOptions): Promise<void> {
  const { systemClock } = await import('../../lambdas/aws/system-clock.ts');
  const { connect } = await import('../connection.ts');
  const { listedEntries, listLines } = await import('../secret-text.ts');
  const { findSecretOwner, secretOwners } = await import('../secret-owner.ts');
  const { readStored } = await import('../stored-secret.ts');
  const { print } = await import('../terminal.ts');
  const connection = await connect({ url, stack, directory: context.directory });
  const owners = name === undefined ? secretOwners(connection) : [findSecretOwner(connection, name)];
  const listed = [];
  for (const owner of owners) listed.push(...listedEntries(owner.name, await readStored(connection, owner), systemClock.nowMillis()));
  for (const line of json === true ? [JSON.stringify(listed, null, 2)] : listLines(listed)) print(line);
}

function promptOf({ kind, name }: SecretOwner, title: string): string {
  return kind === 'source' ? `Secret of ${name} (${title})` : `API key of ${name} (${title})`;
}

function durationOption(text: string): number {
  const seconds = durationSeconds(text);
  if (seconds !== undefined) return seconds;
  throw new InvalidArgumentError('Allowed are 90s, 30m, 72h, 3d and the like, up to 30d, and 0.');
}

function idOption(text: string): string {
  if (ENTRY_ID.test(text)) return text;
  throw new InvalidArgumentError('Allowed are 1 to 64 letters, digits and ._:-');
}
