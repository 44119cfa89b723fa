import mollieClassic from '../../lambdas/providers/mollie-classic.ts';
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
