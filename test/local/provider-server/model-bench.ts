/** The model on a clock that the test moves, and calls to it in one line. */
import type { StripeAnswer, StripeRequest } from '../../../local/provider-server/api-request.ts';
import { createStripeModel, type StripeModel, type StripeModelOptions } from '../../../local/provider-server/stripe-model.ts';
import { seededFraction } from '../../../local/seeded-fraction.ts';
import { createVirtualClock, type VirtualClock } from '../../pipeline/virtual-clock.ts';

export type Params = { readonly [name: string]: string | number };
/** Of the body, read as JSON. */
export type Reply = StripeAnswer & { readonly json: Json };
export type Json = {
  readonly id: string;
  readonly status: string;
  readonly type: string;
  readonly created: number;
  readonly has_more: boolean;
  readonly data: readonly Json[];
  readonly error: { readonly [name: string]: unknown };
  readonly [name: string]: unknown;
};

export type ModelBench = {
  readonly model: StripeModel;
  readonly clock: VirtualClock;
  get(path: string, headers?: StripeRequest['headers']): Reply;
  post(path: string, params?: Params, key?: string): Reply;
  /** Begun, and not yet executed or answered. */
  begin(path: string, params?: Params, key?: string): ReturnType<StripeModel['begin']>;
};

export const KEY_HEADERS = { authorization: 'Bearer sk_test_local1' };
export const CARD = { amount: 1099, currency: 'eur', confirm: 'true', payment_method: 'pm_card_visa', 'payment_method_types[]': 'card' };

export function modelBench(options: Partial<StripeModelOptions> = {}): ModelBench {
  const clock = createVirtualClock();
  const model = createStripeModel({ clock, random: { fraction: seededFraction(7) }, ...options });
  const request = (path: string, params: Params, key: string | undefined): StripeRequest => ({
    method: 'POST',
    path,
    headers: { ...KEY_HEADERS, ...(key === undefined ? {} : { 'idempotency-key': key }) },
    body: new URLSearchParams(Object.entries(params).map(([name, value]): [string, string] => [name, String(value)])).toString(),
  });
  return {
    model,
    clock,
    get: (path, headers = KEY_HEADERS) => replyOf(model.handle({ method: 'GET', path, headers, body: '' })),
    post: (path, params = {}, key) => replyOf(model.handle(request(path, params, key))),
    begin: (path, params = {}, key) => model.begin(request(path, params, key)),
  };
}

export function replyOf(answer: StripeAnswer): Reply {
  return { ...answer, json: JSON.parse(answer.body) };
}
