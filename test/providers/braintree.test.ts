import { describe, expect, it } from '@jest/globals';
import { SIGNATURES_PER_HEADER_MAX } from '../../lambdas/core/limits.ts';
import type { ActiveSecret, Reading, WebhookRequest } from '../../lambdas/core/provider.ts';
import braintree from '../../lambdas/providers/braintree.ts';
import { HOSTILE_BODIES } from '../contracts/hostile-json.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { bytesOf, namesOf, type ProviderFixture, rightSecret } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const notification = (kind: string, subject: string, timestamp = '2026-02-13T16:26:40Z') => `<notification>
    <timestamp type="datetime">${timestamp}</timestamp>
    <kind>${kind}</kind>
    <subject>${subject}</subject>
</notification>`;

const charge = `<subscription>
    <transactions type="array">
      <transaction><id>tx_1</id><amount>49.99</amount></transaction>
      <transaction><id>tx_0</id></transaction>
    </transactions>
    <id>sub_yJ2381</id>
    <discounts type='array'></discounts><add-ons type="array"/>
</subscription>`;
const charged = notification('subscription_charged_successfully', charge);
const disputed = notification(
  'dispute_opened',
  '<dispute><kind>chargeback</kind><transaction><id>tx_1</id></transaction><id>d_1</id></dispute>',
);

const sample = (title: string, body: string) => ({ title, id: 'unused', body });

const expected = {
  identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown as string,
  eventId: null,
  type: 'subscription_charged_successfully',
  occurredAt: '2026-02-13T16:26:40.000Z',
  subject: 'sub_yJ2381',
  account: undefined,
  mode: undefined,
  authenticity: 'signed',
  contentType: 'application/x-www-form-urlencoded',
} as const;

const about = (title: string, kind: string, subject: string, facts: object) => ({
  ...sample(title, notification(kind, subject)),
  expected: [{ ...expected, type: kind, ...facts }],
});

const fixture: ProviderFixture = {
  provider: braintree,
  signedHeaders: [],
  covers: 'body',
  timestamped: false,
  json: false,
  events: [
    { ...sample('a renewal', charged), headers: { 'content-type': expected.contentType }, expected: [expected] },
    { ...sample('a dispute, which has a kind of its own', disputed), expected: [{ ...expected, type: 'dispute_opened', subject: 'd_1' }] },
    about('a test', 'check', '<check type="boolean">true</check>', { subject: undefined }),
    about('a review', 'transaction_reviewed', '<transaction-review><transaction-id>tx_2</transaction-id></transaction-review>', {
      subject: 'tx_2',
    }),
    about('a local payment', 'local_payment_funded', '<local-payment-funded><payment-id>PAY-1</payment-id></local-payment-funded>', {
      subject: 'PAY-1',
    }),
    about('an id that is nil', 'disbursement', '<disbursement><id nil="true"/><amount>1&amp;2 &#39;é&#x1F600;</amount></disbursement>', {
      subject: undefined,
    }),
    {
      ...sample(
        'a notification of a connected merchant, after a declaration',
        `<?xml version="1.0" encoding="UTF-8"?>\n${charged.replace('<subject>', '<source-merchant-id>merchant_1</source-merchant-id><subject>')}`,
      ),
      expected: [{ ...expected, account: 'merchant_1' }],
    },
  ],
  redelivered: [{ ...sample('a line break around the XML', charged), again: `\n${charged}\n` }],
  replayed: [
    { title: 'its fields in the other order', change: (request) => form(request, ({ signature, payload }) => `${payload}&${signature}`) },
    {
      title: 'a signature more',
      change: (request) => form(request, ({ signature, payload }) => `${signature}%26otherkey%7C${'0'.repeat(40)}%26%7C&${payload}`),
    },
    {
      title: 'its escapes in lower case',
      change: (request) =>
        form(request, ({ signature, payload }) => `${signature}&${payload}`.replaceAll(/%../g, (hex) => hex.toLowerCase())),
    },
  ],
  states: [
    { ...sample('two kinds', charged), next: charged.replace('_successfully', '_unsuccessfully') },
    { ...sample('two times', charged), next: charged.replace('16:26:40Z', '16:26:41Z') },
    { ...sample('two amounts', charged), next: charged.replace('49.99', '49.98') },
  ],
  changed: [],
  odd: [
    { ...sample('nothing', ''), reason: 'no-payload' },
    { ...sample('JSON', '{"kind":"check"}'), reason: 'not-xml' },
    { ...sample('another element', charged.replaceAll('notification>', 'notice>')), reason: 'not-xml' },
    { ...sample('a document type', `<!DOCTYPE notification [<!ENTITY a "b">]>${charged}`), reason: 'not-xml' },
    { ...sample('an entity of its own', charged.replace('sub_yJ2381', '&a;')), reason: 'not-xml' },
    { ...sample('a section of characters', charged.replace('sub_yJ2381', '<![CDATA[sub_yJ2381]]>')), reason: 'not-xml' },
    { ...sample('a comment', charged.replace('sub_yJ2381', '<!-- -->')), reason: 'not-xml' },
    { ...sample('XML that ends early', charged.slice(0, -1)), reason: 'not-xml' },
    { ...sample('an element that is not closed', charged.replace('</subject>', '')), reason: 'not-xml' },
    { ...sample('a second element', `${charged}<notification/>`), reason: 'not-xml' },
    { ...sample('text behind the element', `${charged} text`), reason: 'not-xml' },
    { ...sample('an attribute without quotes', charged.replace('"datetime"', 'datetime')), reason: 'not-xml' },
    { ...sample('200,000 open elements', `<notification>${'<a>'.repeat(200_000)}`), reason: 'too-deep' },
    { ...sample('no kind', '<notification/>'), reason: 'no-type' },
    { ...sample('a kind of two elements', charged.replace('<kind>', '<kind><a/>')), reason: 'no-type' },
    { ...sample('an empty kind', charged.replace('subscription_charged_successfully', '')), reason: 'bad-type' },
    { ...sample('a kind with an entity', charged.replace('subscription_charged_successfully', 'a&amp;b')), reason: 'no-type' },
    { ...sample('a time that is none', charged.replace('2026-02-13T16:26:40Z', 'yesterday')), reason: 'bad-time' },
    { ...sample('an id over two lines', charged.replace('sub_yJ2381', 'sub\nyJ2381')), reason: 'bad-subject' },
    { title: 'what is no UTF-8', id: 'unused', body: Buffer.from([0x3c, 0xff]), reason: 'not-utf8' },
  ],
};

/** The request with its body put together anew from its two fields. */
function form(request: WebhookRequest, join: (fields: { readonly signature: string; readonly payload: string }) => string): WebhookRequest {
  const [signature = '', payload = ''] = Buffer.from(request.body).toString().split('&');
  return { ...request, body: Buffer.from(join({ signature, payload })) };
}

describeProvider(fixture);
describeVectors({ provider: braintree, differs: {} });

const right = rightSecret(fixture);
const signed = (xml: string, secret = right.secret) =>
  Buffer.from(braintree.sign({ body: Buffer.from(xml), secret, nowSeconds: 0, id: '' }).body).toString();
const verdictOf = (body: string | Uint8Array, secrets: readonly ActiveSecret[] = [right]) =>
  braintree.verify({ headers: {}, body: bytesOf(body) }, secrets);
const eventsOf = (body: string | Uint8Array): readonly Reading[] => braintree.events({ headers: {}, body: bytesOf(body) });

describe('the form', () => {
  const whole = signed(charged);
  const [signature = '', payload = ''] = whole.split('&');

  it.each([
    ['no payload', signature, 'bad-body'],
    ['an empty payload', `${signature}&bt_payload=`, 'bad-body'],
    ['two payloads', `${whole}&${payload}`, 'bad-body'],
    ['a bare + in the payload', `${signature}&bt_payload=AB+C`, 'bad-body'],
    ['a payload that is no base64', `${signature}&bt_payload=AB%21D`, 'bad-body'],
    ['a payload without its padding', whole.replaceAll('%3D', ''), 'bad-body'],
    ['a broken escape', `${signature}&bt_payload=AB%2`, 'bad-body'],
    ['a byte above 127', `${signature}&bt_payload=AB%C3%A9`, 'bad-body'],
    ['no signature', payload, 'bad-body'],
    ['another payload under a name that other readers decode', `bt%5Fpayload=AAAA&${whole}`, 'bad-body'],
    ['another payload under a name that other readers take for a list', `${whole}&bt_payload%5B%5D=AAAA`, 'bad-body'],
    ['a field more', `${whole}&id=2`, 'bad-body'],
    ['an empty signature', `bt_signature=&${payload}`, 'no-signature'],
    ['two signatures', `${whole}&${signature}`, 'bad-body'],
    ['a signature longer than any', `${signature}${'a'.repeat(9000)}&${payload}`, 'header-too-large'],
    ['a signature without a key', `bt_signature=${'0'.repeat(40)}&${payload}`, 'no-match'],
    ['a key without a signature', `bt_signature=0707070707070707&${payload}`, 'no-match'],
    ['a third part in the pair', whole.replace('&', '%7Cx&'), 'no-match'],
    ['a signature in upper case', whole.replace(/%7C[0-9a-f]+/, (hex) => hex.toUpperCase()), 'no-match'],
    ['the right signature under another key', whole.replace('0707070707070707%7C', '0807070707070707%7C'), 'no-match'],
  ])('with %s is refused', (_, body, reason) => {
    expect(verdictOf(body)).toEqual({ valid: false, reason });
  });

  it('has few signatures under one key, and any number under keys of others', () => {
    const flood = (pair: string, count: number) => whole.replace('bt_signature=', `bt_signature=${`${pair}%26`.repeat(count)}`);
    const wrong = `0707070707070707%7C${'0'.repeat(40)}`;
    expect(verdictOf(flood(wrong, SIGNATURES_PER_HEADER_MAX - 1))).toEqual({ valid: true, secretId: 'right' });
    expect(verdictOf(flood(wrong, SIGNATURES_PER_HEADER_MAX))).toEqual({ valid: false, reason: 'too-many-signatures' });
    expect(verdictOf(flood(`other%7C${'0'.repeat(40)}`, 100))).toEqual({ valid: true, secretId: 'right' });
  });

  it('names the same event with and without the line break that ends the payload', () => {
    const bare = signed(charged).replace(/%0A$/, '');
    expect(verdictOf(bare)).toEqual({ valid: true, secretId: 'right' });
    expect(namesOf(eventsOf(bare))).toEqual(namesOf(eventsOf(whole)));
  });

  it('breaks the payload after each 60 characters, as Braintree does', () => {
    const lines = decodeURIComponent(payload).slice('bt_payload='.length).split('\n');
    expect(lines.slice(0, -2).every((line) => line.length === 60)).toBe(true);
    expect(lines.at(-1)).toBe('');
    expect(Buffer.from(lines.join(''), 'base64').toString()).toBe(charged);
  });

  it.each(HOSTILE_BODIES)('is refused, odd and never an exception where it is $title', ({ body }) => {
    expect(verdictOf(body).valid).toBe(false);
    expect(eventsOf(body)).toEqual([{ kind: 'odd', reason: 'no-payload', bytes: body, contentType: 'application/octet-stream' }]);
  });
});

it.each(['', ' ', '|', 'abc', 'abc|', '|abc', 'a|b|c', 'a b|c', 'abc|def '])('takes %j for no secret, and quotes none', (secret) => {
  expect(() => signed(charged, secret)).toThrow(TypeError);
  expect(() => signed(charged, secret)).toThrow(/with \| between them; received another text of \d+ characters/);
  expect(verdictOf(signed(charged), [{ id: 'bad', secret }])).toEqual({ valid: false, reason: 'no-usable-secret' });
});
