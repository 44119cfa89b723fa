/** A call of a function to a service, and what the network and the service make of it. */
import type { JsonObject, ServiceAnswer } from '../../local/engines/service-engine.ts';

export type Service = 'dynamodb' | 'sqs' | 'secrets' | 'cloudwatch';

export type ServiceCall = { readonly service: Service; readonly operation: string; readonly input: JsonObject };

/** What comes back: an answer of the service, or the network's word for there being none. */
export type ServiceReply = ServiceAnswer | { readonly lost: 'ECONNRESET' | 'TimeoutError' };

export type Perform = (input: JsonObject) => Promise<ServiceAnswer>;

/** How one call will go, drawn before it leaves. */
export type Fate = {
  /** On the way there, and on the way back. */
  readonly outMillis: number;
  readonly backMillis: number;
  /** `late`: the request arrives after the caller has given up, and is still carried out. */
  readonly lost?: 'request' | 'reply' | 'late' | undefined;
  /** @default - the service does what it is asked */
  readonly act?: ((perform: Perform, input: JsonObject) => Promise<ServiceAnswer>) | undefined;
};

/** An error as the AWS JSON protocols have it. */
export function errorAnswer(code: string, status = 400, more: JsonObject = {}): ServiceAnswer {
  return { status, body: { __type: code, message: `${code} (injected)`, ...more } };
}

/** The error's name of an answer; undefined for a success. */
export function codeOf(answer: ServiceAnswer): string | undefined {
  if (answer.status < 300) return undefined;
  return String(answer.body['__type'] ?? 'UnknownError').replace(/^.*#/, '');
}
