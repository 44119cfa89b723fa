/** `oncehook pay` and `oncehook payments show`: what is asked, and what a person is told. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FakePayments, startFakePayments, withPayments } from './fake-payments.ts';
import { type FakeStack, startFakeStack } from './fake-stack.ts';
import { runCommand } from './run-command.ts';

const ID = `pay_${'a'.repeat(40)}`;
const PAYMENT = {
  id: ID,
  state: 'SUCCEEDED',
  amount: 1999,
  currency: 'eur',
  provider: 'stripe',
  reference: 'order 17',
  object: 'pi_1',
  attempts: 1,
  madeAt: '2026-11-24T22:15:00.000Z',
  notAfter: '2026-11-25T22:15:00.000Z',
  history: [
    { state: 'PENDING', at: '2026-11-24T22:15:00.000Z', by: 'caller' },
    { state: 'FAILED', at: '2026-11-24T22:15:02.000Z', by: 'charge', code: 'card_declined' },
    { state: 'SUCCEEDED', at: '2026-11-24T22:15:04.000Z', by: 'webhook' },
  ],
};
const ASKED = { status: 202, body: { id: ID, state: 'PENDING' } };
const shown = (more: object = {}) => ({ status: 200, body: { ...PAYMENT, ...more } });
const problem = (status: number, code: string) => ({ status, body: { title: 'x', status, code, detail: `What ${code} means.` } });

let payments: FakePayments;
let stack: FakeStack;

beforeEach(async () => {
  payments = await startFakePayments();
  stack = await startFakeStack({ describe: (description) => withPayments(description, payments.url) });
});

afterEach(() => Promise.all([stack.close(), payments.close()]));

const wish = ['--amount', '1999', '--currency', 'eur', '--payment-method', 'pm_card_visa', '--reference', 'order 17'];
const pay = (...more: string[]) => runCommand(['pay', ...wish, ...more, '--url', stack.url]);
const show = (id: string, ...more: string[]) => runCommand(['payments', 'show', id, ...more, '--url', stack.url]);

describe('oncehook pay', () => {
  it('asks once, signed and under the key, waits for the end, and says it', async () => {
    payments.answers(ASKED, shown({ state: 'SENT' }), shown());

    const { code, out } = await pay('--key', 'order-17');

    expect({ code, out }).toEqual({ code: 0, out: `${ID}\nSUCCEEDED\n` });
    expect(payments.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /payments',
      `GET /payments/${ID}`,
      `GET /payments/${ID}`,
    ]);
    const [{ headers, body } = { headers: {}, body: '' }] = payments.asked;
    expect(headers).toMatchObject({ 'idempotency-key': 'order-17', 'content-type': 'application/json' });
    expect(headers['authorization']).toMatch(/^AWS4-HMAC-SHA256 Credential=operator\/\d{8}\/us-east-1\/execute-api\/aws4_request, /);
    expect(JSON.parse(body)).toEqual({
      amount: 1999,
      currency: 'eur',
      provider: 'stripe',
      reference: 'order 17',
      paymentMethod: 'pm_card_visa',
    });
  });

  it('names the customer of a saved method where one is given', async () => {
    payments.answers(ASKED, shown());
    await pay('--customer', 'cus_1');
    expect(JSON.parse(payments.asked[0]?.body ?? '')).toMatchObject({ customer: 'cus_1' });
  });

  it('prints a key of its own before anything is sent, so that it is there where the answer is not', async () => {
    payments.answers(problem(400, 'BAD_CURRENCY'));

    const { code, out, err } = await pay();

    const [key] = /[0-9a-f-]{36}/.exec(out) ?? [];
    expect(out).toBe(`key ${key}, use --key to ask for the same payment again\n`);
    expect(payments.asked[0]?.headers['idempotency-key']).toBe(key);
    expect({ code, err }).toEqual({ code: 1, err: 'oncehook: BAD_CURRENCY (HTTP 400): What BAD_CURRENCY means.\n' });
  });

  it('asks again under the same key where the stack cannot decide it now', async () => {
    payments.answers(problem(503, 'UNAVAILABLE'), problem(409, 'KEY_IN_USE'), ASKED, shown());

    expect((await pay()).code).toBe(0);
    const posts = payments.asked.filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(3);
    expect(new Set(posts.map(({ headers, body }) => `${headers['idempotency-key']} ${body}`)).size).toBe(1);
  });

  it.each([
    ['FAILED', { code: 'card_declined' }, 'FAILED  card_declined\n'],
    ['EXPIRED', { code: 'KEY_EXPIRED' }, 'EXPIRED  KEY_EXPIRED\n'],
    [
      'REQUIRES_ACTION',
      { actionUrl: 'https://bank.example/3ds' },
      `REQUIRES_ACTION\nThe payer has to act, at https://bank.example/3ds. Until then it stays open: npx oncehook payments show ${ID}\n`,
    ],
  ])('exits with 1 where it is %s, and says why', async (state, more, told) => {
    payments.answers(ASKED, shown({ state, ...more }));

    expect(await pay('--key', 'k')).toMatchObject({ code: 1, out: `${ID}\n${told}` });
  });

  it('does not wait where it is told not to', async () => {
    payments.answers(ASKED, shown({ state: 'PENDING' }));

    const { code, out } = await pay('--key', 'k', '--no-wait');

    expect({ code, out }).toEqual({ code: 0, out: `${ID}\nPENDING\nIt goes on by itself: npx oncehook payments show ${ID}\n` });
    expect(payments.asked).toHaveLength(2);
  });

  it('says what an operator lacks where the gateway refuses the signature', async () => {
    payments.answers({ status: 403, body: { message: 'Forbidden' } });

    expect(await pay()).toMatchObject({ code: 1, err: expect.stringContaining('may not execute-api:Invoke') });
  });

  it.each([
    ['an amount that is no whole number of cents', ['--amount', '19.99'], 'a whole number of minor units'],
    ['a key that no header could hold', ['--key', 'zwei wörter'], 'visible ASCII'],
  ])('refuses %s before anything is sent', async (_what, options, message) => {
    expect(await pay(...options)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
    expect(payments.asked).toEqual([]);
  });

  it('says so where the stack charges nothing', async () => {
    const plain = await startFakeStack();
    const { code, err } = await runCommand(['pay', ...wish, '--url', plain.url]);
    await plain.close();

    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('The stack charges nothing') });
  });
});

describe('oncehook payments show', () => {
  it('tells everything of a payment, with its history as a table', async () => {
    payments.answers(shown({ code: 'x', actionUrl: 'https://bank.example/3ds' }));

    const { code, out } = await show(ID);

    expect(code).toBe(0);
    expect(out).toBe(
      [
        ID,
        '  state      SUCCEEDED',
        '  code       x',
        '  amount     1999 eur, in minor units',
        '  provider   stripe',
        '  reference  order 17',
        '  object     pi_1',
        '  actionUrl  https://bank.example/3ds',
        '  attempts   1',
        '  madeAt     2026-11-24T22:15:00.000Z',
        '  notAfter   2026-11-25T22:15:00.000Z',
        '',
        '  at                        state      by       code',
        '  2026-11-24T22:15:00.000Z  PENDING    caller',
        '  2026-11-24T22:15:02.000Z  FAILED     charge   card_declined',
        '  2026-11-24T22:15:04.000Z  SUCCEEDED  webhook',
        '',
      ].join('\n'),
    );
  });

  it('prints the answer of the API as it is', async () => {
    payments.answers(shown());

    expect(JSON.parse((await show(ID, '--json')).out)).toEqual(PAYMENT);
  });

  it('says what is wrong with an id that there is not, and with one that is none', async () => {
    payments.answers(problem(404, 'NO_PAYMENT'));

    expect(await show(ID)).toMatchObject({ code: 1, err: 'oncehook: NO_PAYMENT (HTTP 404): What NO_PAYMENT means.\n' });
    expect(await show('pi_1')).toMatchObject({ code: 2, err: expect.stringContaining('40 hexadecimal digits') });
  });
});
