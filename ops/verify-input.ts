/** Reads what `oncehook verify` is given: headers, an event, secrets, keys and times as people write them down. Pure, and no error quotes a secret. */
import { timeText } from '../lambdas/core/event-fields.ts';
import { millisOf } from '../lambdas/core/time.ts';
import type { webhookRequest } from '../lambdas/pipeline/webhook-request.ts';
import { type OperatorError, wrongUse } from './operator-error.ts';

type Headers = { readonly [name: string]: string };
type WebhookEvent = Parameters<typeof webhookRequest>[0];

/** A captured HTTP API event, and what it says of the way it came. */
export type CapturedEvent = {
  readonly event: WebhookEvent;
  /** As the sender called it, as far as the gateway knows. */
  readonly url: string | undefined;
  readonly arrivedSeconds: number | undefined;
};

/** Lines `Name: value`, or a JSON object. Repeated names are joined by a comma, as the HTTP API does it. */
export function headersOf(text: string, place: string): Headers {
  const pairs = text.trimStart().startsWith('{') ? jsonPairs(text, place) : linePairs(text, place);
  const headers = new Map<string, string>();
  for (const [name, value] of pairs) {
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(headers);
}

function linePairs(text: string, place: string): (readonly [string, string])[] {
  const lines = text.split(/\r?\n/).map((line, index) => ({ line, number: index + 1 }));
  // A request that was copied whole begins with its request line.
  const listed = lines.filter(({ line, number }) => line.trim() !== '' && !(number === 1 && /^[A-Z]+ \S+(?: HTTP\/[\d.]+)?$/.test(line)));
  return listed.map(({ line, number }) => {
    const [, name, value] = /^\s*([^\s:]+)\s*:(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw wrongUse('BAD_HEADERS', `${place}, line ${number}, is no header: allowed are lines \`Name: value\`, or a JSON object.`);
    }
    return [name.toLowerCase(), value.trim()];
  });
}

function jsonPairs(text: string, place: string): (readonly [string, string])[] {
  return Object.entries(objectOf(text, place)).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return values.map((one: unknown) => {
      if (typeof one !== 'string' && typeof one !== 'number') throw wrongUse('BAD_HEADERS', `${place}: the header ${name} is no text.`);
      return [name.toLowerCase(), String(one)] as const;
    });
  });
}

/** Payload format 2.0. */
export function eventOf(text: string, place: string): CapturedEvent {
  const { headers, body, isBase64Encoded, rawQueryString, rawPath, requestContext } = objectOf(text, place);
  const fault = (what: string) => wrongUse('BAD_EVENT', `${place} is no HTTP API event (payload format 2.0): ${what}.`);
  if (!isTexts(headers)) throw fault('"headers" is no object of texts');
  if (body !== undefined && typeof body !== 'string') throw fault('"body" is no text');
  const context = isObject(requestContext) ? requestContext : {};
  const { domainName, timeEpoch } = context;
  const query = typeof rawQueryString === 'string' ? rawQueryString : '';
  const hasPlace = typeof domainName === 'string' && typeof rawPath === 'string';
  return {
    event: {
      headers,
      isBase64Encoded: isBase64Encoded === true,
      rawQueryString: query,
      ...(body === undefined ? {} : { body }),
    },
    url: hasPlace ? `https://${domainName}${rawPath}${query === '' ? '' : `?${query}`}` : undefined,
    arrivedSeconds: typeof timeEpoch === 'number' ? Math.floor(timeEpoch / 1000) : undefined,
  };
}

/** One secret a line, or a whole PEM. Nothing but the line break is taken off: what else is too much, `verify` finds out. */
export function secretTexts(text: string): readonly string[] {
  const pem = /-----BEGIN [^-]+-----[\s\S]*?-----END [^-]+-----/g;
  const lines = text.replace(pem, '').split('\n');
  return [...(text.match(pem) ?? []), ...lines.filter((line) => line.trim() !== '')];
}

/** References and the public keys behind them, in PEM. */
export function keysOf(text: string, place: string): Headers {
  const keys = objectOf(text, place);
  if (isTexts(keys)) return keys;
  throw wrongUse(
    'BAD_KEYS',
    `${place} is no JSON object of references and PEM texts, for example {"<certificate URL or key id>":"-----BEGIN …"}.`,
  );
}

/** Unix seconds of `1771000000` or of an ISO 8601 time with a zone; undefined for anything else. */
export function secondsOf(text: string): number | undefined {
  const iso = timeText(/^\d{1,11}$/.test(text) ? Number(text) : text);
  const millis = iso === undefined ? undefined : millisOf(iso);
  return millis === undefined ? undefined : Math.floor(millis / 1000);
}

type Loose = { readonly [name: string]: unknown };

function objectOf(text: string, place: string): Loose {
  const fault = (what: string): OperatorError => wrongUse('BAD_JSON', `${place} ${what}.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fault('is not JSON');
  }
  if (isObject(value)) return value;
  throw fault('is no JSON object');
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is Headers {
  return isObject(value) && Object.values(value).every((one) => typeof one === 'string');
}
