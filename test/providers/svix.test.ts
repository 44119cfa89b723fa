import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'svix';
import type { WebhookRequest } from '../../lambdas/core/provider.ts';
import svix from '../../lambdas/providers/svix.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { NOW_SECONDS } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';
import { describeLibrary, type FamilyExample, factsOf, familyFixture, sample } from './svix-family.ts';

const SECRET = `whsec_${Buffer.alloc(24, 'k').toString('base64')}`;

const example: FamilyExample = {
  provider: svix,
  prefix: 'svix-',
  event: {
    type: 'payment.succeeded',
    timestamp: '2026-02-13T18:26:38.250+02:00',
    data: { id: 'pay_8Zk', amount: 15000, currency: 'eur', note: 'caffè' },
  },
  facts: { type: 'payment.succeeded', occurredAt: '2026-02-13T16:26:38.250Z', subject: 'pay_8Zk' },
};
const family = familyFixture(example);

/** The same request under the other names. */
const underWebhookNames = ({ headers, ...request }: WebhookRequest): WebhookRequest => ({
  ...request,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.replace('svix-', 'webhook-'), value])),
});

describeProvider({
  ...family,
  events: [
    ...family.events,
    {
      ...sample('a body of no shape that is known', { test: 2_432_232_314 }),
      expected: [{ ...factsOf(example), type: 'untyped', occurredAt: '2026-02-13T16:26:40.000Z', subject: undefined }],
    },
  ],
  replayed: [
    { title: 'the other header names', change: underWebhookNames },
    {
      title: 'headers of another message under the other names',
      change: (request) => ({
        ...request,
        headers: { ...request.headers, 'webhook-id': 'msg_other', 'webhook-timestamp': '1', 'webhook-signature': 'v1,AAAA' },
      }),
    },
    {
      title: 'some of the other headers only',
      change: (request) => ({ ...request, headers: { ...request.headers, 'webhook-id': 'msg_other' } }),
    },
  ],
});

describeVectors({
  provider: svix,
  differs: {},
  renames: { 'mixed-svix-wins': 'the file names the id of the other family, whose signature is wrong: the one that was verified counts' },
});

const accepts = (body: string, headers: WebhookRequest['headers'], secret: string): boolean => {
  try {
    new Webhook(secret).verify(body, { ...headers });
    return true;
  } catch {
    return false;
  }
};

describeLibrary({
  title: "Svix's own library",
  provider: svix,
  prefix: 'svix-',
  secrets: fc.uint8Array({ minLength: 24, maxLength: 64 }).map((key) => `whsec_${Buffer.from(key).toString('base64')}`),
  accepts,
});

describe('two families of headers', () => {
  const body = Buffer.from('{"type":"a.b"}');
  const signed = (id: string) => svix.sign({ body, secret: SECRET, nowSeconds: NOW_SECONDS, id }).headers;
  const other = underWebhookNames({ headers: signed('msg_2'), body }).headers;
  const options = { nowSeconds: NOW_SECONDS, toleranceSeconds: 300 };
  const validOf = (headers: WebhookRequest['headers']) => svix.verify({ headers, body }, [{ id: 'main', secret: SECRET }], options).valid;
  const identityOf = (headers: WebhookRequest['headers']) =>
    svix.events({ headers, body }).map((reading) => (reading.kind === 'event' ? reading.identity : reading.reason));

  it('are read from the one that was verified, also where both are right', () => {
    const both = { ...signed('msg_1'), ...other };
    expect([validOf(both), identityOf(both)]).toEqual([true, ['msg_1']]);
    expect([validOf(other), identityOf(other)]).toEqual([true, ['msg_2']]);
  });

  it('never make up for each other: a wrong svix signature is not saved by a right one under the other names', () => {
    expect(validOf({ ...signed('msg_1'), 'svix-signature': 'v1,AAAA', ...other })).toBe(false);
  });

  it('are not mixed, where the library takes each header from where it finds it', () => {
    const { 'svix-id': id = '', ...rest } = signed('msg_1');
    expect(validOf({ ...rest, 'webhook-id': id })).toBe(false);
  });
});
