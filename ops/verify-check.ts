/** Makes one check of what `oncehook verify` is given: files read, and put together as ingest would see them. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ActiveSecret, Provider, VerifyOptions } from '../lambdas/core/provider.ts';
import { readEntries } from '../lambdas/pipeline/secret-cache.ts';
import { webhookRequest } from '../lambdas/pipeline/webhook-request.ts';
import { wrongUse } from './operator-error.ts';
import { isInForce } from './secret-entries.ts';
import { type CapturedEvent, eventOf, headersOf, keysOf, secretTexts } from './verify-input.ts';
import type { Check } from './verify-request.ts';

/** As typed; file names are relative to `directory`. */
export type VerifyInput = {
  readonly directory: string;
  readonly secretFile?: string | undefined;
  readonly headers?: string | undefined;
  readonly body?: string | undefined;
  readonly event?: string | undefined;
  readonly url?: string | undefined;
  readonly keys?: string | undefined;
  readonly toleranceSeconds?: number | undefined;
  readonly nowSeconds: number;
  /** Read where the secret file is `-`. */
  readonly readInput: () => Promise<string>;
};

export type RequestCheck = {
  readonly check: Check;
  readonly expired: readonly ActiveSecret[];
  readonly arrivedSeconds: number | undefined;
};

/** Throws wrong use for what cannot be meant, and `RefusedRequest` for what ingest refuses unread. */
export async function readCheck(provider: Provider, input: VerifyInput): Promise<RequestCheck> {
  const { event, url, arrivedSeconds } = await readRequest(input);
  const { active, expired } = await readSecrets(input);
  const options: VerifyOptions = {
    nowSeconds: input.nowSeconds,
    toleranceSeconds: input.toleranceSeconds ?? provider.toleranceSeconds,
    url: input.url ?? url,
    keyOf: await keyLookup(input),
  };
  return { check: { provider, request: webhookRequest(event), secrets: active, options }, expired, arrivedSeconds };
}

async function readRequest(input: VerifyInput): Promise<CapturedEvent> {
  const { event, headers, body, url } = input;
  const hasOne = (event !== undefined) !== (body !== undefined) && (event === undefined || headers === undefined);
  if (!hasOne) throw wrongUse('NO_REQUEST', 'Give the request as --headers FILE and --body FILE, or as --event FILE.');
  if (url !== undefined && !/^https?:\/\/[^/]/.test(url)) {
    throw wrongUse(
      'BAD_URL',
      `--url takes the whole URL as the provider was given it, beginning with https://; received ${JSON.stringify(url)}.`,
    );
  }
  if (event !== undefined) return eventOf(await readText(input, '--event', event), event);
  const bytes = await readNamedFile(input.directory, '--body', body ?? '');
  const lines = headers === undefined ? {} : headersOf(await readText(input, '--headers', headers), headers);
  const [, rawQueryString = ''] = /\?([^#]*)/.exec(url ?? '') ?? [];
  return {
    event: { headers: lines, body: bytes.toString('base64'), isBase64Encoded: true, rawQueryString },
    url: undefined,
    arrivedSeconds: undefined,
  };
}

async function readSecrets(
  input: VerifyInput,
): Promise<{ readonly active: readonly ActiveSecret[]; readonly expired: readonly ActiveSecret[] }> {
  if (input.secretFile === undefined) {
    throw wrongUse(
      'NO_SECRET',
      'Give the secret as --secret-file FILE, or - for standard input; on the command line it would stay in the history.',
    );
  }
  const text = input.secretFile === '-' ? await input.readInput() : await readText(input, '--secret-file', input.secretFile);
  if (/^\s*\{\s*"active"/.test(text)) return await storedSecrets(text, input.nowSeconds * 1000);
  const active = secretTexts(text).map((secret, index) => ({ id: `secret-${index + 1}`, secret }));
  if (active.length === 0) throw wrongUse('NO_SECRET', '--secret-file holds no secret: one stands on each line.');
  return { active, expired: [] };
}

/** The text that is stored for a source, as Secrets Manager gives it. */
async function storedSecrets(text: string, nowMillis: number): Promise<Awaited<ReturnType<typeof readSecrets>>> {
  try {
    const entries = readEntries(text);
    return {
      active: entries.filter((entry) => isInForce(entry, nowMillis)),
      expired: entries.filter((entry) => !isInForce(entry, nowMillis)),
    };
  } catch (error) {
    throw wrongUse('MALFORMED_SECRET', `--secret-file: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Nothing is fetched here: what a provider would be asked for is given, or named so that it can be. */
async function keyLookup(input: VerifyInput): Promise<NonNullable<VerifyOptions['keyOf']>> {
  const keys = input.keys === undefined ? undefined : keysOf(await readText(input, '--keys', input.keys), input.keys);
  return async (reference) => {
    if (keys !== undefined) return Object.hasOwn(keys, reference) ? keys[reference] : undefined;
    const example = JSON.stringify({ [reference]: '-----BEGIN …' });
    throw wrongUse(
      'NO_KEYS',
      `The request is signed with the key ${JSON.stringify(reference)}, and this command fetches nothing. Get it from the provider and give it as --keys FILE, which holds ${example}.`,
    );
  };
}

async function readText(input: VerifyInput, option: string, file: string): Promise<string> {
  return (await readNamedFile(input.directory, option, file)).toString('utf8');
}

/** Throws wrong use that names the option. */
export async function readNamedFile(directory: string, option: string, file: string): Promise<Buffer> {
  try {
    return await readFile(resolve(directory, file));
  } catch (cause) {
    const { code } = cause as { readonly code?: unknown };
    // Somebody may have put the secret itself there.
    const named = option === '--secret-file' ? 'a file' : JSON.stringify(file);
    throw wrongUse('NO_FILE', `${option} names ${named}, which cannot be read: ${code}.`);
  }
}
