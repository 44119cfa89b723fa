/** Writes a new consumer and its test from templates; refuses what could not be deployed and never overwrites. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PUBLISHED, QUARANTINE } from '../lambdas/core/routes.ts';
import { OperatorError, wrongUse } from './operator-error.ts';
import { consumerTemplate } from './templates/consumer.ts';
import { consumerTestTemplate } from './templates/consumer-test.ts';

export type NewConsumer = {
  /** The project's directory. */
  readonly directory: string;
  readonly name: string;
  /** `provider:type`. */
  readonly type: string;
};

/** The house has no files of these names, as they say nothing; and quarantine is no consumer. */
const NAMES_TAKEN = [QUARANTINE, 'index', 'util', 'utils', 'helper', 'helpers', 'common', 'shared', 'misc', 'types'];

/** Answers with the paths that were written. */
export async function writeConsumer(wanted: NewConsumer): Promise<readonly string[]> {
  checkName(wanted.name);
  checkDirectory(wanted.directory);
  const { provider, type } = splitType(wanted);
  const facts = { name: wanted.name, table: `${pascalCase(wanted.name)}State`, provider, type };
  const files = [
    { path: `lambdas/consumers/${wanted.name}.ts`, text: consumerTemplate(facts) },
    { path: `test/consumers/${wanted.name}.test.ts`, text: consumerTestTemplate(facts) },
  ];
  const there = files.find(({ path }) => existsSync(join(wanted.directory, path)));
  if (there !== undefined) {
    throw new OperatorError(
      'FILE_EXISTS',
      `${there.path} is there already and is not overwritten; choose another name, or remove the file first.`,
    );
  }
  for (const { path, text } of files) {
    await mkdir(dirname(join(wanted.directory, path)), { recursive: true });
    await writeFile(join(wanted.directory, path), text, { flag: 'wx' });
  }
  return files.map(({ path }) => path);
}

function checkName(name: string): void {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name) || name.length > 40) {
    throw wrongUse(
      'BAD_NAME',
      `A consumer's name is 1 to 40 lower-case letters and digits, with single hyphens between them, and starts with a letter, for example loyalty-points; received ${JSON.stringify(name)}.`,
    );
  }
  if (NAMES_TAKEN.includes(name)) {
    throw wrongUse(
      'NAME_TAKEN',
      `The name ${JSON.stringify(name)} is not allowed for a consumer; name it after its effect, for example loyalty-points.`,
    );
  }
}

function checkDirectory(directory: string): void {
  if (existsSync(join(directory, 'lambdas', 'consumers')) && existsSync(join(directory, 'lambdas', 'core', 'contracts.ts'))) return;
  throw new OperatorError(
    'NO_PROJECT',
    `There is no folder lambdas/consumers in ${directory}; run this in the directory of the project, where package.json is.`,
  );
}

/** The part before the first colon is the provider; types of some providers have colons of their own. */
function splitType({ directory, type }: NewConsumer): { provider: string; type: string } {
  const match = /^([a-z][a-z0-9-]{0,39}):([A-Za-z0-9_.:*-]{1,64})$/.exec(type);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw wrongUse(
      'BAD_TYPE',
      `--type takes a provider and one of its event types, for example stripe:charge.refunded; received ${JSON.stringify(type)}.`,
    );
  }
  const providers = readdirSync(join(directory, 'lambdas', 'providers')).filter((file) => file.endsWith('.ts'));
  const known = [...providers.map((file) => file.slice(0, -3)).sort(), PUBLISHED];
  if (known.includes(match[1])) return { provider: match[1], type: match[2] };
  throw wrongUse(
    'UNKNOWN_PROVIDER',
    `There is no provider ${JSON.stringify(match[1])}; there are: ${known.join(', ')} (${PUBLISHED} for what other consumers publish).`,
  );
}

function pascalCase(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
