/** The events that `oncehook send` makes: our own verifiers and readers take them as the provider's, in shape and size. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Provider } from '../../lambdas/core/provider.ts';
import stripeProvider from '../../lambdas/providers/stripe.ts';
import type { Fixture, Made } from '../../ops/fixtures/fixture.ts';
import { fixtureOf, fixtureProviders } from '../../ops/fixtures/fixture-of.ts';
import { freshFrom } from '../../ops/fixtures/fresh.ts';
import stripe, { chargeRefunded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { describeWhere } from '../not-run.ts';

const NOW_SECONDS = 1_798_000_000;
const fresh = (start = 1) => {
  let state = start;
  return freshFrom(NOW_SECONDS, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  });
};
const URL_GIVEN = 'https://hooks.shop.example/webhooks/here';

const all = (
  await Promise.all(
    fixtureProviders().map(async (name) => {
      const { default: provider } = (await import(`../../lambdas/providers/${name}.ts`)) as { default: Provider };
      const fixture = (await fixtureOf(name)) as Fixture;
      return fixture.types.map((type) => ({ provider, fixture, type }));
    }),
  )
).flat();

const parsed = ({ body }: Made) => JSON.parse(Buffer.from(body).toString());

describe('fixtures', () => {
  it('are there for every provider that has some, under its own name', async () => {
    for (const provider of fixtureProviders()) expect((await fixtureOf(provider))?.types.length).toBeGreaterThan(3);
    expect(await fixtureOf('toString')).toBeUndefined();
  });

  it.each(all)(
    'of $provider.name give $type, which it verifies and reads under that name, and another event each time',
    async ({ provider, fixture, type }) => {
      const source = fresh();
      const identities = new Set<string>();
      for (let round = 0; round < 2; round += 1) {
        const { id, body, headers: own } = fixture.make(type, source);
        const secret = provider.makeSecret(new Uint8Array(32).fill(7));
        const signed = provider.sign?.({ body, secret, nowSeconds: NOW_SECONDS, id, url: URL_GIVEN });
        const headers = Object.entries({ ...own, ...signed?.headers }).map(([name, value]) => [name.toLowerCase(), value]);
        const request = { headers: Object.fromEntries(headers), body: signed?.body ?? body };
        const options = { nowSeconds: NOW_SECONDS, toleranceSeconds: provider.toleranceSeconds, url: URL_GIVEN };
        expect(await provider.verify(request, [{ id: 'main', secret }], options)).toEqual({ valid: true, secretId: 'main' });
        const readings = provider.events(request);
        expect(readings.length).toBeGreaterThan(0);
        for (const reading of readings) {
          expect(reading).toMatchObject({ kind: 'event' });
          if (reading.kind === 'event') identities.add(reading.identity);
        }
        expect(readings[0]).toMatchObject({ type });
      }
      expect(identities.size).toBeGreaterThan(1);
    },
  );

  it('of Stripe name the object of each event, in test mode', () => {
    for (const type of stripe.types) {
      const [reading] = stripeProvider.events({ headers: {}, body: stripe.make(type, fresh()).body });
      expect(reading).toMatchObject({ kind: 'event', mode: 'test', occurredAt: '2026-12-23T04:26:40.000Z' });
      expect(reading?.kind === 'event' && reading.subject).toMatch(/^(pi|ch|du|in|cs_test)_\w{20,}$/);
    }
  });

  it('differ from call to call, and come again from the same source of randomness', () => {
    const source = fresh();
    const [first, second] = [stripe.make('invoice.paid', source), stripe.make('invoice.paid', source)];
    expect(first.id).not.toBe(second.id);
    expect(stripe.make('invoice.paid', fresh()).body).toEqual(first.body);
  });

  it('carry what was refunded of a charge in all, and what it was before', () => {
    const source = fresh();
    const payment = freshPayment(source, { amount: 5_000 });
    const part = parsed(chargeRefunded(payment, { before: 2_000, now: 3_000 }, source));
    expect(part.data.object).toMatchObject({ id: payment.charge, amount: 5_000, amount_refunded: 3_000, refunded: false });
    expect(part.data.previous_attributes).toEqual({ amount_refunded: 2_000 });
    const whole = parsed(chargeRefunded(payment, { before: 3_000, now: 5_000 }, source));
    expect(whole.data.object.refunded).toBe(true);
    expect(whole.data.previous_attributes).toEqual({ amount_refunded: 3_000, refunded: false });
  });

  it('are indented like Stripe indents and end without a line feed', () => {
    const text = Buffer.from(stripe.make('charge.refunded', fresh()).body).toString();
    expect(text).toMatch(/^\{\n {2}"id": "evt_3\w{23}",\n {2}"object": "event",\n/);
    expect(text.endsWith('\n}')).toBe(true);
  });
});

const CAPTURES = new URL('../../../shared/samples/webhook-payloads.jsonl', import.meta.url);
const captured = { holds: () => existsSync(CAPTURES), reason: 'the captured webhooks in ../shared/samples are not on this machine' };

describeWhere(captured, 'fixtures beside captured webhooks', () => {
  it.each(['invoice.paid', 'checkout.session.completed'])('have the envelope and about the size of a real %s', (type) => {
    const lines = readFileSync(CAPTURES, 'utf8').trim().split('\n');
    const real = lines.map((line) => JSON.parse(line).body).find((body) => body.type === type);
    const made = stripe.make(type, fresh());
    expect(Object.keys(parsed(made)).sort()).toEqual(Object.keys(real).sort());
    const ratio = made.body.byteLength / Buffer.byteLength(JSON.stringify(real, null, 2));
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.8);
  });
});
