/** What an answer shows. */
import { describe, expect, it } from '@jest/globals';
import { CARD, type ModelBench, modelBench, type Params } from './model-bench.ts';

const AT_ONCE = { ...CARD, capture_method: 'automatic' };

const pay = ({ post }: ModelBench, params: Params) => post('/v1/payment_intents', params).json;

describe('what a request asks to expand', () => {
  it('stands in place of its id, also inside of what is expanded and in lists', () => {
    const bench = modelBench();
    const paid = pay(bench, { ...AT_ONCE, 'expand[0]': 'latest_charge.balance_transaction' });
    expect(paid).toMatchObject({ latest_charge: { object: 'charge', balance_transaction: { object: 'balance_transaction', net: 1037 } } });
    const { data } = bench.get('/v1/balance_transactions?expand[]=data.source.payment_intent').json;
    expect(data).toMatchObject([{ source: { object: 'charge', payment_intent: { id: paid.id } } }]);
  });

  it.each(['latest_charge', 'data', 'data.amount', 'data.latest_charge.payment_intent.latest_charge.payment_intent.latest_charge'])(
    'is refused where it is no object: %s of a list',
    (path) => {
      expect(modelBench().get(`/v1/payment_intents?expand[]=${path}`)).toMatchObject({ status: 400, json: { error: { param: 'expand' } } });
    },
  );
});
