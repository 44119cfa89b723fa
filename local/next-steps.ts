/** What a person can do with a local stack that is ready: where to post, with which secret, and how to look. */
import type { Connection } from '../ops/connection.ts';
import { fixtureOf } from '../ops/fixtures/fixture-of.ts';
import type { SourceOutput } from '../ops/stack-description.ts';
import type { Environment } from './environment.ts';
import { secretVariable } from './local-secrets.ts';

/** `logs` is the folder of the functions' logs, as it is to be shown. */
export async function nextSteps(connection: Connection, logs: string, environment: Environment): Promise<readonly string[]> {
  const sends = await Promise.all(connection.sources.map(sendLine));
  return [
    'Serving until Ctrl-C.',
    ...connection.sources.flatMap((source) => sourceLines(source, connection, environment)),
    'Try, in another terminal:',
    ...sends.flat(),
    '  npx oncehook status',
    '  npx oncehook events',
    `Logs of the functions: ${logs}`,
  ];
}

function sourceLines({ source, url, secretId }: SourceOutput, connection: Connection, environment: Environment): string[] {
  const variable = secretVariable(source);
  const where = `Webhooks of ${source}: ${url}`;
  if (environment[variable] !== undefined) return [`${where}, signed with ${variable}`];
  const headers = "-H 'content-type: application/x-amz-json-1.1' -H 'x-amz-target: secretsmanager.GetSecretValue'";
  return [
    `${where}, signed with a secret made for this run (or ${variable}, if you set it before the start); to see it:`,
    `  curl -s ${connection.endpoints?.secretsmanager} ${headers} -d '{"SecretId":"${secretId}"}'`,
  ];
}

async function sendLine({ source, provider }: SourceOutput): Promise<string[]> {
  const type = (await fixtureOf(provider))?.types[0];
  return type === undefined ? [] : [`  npx oncehook send ${source} ${type} --times 3`];
}
