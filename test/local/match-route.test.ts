/** Which route of an HTTP API takes a request, and the parameters in its path. */
import { describe, expect, it } from '@jest/globals';
import { matchRoute } from '../../local/match-route.ts';

const KEYS = [
  'ANY /payments/{any}',
  'GET /payments/{id}',
  'GET /payments/{id}/refunds/{refund}',
  'ANY /payments/last',
  'GET /payments/last',
  'POST /payments',
];

function matched(method: string, path: string, keys: readonly string[] = KEYS): readonly unknown[] {
  const routes = keys.map((routeKey) => ({ routeKey, functionId: 'Fn', callers: 'all' as const }));
  const found = matchRoute(routes, method, path);
  return found === undefined ? [] : [found.route.routeKey, found.pathParameters];
}

describe('the route of a request', () => {
  it.each([
    ['GET', '/payments/pay_1', 'GET /payments/{id}', { id: 'pay_1' }],
    ['GET', '/payments/pay_1/refunds/re_2', 'GET /payments/{id}/refunds/{refund}', { id: 'pay_1', refund: 're_2' }],
    ['POST', '/payments', 'POST /payments', undefined],
  ])('%s %s is %s with %j', (method, path, routeKey, parameters) => {
    expect(matched(method, path)).toEqual([routeKey, parameters]);
  });

  it('is the literal one before one with parameters, and that of its own method before any', () => {
    expect(matched('GET', '/payments/last')).toEqual(['GET /payments/last', undefined]);
    expect(matched('PUT', '/payments/last')).toEqual(['ANY /payments/last', undefined]);
    expect(matched('PUT', '/payments/pay_1')).toEqual(['ANY /payments/{any}', { any: 'pay_1' }]);
  });

  it('has its parameters decoded, while the path is divided as it came', () => {
    expect(matched('GET', '/payments/a%2Fb%20c+d')).toEqual(['GET /payments/{id}', { id: 'a/b c+d' }]);
    expect(matched('GET', '/payments/%zz')).toEqual(['GET /payments/{id}', { id: '%zz' }]);
  });

  it.each(['/payments/', '/payments/pay_1/', '/payments/pay_1/refunds', '/payments//refunds/re_1', '/Payments/pay_1', '/x/payments/pay_1'])(
    '%s is none of these, and the one for the rest where there is one',
    (path) => {
      expect(matched('GET', path)).toEqual([]);
      expect(matched('GET', path, [...KEYS, '$default'])).toEqual(['$default', undefined]);
    },
  );
});
