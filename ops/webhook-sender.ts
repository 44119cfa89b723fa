/** Sends events to a source as its provider would: signed by the provider's own `sign` with the source's secret, through the front door. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { errorCode } from '../lambdas/core/errors.ts';
import type { Telemetry } from '../lambdas/core/ports.ts';
import type { Provider } from '../lambdas/core/provider.ts';
import { createSecretCache } from '../lambdas/pipeline/secret-cache.ts';
import type { Connection } from './connection.ts';
import type { Made } from './fixtures/fixture.ts';
import { providerOf } from './load-provider.ts';
import { networkCode } from './network-code.ts';
import { OperatorError } from './operator-error.ts';
import type { SourceOutput } from './stack-description.ts';

export type Delivery = {
  /** The HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  /** Why no answer came. */
  readonly failure: string | undefined;
  readonly sentAtMillis: number;
  readonly millis: number;
};

export type WebhookSender = {
  /** Signs these bytes for this moment and posts them. Never throws for what the network or the stack does. */
  post(made: Made): Promise<Delivery>;
};

/** API Gateway answers within 30 seconds or not at all (HTTP API quotas). */
const ANSWER_MILLIS = 30_000;

export async function createWebhookSender(connection: Connection, source: SourceOutput): Promise<WebhookSender> {
  const { default: provider } = await providerOf(source);
  const sign = signerOf(provider, source);
  const secret = await firstActiveSecret(connection, source);
  checkSecret(sign, secret, source);
  return {
    post: async ({ id, body, headers: own }) => {
      const sentAtMillis = systemClock.nowMillis();
      const signed = sign({ body, secret, nowSeconds: Math.floor(sentAtMillis / 1000), id, url: source.signedUrl ?? source.url });
      const headers = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'oncehook', ...own, ...signed.headers };
      const startedMillis = performance.now();
      const answer = await fetchStatus(source.url, headers, signed.body);
      return { ...answer, sentAtMillis, millis: performance.now() - startedMillis };
    },
  };
}

type Sign = NonNullable<Provider['sign']>;

function signerOf(provider: Provider, { source }: SourceOutput): Sign {
  if (provider.sign !== undefined) return provider.sign;
  throw new OperatorError(
    'NOT_SIGNABLE',
    `Nobody but ${provider.name} can sign for the source ${source}: it signs with a private key of its own. Use the test tool in its dashboard.`,
  );
}

async function fetchStatus(url: string, headers: Record<string, string>, body: Uint8Array): Promise<Pick<Delivery, 'status' | 'failure'>> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(ANSWER_MILLIS) });
    await response.arrayBuffer();
    return { status: response.status, failure: undefined };
  } catch (error) {
    return { status: undefined, failure: networkCode(error) };
  }
}

async function firstActiveSecret(connection: Connection, source: SourceOutput): Promise<string> {
  const cache = createSecretCache(source.secretId, { secrets: await connection.secrets(), clock: systemClock, telemetry: SILENT });
  try {
    const [first] = await cache.active();
    if (first !== undefined) return first.secret;
  } catch (cause) {
    if (errorCode(cause) !== 'NO_ACTIVE_SECRET') {
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new OperatorError(
        'SECRET_UNREADABLE',
        `The secret of the source ${source.source} (${source.secretId}) could not be read: ${detail}`,
        { cause },
      );
    }
  }
  throw new OperatorError(
    'NO_ACTIVE_SECRET',
    `The secret of the source ${source.source} (${source.secretId}) has no active entry, so nothing can be signed. ` +
      `Set the one that the provider shows: npx oncehook secret set ${source.source}.`,
  );
}

/** A provider refuses to sign with what cannot be one of its secrets; its message never holds the secret. */
function checkSecret(sign: Sign, secret: string, source: SourceOutput): void {
  try {
    sign({ body: Buffer.from('{}'), secret, nowSeconds: 0, id: 'check', url: source.url });
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new OperatorError('BAD_SECRET', `The secret of the source ${source.source} (${source.secretId}) cannot sign: ${detail}`, {
      cause,
    });
  }
}

const SILENT: Telemetry = { count: () => undefined, log: () => undefined, flush: () => undefined };
