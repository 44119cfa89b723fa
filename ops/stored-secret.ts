/** A secret in Secrets Manager: read, and written anew when an operator sets one. */
import { errorCode } from '../lambdas/core/errors.ts';
import type { ActiveSecret } from '../lambdas/core/provider.ts';
import { readEntries } from '../lambdas/pipeline/secret-cache.ts';
import type { Connection } from './connection.ts';
import { OperatorError } from './operator-error.ts';
import { readAgain } from './read-again.ts';
import { entriesWith, type NewSecret, secretText } from './secret-entries.ts';
import type { SecretOwner } from './secret-owner.ts';

export type StoredSecret =
  /** No entries where no secret was ever set. */
  | { readonly kind: 'entries'; readonly entries: readonly ActiveSecret[] }
  /** Something else is stored; `detail` is a whole sentence that quotes nothing of it. */
  | { readonly kind: 'malformed'; readonly detail: string };

export async function readStored(connection: Connection, { secretId }: SecretOwner): Promise<StoredSecret> {
  const secrets = await connection.secrets();
  const read = await readAgain(async (): Promise<StoredSecret | { readonly text: string | undefined }> => {
    try {
      return { text: await secrets.current(secretId) };
    } catch (error) {
      const code = errorCode(error);
      // A secret has no value until one is put into it.
      if (code === 'ResourceNotFoundException') return { text: undefined };
      if (code === 'SECRET_NOT_TEXT') return { kind: 'malformed', detail: messageOf(error) };
      throw error;
    }
  });
  if ('kind' in read) return read;
  try {
    return { kind: 'entries', entries: read.text === undefined ? [] : readEntries(read.text) };
  } catch (error) {
    if (errorCode(error) === 'SECRET_MALFORMED') return { kind: 'malformed', detail: messageOf(error) };
    throw error;
  }
}

export type SetRequest = NewSecret & { readonly replaceMalformed: boolean };

/** What counts from now on, the new secret first. */
export async function setSecret(connection: Connection, owner: SecretOwner, request: SetRequest): Promise<readonly ActiveSecret[]> {
  const stored = await readStored(connection, owner);
  if (stored.kind === 'malformed' && !request.replaceMalformed) {
    throw new OperatorError(
      'MALFORMED_SECRET',
      `What is stored as ${owner.secret} would be lost. ${stored.detail} If nothing in it is needed, add --replace-malformed.`,
    );
  }
  const before = stored.kind === 'entries' ? stored.entries : [];
  const after = entriesWith(before, request);
  const text = secretText(after);
  // Set again as it is: another version would say nothing new.
  if (text !== secretText(before)) await write(connection, owner, text);
  return after;
}

async function write(connection: Connection, { secret, secretId }: SecretOwner, text: string): Promise<void> {
  const secrets = await connection.secrets();
  try {
    await secrets.put(secretId, text);
  } catch (error) {
    // Neither the message nor the cause is passed on: the service quotes what it does not take.
    throw new OperatorError('SECRET_NOT_SET', `Secrets Manager did not confirm ${secret}: ${errorCode(error)}. ${adviceOn(error)}`);
  }
}

function adviceOn(error: unknown): string {
  const code = errorCode(error);
  if (code === 'ResourceNotFoundException') return 'The stack names a secret that is not there: deploy it again.';
  if (code === 'AccessDeniedException') return 'These credentials need secretsmanager:PutSecretValue on it.';
  return 'It may have been stored all the same: look with `oncehook secret list`, then set it again.';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
