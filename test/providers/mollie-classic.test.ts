import { describe, expect, it } from '@jest/globals';
import mollieClassic from '../../lambdas/providers/mollie-classic.ts';
import { describeFetch } from '../contracts/fetch-contract.ts';
import { describeUnsigned } from '../contracts/provider-contract.ts';
import { describeVectors } from '../contracts/vectors.ts';

const form = (body: string) => ({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from(body) });

describeUnsigned({
  provider: mollieClassic,
  requests: [
    { title: 'a payment', request: form('id=tr_7UhSN1zuXS') },
    { title: 'a refund, which names its payment', request: form('id=tr_7UhSN1zuXS&testByMollie=1') },
    { title: 'two ids', request: form('id=tr_1&id=tr_2') },
    {
      title: 'what a signed webhook of Mollie looks like',
      request: { headers: { 'x-mollie-signature': '0'.repeat(64) }, body: Buffer.from('{}') },
    },
    { title: 'nothing', request: { headers: {}, body: Buffer.alloc(0) } },
  ],
});
describeVectors({ provider: mollieClassic, differs: {} });

const API_KEY = `live_${'aB3'.repeat(10)}`;

const refund = (id: string, value: string, status = 'refunded') => ({
  resource: 'refund',
  id,
  amount: { value, currency: 'EUR' },
  status,
  createdAt: '2026-02-14T09:00:00+00:00',
  _links: { self: { href: 'https://api.mollie.com/v2/payments/tr_7UhSN1zuXS/refunds/x', type: 'application/hal+json' } },
});

const paid = {
  resource: 'payment',
  id: 'tr_7UhSN1zuXS',
  mode: 'live',
  createdAt: '2026-02-13T16:20:00+00:00',
  amount: { value: '10.00', currency: 'EUR' },
  description: 'Order 66',
  method: 'ideal',
  metadata: null,
  status: 'paid',
  paidAt: '2026-02-13T16:26:37+00:00',
  amountRefunded: { value: '0.00', currency: 'EUR' },
  amountRemaining: { value: '35.00', currency: 'EUR' },
  profileId: 'pfl_QkEhN94Ba',
  sequenceType: 'oneoff',
  _links: { self: { href: 'https://api.mollie.com/v2/payments/tr_7UhSN1zuXS', type: 'application/hal+json' } },
};

const refunded = (value: string, ...refunds: readonly object[]) => ({
  ...paid,
  amountRefunded: { value, currency: 'EUR' },
  _embedded: { refunds },
});
const [first, second] = [refund('re_4qqhO89gsT', '5.00'), refund('re_vD3Jm32wQt', '2.00')];
const reversal = {
  resource: 'chargeback',
  id: 'chb_n9z0tp',
  amount: { value: '10.00', currency: 'EUR' },
  createdAt: '2026-02-15T09:00:00+00:00',
};

describeFetch({
  provider: mollieClassic,
  secret: API_KEY,
  apiKey: API_KEY,
  secretWithoutKey: 'whsec_of_the_next_generation',
  request: form('id=tr_7UhSN1zuXS'),
  path: '/v2/payments/tr_7UhSN1zuXS?embed=refunds,chargebacks',
  object: paid,
  expected: {
    type: 'payment.paid',
    occurredAt: '2026-02-13T16:26:37.000Z',
    subject: 'tr_7UhSN1zuXS',
    account: undefined,
    mode: 'live',
    authenticity: 'fetched',
  },
  same: [
    { title: 'with other links', object: { ...paid, _links: {} } },
    { title: 'settled later', object: { ...paid, settlementId: 'stl_jDk30akdN', settlementAmount: { value: '9.71', currency: 'EUR' } } },
    { title: 'with a member that is new', object: { ...paid, colour: 'blue' } },
    { title: 'in another order', object: Object.fromEntries(Object.entries(paid).reverse()) },
    { title: 'with empty lists', object: { ...paid, _embedded: { refunds: [], chargebacks: [] } } },
  ],
  states: [
    { title: 'not paid yet', object: { ...paid, status: 'open', paidAt: undefined } },
    { title: 'refunded in part', object: refunded('5.00', first) },
    { title: 'refunded a second time', object: refunded('7.00', first, second) },
    {
      title: 'refunded as before, as the second refund failed',
      object: refunded('5.00', first, refund('re_vD3Jm32wQt', '2.00', 'failed')),
    },
    {
      title: 'charged back',
      object: { ...paid, amountChargedBack: { value: '10.00', currency: 'EUR' }, _embedded: { chargebacks: [reversal] } },
    },
    {
      title: 'charged back in vain',
      object: { ...paid, _embedded: { chargebacks: [{ ...reversal, reversedAt: '2026-02-20T09:00:00+00:00' }] } },
    },
    { title: 'of another amount', object: { ...paid, amount: { value: '10.01', currency: 'EUR' } } },
  ],
  odd: [
    { title: 'no status', object: { ...paid, status: undefined }, reason: 'bad-status' },
    { title: 'a status that would be two words of a type', object: { ...paid, status: 'paid x' }, reason: 'bad-status' },
    { title: 'no mode', object: { ...paid, mode: 'sandbox' }, reason: 'no-mode' },
    { title: 'refunds that are no list', object: { ...paid, _embedded: { refunds: {} } }, reason: 'bad-part' },
    { title: 'a refund without an id', object: refunded('5.00', { ...first, id: 7 }), reason: 'bad-part' },
  ],
  absent: { status: 404, body: '{"status":404,"title":"Not Found","detail":"No payment exists with token tr_7UhSN1zuXS."}' },
  absentStatus: 200,
  nothing: [
    { title: 'an order', request: form('id=ord_pbjz8x'), reason: 'no-payment' },
    { title: 'two ids', request: form('id=tr_7UhSN1zuXS&id=tr_8'), reason: 'no-payment' },
    { title: 'an id that would be another path', request: form('id=tr_1234/../../v2/customers'), reason: 'no-payment' },
    { title: 'an id with a query', request: form('id=tr_1234%3Fembed%3D'), reason: 'no-payment' },
    { title: 'no id', request: form('payment=tr_7UhSN1zuXS'), reason: 'no-payment' },
    { title: 'nothing', request: form(''), reason: 'no-payment' },
  ],
});

describe('the time of a payment', () => {
  const timeOf = (object: object) => {
    const answer = { status: 200, headers: {}, body: JSON.stringify(object) };
    const read = mollieClassic.fetch.read(answer, form('id=tr_7UhSN1zuXS'));
    return read.kind === 'answered' && read.value.kind === 'event' ? read.value.occurredAt : read;
  };

  it('is that of the last thing that happened to it', () => {
    expect(timeOf({ ...paid, status: 'open', paidAt: undefined })).toBe('2026-02-13T16:20:00.000Z');
    expect(timeOf(refunded('7.00', second, { ...first, createdAt: '2026-02-16T09:00:00+01:00' }))).toBe('2026-02-16T08:00:00.000Z');
    expect(timeOf({ ...paid, _embedded: { chargebacks: [{ ...reversal, reversedAt: '2026-02-20T09:00:00+00:00' }] } })).toBe(
      '2026-02-20T09:00:00.000Z',
    );
  });

  it('is unknown where Mollie says none', () => {
    expect(timeOf({ ...paid, createdAt: null, paidAt: 'yesterday' })).toBeUndefined();
  });
});
