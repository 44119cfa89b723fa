/** Lists, the search and their lags. */
import { describe, expect, it } from '@jest/globals';
import { CARD, type Json, type ModelBench, modelBench } from './model-bench.ts';

const INTENT = { amount: 500, currency: 'usd' };
const idsOf = ({ data }: Json) => data.map(({ id }) => id);
/** Makes so many, a second apart, and returns their ids, the newest first. */
const make = ({ post, clock }: ModelBench, count: number): string[] =>
  Array.from({ length: count }, (_, number) => {
    clock.advance(1_000);
    return post('/v1/payment_intents', { ...INTENT, 'metadata[number]': number }).json.id;
  }).reverse();
const search = ({ get }: ModelBench, query: string, more = '') =>
  get(`/v1/payment_intents/search?query=${encodeURIComponent(query)}${more}`);

describe('a list', () => {
  it('shows the newest first, ten at a time, and says whether there are more', () => {
    const bench = modelBench();
    const ids = make(bench, 12);
    const { json } = bench.get('/v1/payment_intents');
    expect([json['object'], json['url'], json.has_more, idsOf(json)]).toEqual(['list', '/v1/payment_intents', true, ids.slice(0, 10)]);
    const exactly = bench.get('/v1/payment_intents?limit=12').json;
    expect([exactly.has_more, idsOf(exactly)]).toEqual([false, ids]);
    const rest = bench.get(`/v1/payment_intents?starting_after=${ids[9]}`).json;
    expect([rest.has_more, idsOf(rest)]).toEqual([false, ids.slice(10)]);
  });

  it('goes back with ending_before: what is directly newer than the cursor', () => {
    const bench = modelBench();
    const ids = make(bench, 6);
    const { json } = bench.get(`/v1/payment_intents?limit=2&ending_before=${ids[4]}`);
    expect([json.has_more, idsOf(json)]).toEqual([true, ids.slice(2, 4)]);
    expect(bench.get(`/v1/payment_intents?limit=2&ending_before=${ids[2]}`).json).toMatchObject({ has_more: false });
  });

  it.each([
    ['created[gte]', [4, 3, 2, 1]],
    ['created[gt]', [4, 3, 2]],
    ['created[lte]', [1, 0]],
    ['created[lt]', [0]],
    ['created', [1]],
  ])('is bounded by %s', (name, expected) => {
    const bench = modelBench();
    const ids = make(bench, 5).reverse();
    const { created } = bench.get(`/v1/payment_intents/${ids[1]}`).json;
    expect(idsOf(bench.get(`/v1/payment_intents?${name}=${created}`).json)).toEqual(expected.map((place) => ids[place]));
  });

  it('takes pages apart neither where several were made in one second nor where new ones come meanwhile', () => {
    const bench = modelBench();
    const ids = Array.from({ length: 7 }, () => bench.post('/v1/payment_intents', INTENT).json.id).reverse();
    const first = bench.get('/v1/payment_intents?limit=3').json;
    bench.post('/v1/payment_intents', INTENT);
    const second = bench.get(`/v1/payment_intents?limit=9&starting_after=${first.data[2]?.id}`).json;
    expect([...idsOf(first), ...idsOf(second)]).toEqual(ids);
  });

  it.each([
    ['a limit of 0', 'limit=0', 'parameter_invalid_integer'],
    ['a limit of 101', 'limit=101', 'parameter_invalid_integer'],
    ['two cursors', 'starting_after=pi_1&ending_before=pi_2', 'parameters_exclusive'],
    ['a cursor that is not there', 'starting_after=pi_1', 'resource_missing'],
    ['a filter that nobody knows', 'status=succeeded', 'parameter_unknown'],
    ['a bound that nobody knows', 'created[after]=1', 'parameter_unknown'],
  ])('refuses %s', (_what, query, code) => {
    expect(modelBench().get(`/v1/payment_intents?${query}`)).toMatchObject({ status: 400, json: { error: { code } } });
  });

  it('shows a new object only when its lag is over, and reading by id never waits', () => {
    const bench = modelBench({ lag: { listMillis: ({ object }) => (object === 'payment_intent' ? 60_000 : 0) } });
    const { id } = bench.post('/v1/payment_intents', INTENT).json;
    expect(bench.get(`/v1/payment_intents/${id}`).status).toBe(200);
    bench.clock.advance(59_999);
    expect(idsOf(bench.get('/v1/payment_intents').json)).toEqual([]);
    expect(bench.get('/v1/events').json.data).toHaveLength(1);
    bench.clock.advance(1);
    expect(idsOf(bench.get('/v1/payment_intents').json)).toEqual([id]);
  });

  it('may show an older object after a newer one: their lags are their own', () => {
    const lags = [60_000, 0];
    const bench = modelBench({ lag: { listMillis: ({ object }) => (object === 'payment_intent' ? (lags.shift() ?? 0) : 0) } });
    const [newer, older] = make(bench, 2);
    expect(idsOf(bench.get('/v1/payment_intents').json)).toEqual([newer]);
    bench.clock.advance(60_000);
    expect(idsOf(bench.get('/v1/payment_intents').json)).toEqual([newer, older]);
  });

  it('is without what was deleted, and what names it goes on naming it', () => {
    const { model, get, post, clock } = modelBench();
    const { id, latest_charge: charge } = post('/v1/payment_intents', CARD).json;
    expect([model.inspection.delete(id), model.inspection.delete(id)]).toEqual([true, false]);
    expect(get('/v1/payment_intents').json.data).toEqual([]);
    expect(get(`/v1/payment_intents/${id}`)).toMatchObject({ status: 404, json: { error: { code: 'resource_missing' } } });
    expect(get(`/v1/charges/${charge}`).json['payment_intent']).toBe(id);
    expect(post('/v1/refunds', { charge: String(charge) }).status).toBe(200);
    clock.advance(60_000);
    expect(get(`/v1/payment_intents/${id}`).status).toBe(404);
  });

  it('stays without it, even where it was still to change', () => {
    const { model, get, post, clock } = modelBench();
    const debit = { ...CARD, payment_method: 'pm_success_de', 'payment_method_types[]': 'sepa_debit' };
    const { id, latest_charge: charge } = post('/v1/payment_intents', debit).json;
    model.inspection.delete(String(charge));
    clock.advance(60_000);
    expect(get(`/v1/charges/${charge}`).status).toBe(404);
    expect(get(`/v1/payment_intents/${id}`).json.status).toBe('succeeded');
    const gone = post('/v1/payment_intents', debit).json.id;
    model.inspection.delete(gone);
    clock.advance(60_000);
    expect(get(`/v1/payment_intents/${gone}`).status).toBe(404);
  });
});

describe('the search', () => {
  it.each([
    ['metadata["number"]:"1"', [1]],
    ["metadata['number']:'1'", undefined],
    ['metadata["number"]:"1" OR metadata["number"]:"2"', [2, 1]],
    ['-metadata["number"]:"1" AND amount:500', [2, 0]],
    ['amount>499 metadata["number"]:"0"', [0]],
    ['metadata["other"]:null AND amount<=500 AND currency:"USD"', [2, 1, 0]],
    ['amount<500', []],
    ['metadata["number"]~"1"', [1]],
    ['status:"succeeded"', []],
    ['status:"requires_payment_method"', [2, 1, 0]],
    ['', undefined],
    ['number:"1"', undefined],
    ['metadata:"1"', undefined],
    ['amount:"lots"', undefined],
    ['amount:1 AND amount:2 OR amount:3', undefined],
    ['amount:1 AND', undefined],
    ['currency:usd', undefined],
    ['status~"succ"', undefined],
    [Array(11).fill('amount:500').join(' '), undefined],
  ])('answers %s', (query, expected) => {
    const bench = modelBench({ lag: { searchMillis: () => 0 } });
    const ids = make(bench, 3).reverse();
    const { status, json } = search(bench, query);
    expect(status).toBe(expected === undefined ? 400 : 200);
    if (expected !== undefined) expect(idsOf(json)).toEqual(expected.map((place) => ids[place]));
    else expect(json.error).toMatchObject({ type: 'invalid_request_error', param: 'query' });
  });

  it('finds the payment of ours by an id with quotes and brackets in it', () => {
    const bench = modelBench({ lag: { searchMillis: () => 0 } });
    const { id } = bench.post('/v1/payment_intents', { ...INTENT, 'metadata[oncehook_payment]': 'pay_"]\\1' }).json;
    bench.post('/v1/payment_intents', { ...INTENT, 'metadata[oncehook_payment]': 'pay_2' });
    expect(idsOf(search(bench, 'metadata["oncehook_payment"]:"pay_\\"]\\\\1"').json)).toEqual([id]);
  });

  it('is not for reading what was just written: it lags, and more than the list', () => {
    const bench = modelBench();
    const { id } = bench.post('/v1/payment_intents', INTENT).json;
    expect([idsOf(search(bench, 'amount:500').json), idsOf(bench.get('/v1/payment_intents').json)]).toEqual([[], [id]]);
    bench.clock.advance(2_000);
    expect(idsOf(search(bench, 'amount:500').json)).toEqual([id]);
  });

  it('knows an old status for some time', () => {
    const bench = modelBench({ lag: { searchMillis: () => 60_000 } });
    const { id } = bench.post('/v1/payment_intents', INTENT).json;
    bench.clock.advance(60_000);
    bench.post(`/v1/payment_intents/${id}/confirm`, { payment_method: 'pm_card_visa', return_url: 'https://example.com/' });
    expect(bench.get(`/v1/payment_intents/${id}`).json.status).toBe('succeeded');
    expect(search(bench, 'status:"requires_payment_method"').json.data).toMatchObject([{ id, status: 'requires_payment_method' }]);
    bench.clock.advance(60_000);
    expect(search(bench, 'status:"requires_payment_method"').json.data).toEqual([]);
    expect(search(bench, 'status:"succeeded"').json.data).toMatchObject([{ id, status: 'succeeded' }]);
  });

  it('goes from page to page by a token, and refuses one of its own making', () => {
    const bench = modelBench({ lag: { searchMillis: () => 0 } });
    const ids = make(bench, 5);
    const first = search(bench, 'amount:500', '&limit=3').json;
    expect(first).toMatchObject({ object: 'search_result', has_more: true });
    const second = search(bench, 'amount:500', `&limit=3&page=${first['next_page']}`).json;
    expect([...idsOf(first), ...idsOf(second)]).toEqual(ids);
    expect([second.has_more, second['next_page']]).toEqual([false, null]);
    expect(search(bench, 'amount:500', '&page=2').status).toBe(400);
  });
});

describe('events', () => {
  it('are listed by type, by several types, or by a group', () => {
    const { get, post } = modelBench();
    post('/v1/payment_intents', CARD);
    const types = (query: string) => get(`/v1/events?${query}`).json.data.map(({ type }) => type);
    expect(types('type=charge.succeeded')).toEqual(['charge.succeeded']);
    expect(types('types[]=charge.succeeded&types[]=payment_intent.created')).toEqual(['charge.succeeded', 'payment_intent.created']);
    expect(types('type=payment_intent.*')).toEqual(['payment_intent.succeeded', 'payment_intent.created']);
    expect(get('/v1/events?type=a&types[]=b').status).toBe(400);
    expect(get(`/v1/events?${Array(21).fill('types[]=a').join('&')}`).status).toBe(400);
  });

  it('are gone after 30 days, from the list and by id', () => {
    const { get, post, clock } = modelBench();
    post('/v1/payment_intents', INTENT);
    const [{ id }] = get('/v1/events').json.data as readonly [Json];
    clock.advance(30 * 24 * 3_600_000 - 1_000);
    expect([get('/v1/events').json.data.length, get(`/v1/events/${id}`).status]).toEqual([1, 200]);
    clock.advance(1_000);
    expect([get('/v1/events').json.data.length, get(`/v1/events/${id}`).status]).toEqual([0, 404]);
    expect(get('/v1/payment_intents').json.data).toHaveLength(1);
  });
});
