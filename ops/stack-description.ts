/** What a stack says about itself: its outputs, and where its engines are when it runs on this machine. */

import type { Mode } from '../lambdas/core/provider.ts';
import { consumerOf as consumerOfAddress } from '../lambdas/core/routes.ts';
import { OperatorError } from './operator-error.ts';

export type SourceOutput = {
  readonly source: string;
  readonly provider: string;
  readonly url: string;
  readonly secretId: string;
  /** The URL that the provider signs, where it is configured as another one than `url`. */
  readonly signedUrl: string | undefined;
  /** The account that every event must name, where one is configured. */
  readonly account: string | undefined;
  /** The mode that every event must be of, where one is configured. */
  readonly mode: Mode | undefined;
};

export type ConsumerOutput = {
  readonly name: string;
  readonly address: string;
  readonly queueUrl: string;
  readonly deadLetterUrl: string;
  /** Physical names by declared names. */
  readonly tables: { readonly [name: string]: string };
};

/** A queue that somebody else reads. */
export type QueueOutput = Pick<ConsumerOutput, 'name' | 'address' | 'queueUrl' | 'deadLetterUrl'> & { readonly queueArn: string };

export type PaymentsOutput = {
  readonly provider: string;
  readonly mode: Mode;
  /** The source whose events tell how payments end. */
  readonly source: string;
  /** The secret with the API key. */
  readonly secretId: string;
  /** To be invoked with `{ "hours": 24 }`. */
  readonly reconcileFunction: string;
  readonly chargeQueueUrl: string;
  readonly chargeDeadLetterUrl: string;
  readonly confirmQueueUrl: string;
  readonly confirmDeadLetterUrl: string;
};

export type PaymentsDescription = {
  /** Where payments are asked for. */
  readonly url: string;
  readonly tables: { readonly payments: string; readonly reconciliation: string };
  readonly providers: readonly PaymentsOutput[];
};

export type Endpoints = { readonly dynamodb: string; readonly sqs: string; readonly secretsmanager: string };
export type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

export type StackDescription = {
  readonly engine: string | undefined;
  readonly region: string;
  readonly tables: { readonly events: string; readonly outbox: string; readonly inbox: string; readonly settlement: string };
  readonly sources: readonly SourceOutput[];
  /** The built-in ones of payments among them. */
  readonly consumers: readonly ConsumerOutput[];
  readonly queues: readonly QueueOutput[];
  /** Undefined where the stack charges nothing. */
  readonly payments: PaymentsDescription | undefined;
  /** Absent for a deployed stack: the AWS SDK finds AWS by itself. */
  readonly endpoints: Endpoints | undefined;
  readonly credentials: Credentials | undefined;
  /** By the id of the secret with its API key: where a provider is called instead of at its own address. Empty for a deployed stack. */
  readonly providerUrls: { readonly [apiKeyId: string]: string };
};

/** Reads `{ engine?, region, outputs, endpoints?, credentials?, providerUrls? }`; `place` is where it came from, for the error. */
export function readDescription(document: unknown, place: string): StackDescription {
  const root = objectOf(document, 'its answer', place);
  const outputs = objectOf(root['outputs'], 'outputs', place);
  const { region } = root;
  if (typeof region !== 'string') throw unreadable('region is missing', place);
  return {
    engine: typeof root['engine'] === 'string' ? root['engine'] : undefined,
    region,
    tables: {
      events: textOf(outputs, ['outputs', 'EventsTable'], place),
      outbox: textOf(outputs, ['outputs', 'OutboxTable'], place),
      inbox: textOf(outputs, ['outputs', 'InboxTable'], place),
      settlement: textOf(outputs, ['outputs', 'SettlementTable'], place),
    },
    sources: named(outputs, 'Source').map(([name, value]) => sourceOf(parsed(value, name, place), name, place)),
    consumers: named(outputs, 'Consumer').map(([name, value]) => consumerOf(parsed(value, name, place), name, place)),
    queues: named(outputs, 'Queue').map(([name, value]) => queueOf(parsed(value, name, place), name, place)),
    payments: outputs['PaymentsUrl'] === undefined ? undefined : paymentsOf(outputs, place),
    endpoints: root['endpoints'] === undefined ? undefined : endpointsOf(root['endpoints'], place),
    credentials: root['credentials'] === undefined ? undefined : credentialsOf(root['credentials'], place),
    providerUrls: root['providerUrls'] === undefined ? {} : textsOf(root['providerUrls'], 'providerUrls', place),
  };
}

/** Whether the address is of a queue that somebody else reads, whatever its epoch. */
export function isOnlyDelivered({ queues }: Pick<StackDescription, 'queues'>, address: string): boolean {
  return queues.some(({ name }) => name === consumerOfAddress(address));
}

type Loose = { readonly [name: string]: unknown };

function named(outputs: Loose, prefix: string): [string, unknown][] {
  const entries = Object.entries(outputs).filter(([name]) => new RegExp(`^${prefix}[A-Z0-9]`).test(name));
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

function sourceOf(value: Loose, name: string, place: string): SourceOutput {
  const text = (part: string) => textOf(value, [name, part], place);
  const optional = (part: string) => (value[part] === undefined ? undefined : text(part));
  return {
    source: text('source'),
    provider: text('provider'),
    url: text('url'),
    secretId: text('secretId'),
    signedUrl: optional('signedUrl'),
    account: optional('account'),
    mode: value['mode'] === undefined ? undefined : modeOf(value, name, place),
  };
}

function consumerOf(value: Loose, name: string, place: string): ConsumerOutput {
  const text = (part: string) => textOf(value, [name, part], place);
  return {
    name: text('name'),
    address: text('address'),
    queueUrl: text('queueUrl'),
    deadLetterUrl: text('deadLetterUrl'),
    tables: textsOf(value['tables'], `${name}.tables`, place),
  };
}

function queueOf(value: Loose, name: string, place: string): QueueOutput {
  const text = (part: string) => textOf(value, [name, part], place);
  return {
    name: text('name'),
    address: text('address'),
    queueUrl: text('queueUrl'),
    queueArn: text('queueArn'),
    deadLetterUrl: text('deadLetterUrl'),
  };
}

function paymentsOf(outputs: Loose, place: string): PaymentsDescription {
  const text = (name: string) => textOf(outputs, ['outputs', name], place);
  const providers = named(outputs, 'Payments').filter(([name]) => name !== 'PaymentsUrl' && name !== 'PaymentsTable');
  return {
    url: text('PaymentsUrl'),
    tables: { payments: text('PaymentsTable'), reconciliation: text('ReconciliationTable') },
    providers: providers.map(([name, value]) => paymentsProviderOf(parsed(value, name, place), name, place)),
  };
}

function modeOf(value: Loose, name: string, place: string): Mode {
  const mode = textOf(value, [name, 'mode'], place);
  if (mode === 'live' || mode === 'test') return mode;
  throw unreadable(`${name}.mode is neither live nor test`, place);
}

function paymentsProviderOf(value: Loose, name: string, place: string): PaymentsOutput {
  const text = (part: string) => textOf(value, [name, part], place);
  return {
    provider: text('provider'),
    mode: modeOf(value, name, place),
    source: text('source'),
    secretId: text('secretId'),
    reconcileFunction: text('reconcileFunction'),
    chargeQueueUrl: text('chargeQueueUrl'),
    chargeDeadLetterUrl: text('chargeDeadLetterUrl'),
    confirmQueueUrl: text('confirmQueueUrl'),
    confirmDeadLetterUrl: text('confirmDeadLetterUrl'),
  };
}

function endpointsOf(value: unknown, place: string): Endpoints {
  const endpoints = objectOf(value, 'endpoints', place);
  const text = (part: string) => textOf(endpoints, ['endpoints', part], place);
  return { dynamodb: text('dynamodb'), sqs: text('sqs'), secretsmanager: text('secretsmanager') };
}

function credentialsOf(value: unknown, place: string): Credentials {
  const credentials = objectOf(value, 'credentials', place);
  const text = (part: string) => textOf(credentials, ['credentials', part], place);
  return { accessKeyId: text('accessKeyId'), secretAccessKey: text('secretAccessKey') };
}

/** The values of `Source…`, `Consumer…` and `Payments…` are JSON text, as a CloudFormation output can only be text. */
function parsed(value: unknown, name: string, place: string): Loose {
  try {
    return objectOf(JSON.parse(String(value)), name, place);
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    throw unreadable(`${name} is not JSON text`, place, cause);
  }
}

function objectOf(value: unknown, what: string, place: string): Loose {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Loose;
  throw unreadable(`${what} is missing or no object`, place);
}

function textsOf(value: unknown, what: string, place: string): { readonly [name: string]: string } {
  const values = objectOf(value, what, place);
  return Object.fromEntries(Object.keys(values).map((name) => [name, textOf(values, [what, name], place)]));
}

function textOf(values: Loose, [parent, name]: readonly [string, string], place: string): string {
  const value = values[name];
  if (typeof value === 'string' && value !== '') return value;
  throw unreadable(`${parent}.${name} is missing`, place);
}

function unreadable(what: string, place: string, cause?: unknown): OperatorError {
  return new OperatorError(
    'BAD_OUTPUTS',
    `The stack at ${place} does not describe itself as this command expects: ${what}. ` +
      'It was probably started or deployed by another release: start or deploy it again from this directory.',
    { cause },
  );
}
