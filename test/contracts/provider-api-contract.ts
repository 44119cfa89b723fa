/** What every provider API promises, whatever it speaks: its test calls this with answers of its own. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Provider } from '../../lambdas/core/provider.ts';
import type { Answered, ApiAnswer, ApiList, ApiRequest, ChargeApi, PaymentIntent, ProviderApi } from '../../lambdas/core/provider-api.ts';

export type ProviderApiFixture = {
  readonly api: ProviderApi;
  /** The provider whose webhooks tell the same events. */
  readonly provider: Provider;
  readonly charge?: {
    readonly asked: PaymentIntent;
    /** An answer that proves that the payment succeeded, and one that it failed. */
    readonly paid: ApiAnswer;
    readonly declined: ApiAnswer;
    /** Where the paid answer's body says what counts: junk at any of these places, and it is no payment. */
    readonly counted: readonly (readonly string[])[];
  };
  /** For each list, a page before the last one. */
  readonly pages: { readonly [name in 'payments' | 'events' | 'transactions']?: ApiAnswer };
  /** The webhook's body for an event of the list. */
  readonly webhookBody?: (listed: string) => Uint8Array;
};

const SEED = { seed: 20_261_123, numRuns: 200 };
const WINDOW = { fromSeconds: 1_795_000_000, toSeconds: 1_795_003_600 };
const API_KEY_BYTES = Uint8Array.from({ length: 32 }, (_, at) => at * 7);

export function describeProviderApi(fixture: ProviderApiFixture): void {
  const { api, provider } = fixture;
  describe(`${api.name} keeps the contract of a provider API`, () => {
    it('has the name of its file and of the provider whose events it lists', async () => {
      const file = (await import(`../../lambdas/provider-apis/${api.name}.ts`)) as { readonly default: unknown };
      expect(file.default).toBe(api);
      expect(provider.name).toBe(api.name);
    });

    it('has one origin, over https', () => {
      expect(new URL(api.origin).origin).toBe(api.origin);
      expect(api.origin).toMatch(/^https:/);
    });

    it('makes API keys of the mode test from the random bytes and from nothing else', () => {
      const key = api.makeKey(API_KEY_BYTES);
      expect(api.makeKey(API_KEY_BYTES)).toBe(key);
      expect(api.makeKey(API_KEY_BYTES.map((byte) => byte + 1))).not.toBe(key);
      expect(['test', 'either']).toContain(api.modeOfKey(key));
      expect(JSON.stringify(api.authorization(key))).toContain(key);
    });

    it('takes no text for an API key that would break a header', () => {
      const key = api.makeKey(API_KEY_BYTES);
      for (const wrong of ['', ' ', `${key}\r\nx: y`, `${key} `, ` ${key}`, `${key}\u0000`, `Bearer ${key}`, key.slice(0, 6)])
        expect(api.modeOfKey(wrong)).toBeUndefined();
    });

    if (api.charge !== undefined && fixture.charge !== undefined) describeCharge(fixture.charge, api.charge, api);
    for (const [name, list] of Object.entries({ payments: api.charge?.list, events: api.events, transactions: api.transactions })) {
      const page = fixture.pages[name as keyof typeof fixture.pages];
      if (list !== undefined && page !== undefined) describeList(name, list as ApiList<unknown>, page);
    }
    if (api.events !== undefined && fixture.pages.events !== undefined) describeEvents(fixture);
    else it('says as a sentence why it lists no events', () => expect(api.noEvents).toMatch(/^[A-Z].{40,}\.$/));
  });
}

function describeCharge(given: NonNullable<ProviderApiFixture['charge']>, charge: ChargeApi, api: ProviderApi): void {
  const { asked, paid, declined, counted } = given;

  it('makes the same request of the same intent, and leaves the intent as it was', () => {
    const before = structuredClone(asked);
    expect(charge.request(asked)).toEqual(charge.request({ ...asked }));
    expect(asked).toEqual(before);
  });

  it('says in the request whose payment it is, and how much of what', () => {
    const said = decodeURIComponent((charge.request(asked).body ?? '').replaceAll('+', ' '));
    for (const part of [asked.id, asked.reference, asked.paymentMethod, asked.currency]) expect(said).toContain(part);
  });

  it('puts the idempotency key into a header and nowhere else', () => {
    const request = charge.request(asked);
    const keyed = charge.withKey(request, 'oncehook-key-1');
    expect(partsWith('oncehook-key-1', keyed)).toEqual(['headers']);
    expect({ ...keyed, headers: request.headers }).toEqual(request);
    expect(request).toEqual(charge.request(asked));
  });

  it.each([0.5, -1, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])('makes no request of the amount %s', (amount) => {
    expect(() => charge.request({ ...asked, amount })).toThrow(expect.objectContaining({ name: 'RejectedError', code: 'BAD_AMOUNT' }));
  });

  it('reads a payment that succeeded and one that failed, with our id in both', () => {
    const readings = [paid, declined].map((answer) => charge.read(answer));
    expect(readings).toMatchObject([
      { kind: 'payment', payment: { state: 'SUCCEEDED', paymentId: asked.id, amount: asked.amount, currency: asked.currency } },
      { kind: 'payment', payment: { state: 'FAILED', paymentId: asked.id, failureCode: expect.stringMatching(/./) } },
    ]);
  });

  it('believes no payment of which a part that counts is missing or odd', () => {
    for (const path of counted) {
      for (const junk of [undefined, null, -1, 0.5, '', ' ', [], {}, 1e300, `x'"`]) {
        const reading = charge.read({ ...paid, body: JSON.stringify(withAt(JSON.parse(paid.body), path, junk)) });
        expect({ path, junk, kind: reading.kind }).toEqual({ path, junk, kind: 'unknown' });
      }
    }
  });

  it('takes no answer for a decision that is cut short, whatever its status', () => {
    const property = fc.property(fc.constantFrom(paid, declined), fc.double({ min: 0, max: 0.999, noNaN: true }), (answer, part) => {
      const reading = charge.read({ ...answer, body: answer.body.slice(0, Math.floor(answer.body.length * part)) });
      expect(reading.kind).toBe('unknown');
    });
    fc.assert(property, SEED);
  });

  it('takes garbage for no decision, and never throws', () => {
    const property = fc.property(garbage, (answer) => {
      expect(['payment', 'refused', 'key-mismatch']).not.toContain(charge.read(answer).kind);
      for (const read of [charge.one.read, charge.search?.read]) expect(read?.(answer).kind ?? 'again').toBe('again');
    });
    fc.assert(property, SEED);
  });

  it('names the object in a look-up, and cannot be led elsewhere by its name', () => {
    const names = ['pi_1', '../../v1/charges', '?x=1', '" OR status:"succeeded', '\\', '#'];
    const { origin } = api;
    const requests = names.flatMap((name) => [
      charge.one.request(name),
      ...(charge.search === undefined ? [] : [charge.search.request(name)]),
    ]);
    const paths = requests.map(({ path }) => new URL(`${origin}${path}`));
    expect(new Set(paths.map(String)).size).toBe(requests.length);
    const depth = ({ pathname }: URL) => pathname.split('/').length;
    const [one, search] = paths;
    expect(paths.map(depth).filter((length) => length !== depth(one as URL) && length !== depth((search ?? one) as URL))).toEqual([]);
  });

  it('finds nothing of ours in what is no event of a payment', () => {
    for (const data of [undefined, null, 1, 'x', [], {}, { type: charge.eventTypes[0] }, { type: 'other', data: { object: {} } }])
      expect(charge.paymentOf(data)).toBeUndefined();
  });
}

function describeList(name: string, list: ApiList<unknown>, page: ApiAnswer): void {
  it(`asks for both ends of the window in its list of ${name}`, () => {
    const paths = [WINDOW, { ...WINDOW, fromSeconds: WINDOW.fromSeconds + 1 }, { ...WINDOW, toSeconds: WINDOW.toSeconds - 1 }].map(
      (window) => list.request(window).path,
    );
    expect(new Set(paths).size).toBe(3);
  });

  it(`goes on in its list of ${name} where the page before ended`, () => {
    const { items, after } = answered(list.read(page));
    expect(items.length).toBeGreaterThan(0);
    expect(after).toMatch(/./);
    const [first, second] = [list.request(WINDOW), list.request(WINDOW, after)];
    expect(first.path).not.toBe(second.path);
    expect(decodeURIComponent(second.path)).toContain(after ?? 'no cursor');
  });

  it(`takes garbage for no page of its list of ${name}, and never throws`, () => {
    fc.assert(
      fc.property(garbage, (answer) => expect(list.read(answer).kind).toBe('again')),
      SEED,
    );
  });

  it(`takes no page of its list of ${name} that is cut short for a shorter one`, () => {
    for (let length = 0; length < page.body.length; length += 97)
      expect(list.read({ ...page, body: page.body.slice(0, length) }).kind).toBe('again');
  });
}

function describeEvents({ api, provider, pages, webhookBody }: ProviderApiFixture): void {
  it('lists events byte for byte, and each has the identity and the fingerprint that its webhook has', () => {
    const page = pages.events as ApiAnswer;
    const { items } = answered((api.events as NonNullable<ProviderApi['events']>).read(page));
    for (const { id, bytes } of items) {
      const listed = Buffer.from(bytes).toString();
      expect(page.body).toContain(listed);
      const [fromList] = provider.events({ headers: {}, body: bytes });
      const [fromWebhook] = provider.events({ headers: {}, body: webhookBody?.(listed) ?? new Uint8Array() });
      expect(fromList).toMatchObject({ kind: 'event', identity: id });
      expect({ ...fromList, bytes: undefined }).toEqual({ ...fromWebhook, bytes: undefined });
    }
  });
}

/** Anything that anybody on the way could answer; never what the provider does. */
const garbage: fc.Arbitrary<ApiAnswer> = fc.record({
  status: fc.oneof(fc.constantFrom(200, 201, 204, 302, 400, 401, 402, 403, 404, 409, 429, 500, 503), fc.integer({ min: 100, max: 999 })),
  headers: fc.dictionary(fc.constantFrom('idempotent-replayed', 'retry-after', 'content-type'), fc.string(), { noNullPrototype: true }),
  body: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json(),
    fc.constantFrom(
      '',
      '<html><h1>403 Forbidden</h1></html>',
      'null',
      '[]',
      '{"error":"x"}',
      '{"error":{}}',
      '{"data":[{}],"has_more":false}',
      '{"__proto__":{"error":{"type":"card_error"}}}',
      '['.repeat(100_000),
    ),
  ),
});

function answered<T>(result: Answered<T>): T {
  if (result.kind !== 'answered') throw new Error(`The answer was read as ${result.kind}.`);
  return result.value;
}

function partsWith(text: string, request: ApiRequest): string[] {
  return Object.entries(request).flatMap(([name, part]) => (JSON.stringify(part).includes(text) ? [name] : []));
}

function withAt(value: unknown, [name, ...rest]: readonly string[], junk: unknown): unknown {
  if (name === undefined) return junk;
  const object = value as { readonly [name: string]: unknown };
  return { ...object, [name]: withAt(object[name], rest, junk) };
}
