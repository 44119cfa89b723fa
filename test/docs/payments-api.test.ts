/** The OpenAPI document of payments says what the function does: its own example is sent, and every answer has the shape it promises. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type Asked, type AskOptions, createPaymentsBench, intent, json, type PaymentsBench } from '../pipeline/payments-bench.ts';

type Json = { readonly [name: string]: Json } & { readonly $ref?: string };

const api = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'payments-api.json'), 'utf8')) as Json;
const post = api['paths']?.['/payments']?.['post'] as Json;
const get = api['paths']?.['/payments/{id}']?.['get'] as Json;
const example = post['requestBody']?.['content']?.['application/json']?.['example'];

/** With what it refers to in its place. */
function whole(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(whole);
  if (typeof part !== 'object' || part === null) return part;
  const { $ref } = part as Json;
  if ($ref !== undefined)
    return whole(
      $ref
        .slice(2)
        .split('/')
        .reduce((at, name) => at[name] as Json, api),
    );
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, whole(value)]));
}

/** What the document does not promise of this answer; none where it keeps its word. */
function broken(operation: Json, { status, headers, body }: Asked): readonly string[] {
  const response = whole(operation['responses']?.[String(status)]) as Json | undefined;
  if (response === undefined) return [`there is no ${status}`];
  const [type, content] = Object.entries((response['content'] ?? {}) as { readonly [type: string]: Json })[0] ?? ['none', {} as Json];
  const result = z.fromJSONSchema(content['schema'] as Parameters<typeof z.fromJSONSchema>[0]).safeParse(body);
  const missing = Object.keys(response['headers'] ?? {}).filter((name) => headers[name.toLowerCase()] === undefined);
  return [
    ...(result.success ? [] : [result.error.message]),
    ...(headers['content-type'] === type ? [] : [`it is ${headers['content-type']}, not ${type}`]),
    ...missing.map((name) => `the header ${name} is missing`),
  ];
}

let bench: PaymentsBench;
beforeEach(async () => {
  bench = await createPaymentsBench();
});

describe('docs/payments-api.json', () => {
  const seen = new Set<number>();
  const check = (operation: Json, answer: Asked, status: number) => {
    expect(answer.status).toBe(status);
    expect(broken(operation, answer)).toEqual([]);
    if (operation === post) seen.add(status);
  };

  it('has an example that is taken as it is', async () => {
    check(post, await bench.ask({ body: example }), 202);
  });

  it('says what an answer to a wrong request looks like', async () => {
    await bench.ask();
    const wrong: readonly (readonly [AskOptions, number])[] = [
      [{ body: 'no JSON' }, 400],
      [{ key: '' }, 400],
      [{ body: ' '.repeat(100_000) }, 413],
      [{ body: { ...(example as object), amount: 5 } }, 422],
    ];
    for (const [options, status] of wrong) check(post, await bench.ask(options), status);
  });

  it('says what an answer looks like that comes too early', async () => {
    for (const [code, status] of [
      ['TransactionConflict', 409],
      ['ThrottlingError', 503],
    ] as const) {
      const body = { __type: 'TransactionCanceledException', CancellationReasons: [{ Code: code }, { Code: 'None' }] };
      bench.services.intercept(({ operation }) => (operation === 'TransactWriteItems' ? { status: 400, body } : undefined));
      check(post, await bench.ask(), status);
    }
  });

  it('says what a payment looks like in every state that has something of its own', async () => {
    const id = String((await bench.ask()).body['id']);
    check(get, await bench.show(id), 200);
    bench.provider(() =>
      json(200, intent(id, { status: 'requires_action', next_action: { redirect_to_url: { url: 'https://hooks.stripe.com/x' } } })),
    );
    await bench.charge();
    const waiting = await bench.show(id);
    expect(waiting.body['actionUrl']).toBe('https://hooks.stripe.com/x');
    check(get, waiting, 200);
    bench.provider(() => json(200, intent(id, { status: 'canceled' })));
    await bench.pass(120_000);
    const failed = await bench.show(id);
    expect(failed.body).toMatchObject({ state: 'FAILED', code: 'canceled' });
    check(get, failed, 200);
    check(get, await bench.show('pay_none'), 404);
  });

  it('names no answer to a request that nobody gets', () => {
    expect([...seen].sort()).toEqual(
      Object.keys(post['responses'] ?? {})
        .map(Number)
        .sort(),
    );
  });

  it('names the fields that the function takes, and no others', async () => {
    const { properties } = whole(api['components']?.['schemas']?.['PaymentRequest']) as { properties: object };
    // The example is of the usual case, a method that nobody has saved.
    expect(Object.keys(properties)).toEqual([...Object.keys(example as object), 'customer']);
    const { body } = await bench.ask({ body: { ...(example as object), more: 1 } });
    expect(body['detail']).toContain(Object.keys(properties).join(', '));
  });
});
