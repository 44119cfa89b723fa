/** One configured endpoint of a payment provider: its secret, its function and its route. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Construct } from 'constructs';
import { DICTIONARY_VERSION_WRITTEN } from '../lambdas/core/dictionary.ts';
import { emptySecret } from './empty-secret.ts';
import { HouseFunction } from './house-function.ts';
import { projectRoot } from './project.ts';
import type { LoadedProvider } from './providers.ts';
import { INGEST_TIMEOUT_SECONDS } from './sizing.ts';
import type { Source } from './sources.ts';
import type { Tables } from './tables.ts';
import type { WebhookApi } from './webhook-api.ts';

export type WebhookSourceProps = {
  readonly source: Source;
  readonly api: WebhookApi;
  readonly tables: Tables;
  readonly routesFile: string;
  readonly ephemeral: boolean;
};

export class WebhookSource extends Construct {
  readonly source: Source;
  readonly secretArn: string;
  readonly ingest: HouseFunction;
  readonly url: string;

  constructor(scope: Construct, id: string, props: WebhookSourceProps) {
    super(scope, id);
    const { source, tables } = props;
    const { provider } = source;
    this.url = props.api.urlOf(source.name);
    this.source = source;
    // Until an operator puts it in, every request is answered 503.
    this.secretArn = emptySecret(this, 'Secret', props).ref;
    this.ingest = new HouseFunction(this, 'Ingest', {
      kind: 'ingest',
      name: source.name,
      timeoutSeconds: INGEST_TIMEOUT_SECONDS,
      aliases: ingestAliases(provider, props.routesFile),
      environment: {
        SOURCE: source.name,
        EVENTS_TABLE: tables.events.tableName,
        OUTBOX_TABLE: tables.outbox.tableName,
        SECRET_ID: this.secretArn,
        ...expectations(source),
        ...(provider.signsUrl ? { SIGNED_URL: source.url ?? this.url } : {}),
      },
    });
    this.ingest.allow(['dynamodb:PutItem'], [tables.events.tableArn, tables.outbox.tableArn]);
    this.ingest.allow(['secretsmanager:GetSecretValue'], [this.secretArn]);
    props.api.addSource(source.name, this.ingest.fn);
  }
}

/** Only what is configured: an absent variable means that the provider's own rule holds. */
function expectations(source: Source): { readonly [name: string]: string } {
  const { toleranceSeconds } = source;
  return { ...(toleranceSeconds === undefined ? {} : { TOLERANCE_SECONDS: String(toleranceSeconds) }), ...expectedEvents(source) };
}

/** The same for whoever stores the source's events in another way. */
export function expectedEvents({ mode, account }: Source): { readonly [name: string]: string } {
  return {
    ...(mode === undefined ? {} : { EXPECTED_MODE: mode }),
    ...(account === undefined ? {} : { EXPECTED_ACCOUNT: account }),
  };
}

/** What the entry of ingest imports by another name, and the file behind it for this provider. */
export function ingestAliases(provider: LoadedProvider, routesFile: string): { readonly [specifier: string]: string } {
  return {
    '#provider': provider.file,
    '#network': networkFile(provider),
    '#dictionary': dictionaryFile(provider),
    '#routes': routesFile,
  };
}

/** A function that fetches nothing has no client for it in its bundle. */
function networkFile({ fetchesKeys, fetchesObjects }: LoadedProvider): string {
  return join(projectRoot, 'lambdas', 'entry', fetchesKeys || fetchesObjects ? 'network.ts' : 'no-network.ts');
}

/** A dictionary of a higher version is read by this release already, and written by the one that raises the number. */
export function dictionaryFile({ name }: LoadedProvider): string {
  const file = join(projectRoot, 'lambdas', 'dictionaries', `${name}-${DICTIONARY_VERSION_WRITTEN}.ts`);
  return existsSync(file) ? file : join(projectRoot, 'lambdas', 'entry', 'no-dictionary.ts');
}
