import type { WebhookRequest } from '../../lambdas/core/provider.ts';
import adyen from '../../lambdas/providers/adyen.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import type { ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';
import { authorised, bodyOf, declined, type Item, refunded } from './adyen-items.ts';

const sample = (title: string, ...items: readonly Item[]) => ({
  title,
  id: 'unused',
  body: bodyOf(...items),
  headers: { 'user-agent': 'Adyen HttpClient 1.0' },
});

const expected = {
  identity: 'LJMZU8FH8M33AWQC:AUTHORISATION:true',
  type: 'AUTHORISATION',
  occurredAt: '2026-02-13T16:26:40.000Z',
  subject: 'LJMZU8FH8M33AWQC',
  account: 'ShopExampleECOM',
  mode: undefined,
  authenticity: 'partial',
  signedFields: [
    'pspReference',
    'originalReference',
    'merchantAccountCode',
    'merchantReference',
    'amount.value',
    'amount.currency',
    'eventCode',
    'success',
  ],
  contentType: 'application/json',
} as const;

const altered = (from: string, to: string) => (request: WebhookRequest) => ({
  ...request,
  body: Buffer.from(Buffer.from(request.body).toString().replace(from, to)),
});

const fixture: ProviderFixture = {
  provider: adyen,
  signedHeaders: [],
  covers: 'fields',
  tampered: [
    ['"value":10999', '"value":1099'],
    ['"value":10999', '"value":"10999"'],
    ['"value":10999', '"value":10999.5'],
    ['"currency":"EUR"', '"currency":"USD"'],
    ['"eventCode":"AUTHORISATION"', '"eventCode":"CAPTURE"'],
    ['"success":"true"', '"success":"false"'],
    ['"success":"true"', '"success":"TRUE"'],
    ['"success":"true"', '"success":1'],
    ['LJMZU8FH8M33AWQC', 'LJMZU8FH8M33AWQD'],
    ['ShopExampleECOM', 'OtherExampleECOM'],
    ['order:9342756', 'order:9342757'],
    ['"merchantReference":"order:9342756"', '"merchantReference":["order:9342756"]'],
    ['"pspReference":', '"originalReference":"LJMZU8FH8M33AWQD","pspReference":'],
    // The signed text stays the same: a colon moves from one field into another.
    [
      '"merchantAccountCode":"ShopExampleECOM","merchantReference":"order:',
      '"merchantAccountCode":"ShopExampleECOM:order","merchantReference":"',
    ],
    ['"hmacSignature":"', '"hmacSignature":"A'],
    ['"hmacSignature":"', '"hmacSignature": " '],
    ['hmacSignature', 'hmacSignatur'],
    ['additionalData', 'additionaldata'],
    ['NotificationRequestItem', 'notificationRequestItem'],
    ['notificationItems', 'notificationitems'],
  ],
  timestamped: false,
  json: false,
  events: [
    { ...sample('a payment', authorised), expected: [expected] },
    {
      ...sample('three items of one request, each with its own names', authorised, refunded, declined),
      expected: [
        expected,
        { ...expected, identity: 'QBPLK35VG3MN6HXE:REFUND:true', type: 'REFUND' },
        { ...expected, identity: 'FXVJF2KDXLRKMP13:AUTHORISATION:false', subject: 'FXVJF2KDXLRKMP13' },
      ],
    },
    {
      ...sample('an item whose date is none, since it is not signed', { ...authorised, eventDate: 'yesterday' }),
      expected: [{ ...expected, occurredAt: undefined }],
    },
    { ...sample('an outcome as a boolean', { ...authorised, success: true }), expected: [expected] },
    {
      ...sample('a report, which has neither amount nor reference', {
        ...authorised,
        eventCode: 'REPORT_AVAILABLE',
        pspReference: 'settlement_detail_report_batch_12.csv',
        merchantReference: '',
        amount: undefined,
      }),
      expected: [
        {
          ...expected,
          identity: 'settlement_detail_report_batch_12.csv:REPORT_AVAILABLE:true',
          type: 'REPORT_AVAILABLE',
          subject: 'settlement_detail_report_batch_12.csv',
        },
      ],
    },
  ],
  redelivered: [
    {
      ...sample('an item with another order of its fields and other additional data', authorised),
      again: bodyOf({ additionalData: { authCode: '1' }, ...Object.fromEntries(Object.entries(authorised).reverse().slice(1)) }),
    },
  ],
  replayed: [
    { title: 'another reason, which is not signed', change: altered('023456:1111:03/2030', 'attacker text') },
    { title: 'another date', change: altered('2026-02-13T17:26:40+01:00', '2030-01-01T00:00:00Z') },
    { title: 'a date that is none', change: altered('2026-02-13T17:26:40+01:00', 'yesterday') },
    { title: 'the other mode, which is not signed', change: altered('"live":"false"', '"live":"true"') },
    { title: 'white space', change: altered('{', ' {\n') },
    { title: 'other additional data', change: altered('"authCode":"735858"', '"merchantAccountCode":"Other"') },
    { title: 'a member beside the item', change: altered('{"NotificationRequestItem"', '{"pspReference":"X","NotificationRequestItem"') },
  ],
  states: [
    { ...sample('a payment and its capture', authorised), next: bodyOf({ ...authorised, eventCode: 'CAPTURE', pspReference: 'X' }) },
    { ...sample('two codes of one reference', authorised), next: bodyOf({ ...authorised, eventCode: 'CANCELLATION' }) },
    { ...sample('two outcomes', authorised), next: bodyOf({ ...authorised, success: 'false' }) },
  ],
  changed: [
    { ...sample('another amount', authorised), into: bodyOf({ ...authorised, amount: { currency: 'EUR', value: 11000 } }) },
    { ...sample('another reason', authorised), into: bodyOf({ ...authorised, reason: 'other' }) },
  ],
  odd: [
    { title: 'a body without its list', id: 'unused', body: '{"live":"false"}', reason: 'no-events' },
    { title: 'a body that is no JSON', id: 'unused', body: 'notificationItems=1', reason: 'not-json' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: adyen, differs: {} });
