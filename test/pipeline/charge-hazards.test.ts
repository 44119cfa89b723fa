/** Payments under what people do to a stack: a table that is restored, another mode, an item of a newer release, a provider that changes its mind. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Item } from '../../lambdas/core/ports.ts';
import { API_KEY, createPaymentsBench, EMPTY_LIST, intent, json, type PaymentsBench, stripeError, succeeding } from './payments-bench.ts';

let bench: PaymentsBench;
let id: string;
beforeEach(async () => {
  bench = await createPaymentsBench();
  id = String((await bench.ask()).body['id']);
});

const HOUR = 3_600_000;
const state = async () => (await bench.payment(id)).state;
const lost = Object.assign(new Error('reset'), { code: 'ECONNRESET' });

describe('A payment that a restored table has as it was before its charge', () => {
  let before: Item;
  beforeEach(async () => {
    [before] = (await bench.rows('Payments')) as [Item];
    await bench.charge();
  });

  it('is not sent again once the provider may have forgotten its key', async () => {
    const madeMillis = bench.clock.nowMillis();
    bench.clock.advance(18 * HOUR);
    await bench.restore(before);
    const sentAt: number[] = [];
    bench.provider(({ method }) => {
      if (method === 'POST') sentAt.push(bench.clock.nowMillis() - madeMillis);
      return method === 'POST' ? lost : json(200, EMPTY_LIST);
    });
    await bench.pass(20 * HOUR, 600_000);
    expect(sentAt.length).toBeGreaterThan(1);
    expect(Math.max(...sentAt)).toBeLessThan(0.8 * 24 * HOUR);
  });

  it('is looked for from the time on when it was asked for', async () => {
    const madeSeconds = bench.clock.nowMillis() / 1000;
    bench.clock.advance(18 * HOUR);
    await bench.restore(before);
    bench.provider(() => lost);
    await bench.tick();
    bench.clock.advance(4 * HOUR);
    const from: number[] = [];
    bench.provider(({ url }) => {
      if (url.includes('/payment_intents?')) from.push(Number(new URL(url).searchParams.get('created[gte]')));
      return json(200, EMPTY_LIST);
    });
    await bench.tick();
    expect(from).toHaveLength(1);
    expect(from[0]).toBeLessThan(madeSeconds);
  });
});

describe('A payment of the other mode than the stack has now', () => {
  // crash matrix: charge → provider | deployed for the other mode | nothing is sent and nothing decided; an alarm rings
  it.each([
    ['that was never sent', succeeding, false],
    ['whose charge is not known', () => lost, true],
  ] as const)('%s is neither sent nor decided: a person has to look', async (_, fate, begun) => {
    bench.provider(fate);
    if (begun) await bench.charge();
    const sent = bench.sent.length;
    const was = await state();
    bench.deploy('live');
    bench.provider(({ method }) =>
      method === 'POST' ? stripeError({ type: 'invalid_request_error', code: 'resource_missing' }, 400) : json(200, EMPTY_LIST),
    );
    await bench.pass(2 * HOUR, 600_000);
    expect([await state(), bench.sent.length]).toEqual([was, sent]);
    expect(bench.counted.counted('ProviderUnauthorized')).toBeGreaterThan(0);
    bench.deploy('test');
    bench.provider(succeeding);
    await bench.pass(HOUR, 600_000);
    expect(await state()).toBe('SUCCEEDED');
  });
});

describe('A refusal after a call whose outcome is not known', () => {
  const refusal = (headers = {}) => stripeError({ type: 'invalid_request_error', code: 'parameter_unknown' }, 400, headers);

  // crash matrix: charge → provider | refused after an unknown call | UNKNOWN, since the refusal says nothing of the earlier call; it is looked for
  it('decides nothing, since it says nothing of the earlier one', async () => {
    bench.provider((_, calls) => (calls === 1 ? lost : refusal()));
    await bench.charge();
    await bench.pass(5 * 60_000);
    expect(await state()).toBe('UNKNOWN');
    bench.provider(() => json(200, { ...EMPTY_LIST, data: [intent(id)] }));
    await bench.pass(HOUR, 600_000);
    expect(await state()).toBe('SUCCEEDED');
    expect(bench.posts()).toHaveLength(2);
  });

  it('is not asked for a whole day: what the earlier call did is looked for, and where two looks find nothing, that is its end', async () => {
    bench.provider(({ method }, calls) => (method === 'GET' ? json(200, EMPTY_LIST) : calls === 1 ? lost : refusal()));
    await bench.charge();
    await bench.pass(HOUR, 60_000);
    expect(await bench.payment(id)).toMatchObject({ state: 'EXPIRED', failureCode: 'NOT_AT_PROVIDER' });
    expect(bench.posts()).toHaveLength(2);
  });

  it('ends the payment where it is what the provider had stored under the key', async () => {
    bench.provider((_, calls) => (calls === 1 ? lost : refusal({ 'idempotent-replayed': 'true' })));
    await bench.charge();
    await bench.pass(5 * 60_000);
    expect(await bench.payment(id)).toMatchObject({ state: 'FAILED', failureCode: 'parameter_unknown' });
  });
});

describe('What was true once', () => {
  const failure = { type: 'card_error', code: 'card_declined' };
  const declined = () => intent(id, { status: 'requires_payment_method', amount_received: 0, last_payment_error: failure });

  // crash matrix: webhook → payment | out of order | what was true once is no contradiction
  it('is no contradiction where a webhook tells of it late', async () => {
    await bench.charge();
    await bench.confirm({ type: 'payment_intent.payment_failed', data: { object: declined() } });
    expect(await state()).toBe('SUCCEEDED');
  });

  it('is no contradiction where the provider repeats what it has stored under the key', async () => {
    bench.provider(async () => {
      await bench.confirm({ type: 'payment_intent.succeeded', data: { object: intent(id) } });
      return stripeError({ ...failure, payment_intent: declined() }, 402, { 'idempotent-replayed': 'true' });
    });
    await bench.charge();
    expect(await state()).toBe('SUCCEEDED');
  });

  it('does not reach us from an account that is connected to ours', async () => {
    await bench.confirm({ type: 'payment_intent.succeeded', data: { object: intent(id) } }, 'evt_1', { account: 'acct_1' });
    expect(await state()).toBe('PENDING');
  });
});

describe('What the provider has', () => {
  // crash matrix: charge → provider | two objects for one payment | DISPUTED_BY_RECORDS and an alarm, whichever is found first
  it('is more than one object for one payment: that freezes it, whichever is found first', async () => {
    bench.provider(() => lost);
    await bench.charge();
    bench.clock.advance(30 * HOUR);
    bench.provider(() => json(200, { ...EMPTY_LIST, data: [intent(id), intent(id, { id: 'pi_AnotherObject' })] }));
    await bench.tick();
    expect(await bench.payment(id)).toMatchObject({ state: 'DISPUTED_BY_RECORDS', failureCode: 'SECOND_OBJECT' });
  });

  it('is not the object that we know of, for once: that decides nothing, and it is asked for again', async () => {
    bench.provider(() => json(200, intent(id, { status: 'processing' })));
    await bench.charge();
    bench.provider(() => stripeError({ type: 'invalid_request_error', code: 'resource_missing' }, 404));
    await bench.pass(5 * 60_000);
    expect(await state()).toBe('PROCESSING');
    bench.provider(() => json(200, intent(id)));
    await bench.pass(10 * 60_000);
    expect(await state()).toBe('SUCCEEDED');
  });
});

describe('What is sent and what is said', () => {
  it('is the request as it was frozen, also where a later release would make another one', async () => {
    const [item] = (await bench.rows('Payments')) as [Item];
    const frozen = { ...JSON.parse(String(item['request'])), body: `${(await bench.payment(id)).request.body}&made_by=an_earlier_release` };
    await bench.restore({ ...item, request: JSON.stringify(frozen) });
    await bench.charge();
    expect(bench.sent[0]?.body).toBe(frozen.body);
  });

  it('has neither the payment method nor the API key in a log or a metric, whatever the provider answers', async () => {
    const answers = [
      stripeError({ type: 'api_error', message: `${API_KEY} pm_card_visa` }, 500),
      stripeError({ type: 'invalid_request_error', code: 'pm_card_visa ', message: 'pm_card_visa' }, 429),
      Object.assign(new Error(`${API_KEY} pm_card_visa`), { code: 'pm_card_visa failed' }),
      json(200, { object: 'pm_card_visa' }),
      stripeError({ type: 'invalid_request_error', message: API_KEY }, 401),
    ];
    bench.provider((_, calls) => answers[(calls - 1) % answers.length] as (typeof answers)[number]);
    await bench.charge();
    await bench.pass(4 * HOUR, 600_000);
    expect(bench.sent.length).toBeGreaterThan(answers.length);
    expect(bench.counted.lines.length).toBeGreaterThan(answers.length);
    const said = JSON.stringify([bench.counted.lines, bench.counted.counts()]);
    expect([said.includes('pm_card_visa'), said.includes(API_KEY)]).toEqual([false, false]);
  });
});

describe('The clock of payments', () => {
  const early = '2026-11-23T22:00:00.000Z';

  // crash matrix: payments clock | item of a newer release | it is read past, and holds up none of ours
  it('reads past payments of a newer release, so that they hold up none of ours', async () => {
    const [ours] = (await bench.rows('Payments')) as [Item];
    for (let number = 0; number < 120; number += 1)
      await bench.restore({ ...ours, pk: `pay_${String(number).padStart(40, '0')}`, dueAt: early, v: 2 });
    bench.clock.advance(601_000);
    expect(await bench.tick()).toEqual({ due: 121, worked: 1, failed: 120 });
    expect(await bench.payment(id)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('does not read on where it had no time for what it has read', async () => {
    const [ours] = (await bench.rows('Payments')) as [Item];
    for (let number = 0; number < 120; number += 1)
      await bench.restore({ ...ours, pk: `pay_${String(number).padStart(40, '0')}`, dueAt: early });
    expect(await bench.tick({ remainingMillis: 15_000 })).toEqual({ due: 50, worked: 0, failed: 50 });
  });

  it('begins with what has waited longest, in whatever partition it stands', async () => {
    const asked = [id];
    for (let number = 0; number < 40; number += 1) {
      bench.clock.advance(1_000);
      asked.push(String((await bench.ask({ key: `more-${number}` })).body['id']));
    }
    bench.clock.advance(700_000);
    await bench.tick();
    const charged = bench.posts().map(({ body }) => String(new URLSearchParams(body).get('metadata[oncehook_payment]')));
    expect(charged).toHaveLength(41);
    expect(new Set(charged.slice(0, 16))).toEqual(new Set(asked.slice(0, 16)));
  });
});
