/** What one hostile request is made of: the bytes on the wire, and what must come of them. */
import { createHmac } from 'node:crypto';

/** `evt_…` fresh for each call, and the time and secrets that signatures need. */
export type Maker = {
  readonly nowSeconds: number;
  /** `stripe` has two active secrets and one that ended; each other source has one. */
  readonly secrets: {
    readonly stripe: string;
    readonly older: string;
    readonly ended: string;
    readonly test: string;
    readonly standard: string;
  };
  id(): string;
};

/** Bytes that are written one after the other; `hangUp`: then the sender leaves without waiting. */
export type Wire = { readonly pieces: readonly Uint8Array[]; readonly hangUp?: boolean };

export type HostileRequest = {
  readonly title: string;
  readonly wire: (maker: Maker) => Wire | Uint8Array;
  /** One for each answer on the connection, in order. */
  readonly statuses: readonly number[];
  /** How many items of their kind stand in Events afterwards that did not before. @default 0 */
  readonly events?: number;
  readonly quarantined?: number;
  /** How many requests reach the function. @default one for each answer but 100, 400, 404, 417 and 431, which are the HTTP API's own */
  readonly invoked?: number;
};

export type RequestParts = {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  /** Whole lines, written as latin1. */
  readonly lines?: readonly string[];
  readonly body?: string | Uint8Array;
  /** What stands for the body on the wire with its length: headers that frame it, and the bytes. */
  readonly framed?: (body: Buffer) => { readonly lines: readonly string[]; readonly bytes: Uint8Array };
  /** Left out, the connection ends with the answer. */
  readonly keepAlive?: boolean;
};

export function httpBytes(parts: RequestParts): Buffer {
  const { method = 'POST', target = '/webhooks/stripe', version = 'HTTP/1.1', lines = [], keepAlive = false } = parts;
  const body = Buffer.from(parts.body ?? '');
  const framed = parts.framed?.(body) ?? { lines: [`content-length: ${body.length}`], bytes: body };
  const head = [
    `${method} ${target} ${version}`,
    'host: 127.0.0.1',
    ...(keepAlive ? [] : ['connection: close']),
    ...framed.lines,
    ...lines,
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(head.join('\r\n'), 'latin1'), framed.bytes]);
}

export type Signing = RequestParts & {
  /** Added to now. */
  readonly seconds?: number;
  /** The text after `t=`. @default the seconds */
  readonly time?: string;
  readonly secret?: string;
  /** The bytes that are signed in the body's place. */
  readonly signedBody?: string | Uint8Array;
  /** The header's lines. @default the one that Stripe sends */
  readonly header?: (sound: { readonly t: string; readonly v1: string }) => readonly string[];
  readonly contentType?: string | undefined;
};

/** A request as Stripe signs it, but for what is asked otherwise. */
export function stripeRequest(maker: Maker, given: Signing = {}): Buffer {
  const body = given.body ?? eventText(maker);
  const t = given.time ?? String(maker.nowSeconds + (given.seconds ?? 0));
  const v1 = stripeHmac(given.secret ?? maker.secrets.stripe, t, given.signedBody ?? body);
  const header = (given.header ?? ((sound) => [`stripe-signature: t=${sound.t},v1=${sound.v1}`]))({ t, v1 });
  const type = 'contentType' in given ? given.contentType : 'application/json';
  const lines = [...(type === undefined ? [] : [`content-type: ${type}`]), ...header, ...(given.lines ?? [])];
  return httpBytes({ ...given, body, lines });
}

export function stripeHmac(secret: string, time: string, body: string | Uint8Array, algorithm = 'sha256'): string {
  return createHmac(algorithm, secret).update(`${time}.`).update(body).digest('hex');
}

/** A Stripe event that nobody subscribes to, so that it is stored and leads to nothing else. */
export function eventText(maker: Maker, given: { readonly [name: string]: unknown } = {}): string {
  return JSON.stringify({
    id: maker.id(),
    object: 'event',
    created: maker.nowSeconds,
    data: { object: { id: 'ch_1', object: 'charge', amount: 100, currency: 'usd' } },
    livemode: false,
    pending_webhooks: 1,
    type: 'charge.succeeded',
    ...given,
  });
}

/** The same as an event with one text in the place of `"HERE"`: JSON that `JSON.stringify` would not write. */
export function eventWith(maker: Maker, json: string, given: { readonly [name: string]: unknown } = {}): string {
  return eventText(maker, { extra: 'HERE', ...given }).replace('"HERE"', () => json);
}
