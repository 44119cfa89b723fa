/** An object as an answer shows it: what time decides is told as of now, and what was asked to be expanded is put in place of its id. */
import { invalidRequest } from './api-error.ts';
import { withStatus } from './balance.ts';
import type { Form } from './form.ts';
import { texts } from './form-values.ts';
import type { AnyObject, Kind } from './object-store.ts';
import type { StripeWorld } from './stripe-world.ts';

/** What an endpoint answers: one object of a kind, or a list of them. */
export type Answered = { readonly kind: Kind; readonly inList: boolean };
export type ExpandPath = readonly string[];

type Json = { readonly [name: string]: unknown };

/** Stripe API reference, "Expanding objects". */
const EXPAND_LEVELS_MAX = 4;

/** Which members can be expanded, and to what. Customers are not modelled: an id is all there is of one. */
const EXPANDABLE: { readonly [kind in Kind]: { readonly [member: string]: readonly Kind[] } } = {
  payment_intent: { latest_charge: ['charge'], payment_method: ['payment_method'] },
  payment_method: {},
  charge: { balance_transaction: ['balance_transaction'], payment_intent: ['payment_intent'] },
  refund: {
    balance_transaction: ['balance_transaction'],
    charge: ['charge'],
    failure_balance_transaction: ['balance_transaction'],
    payment_intent: ['payment_intent'],
    payment_method: ['payment_method'],
  },
  balance_transaction: { source: ['charge', 'refund'] },
  event: {},
};

export function present({ time, webhooks }: StripeWorld, object: AnyObject): AnyObject | object {
  if (object.object === 'event') return { ...object, pending_webhooks: webhooks.pending(object.id) };
  if (object.object === 'balance_transaction') return withStatus(object, time.nowSeconds());
  return object;
}

/** The names of `expand[]`, as paths. Throws `ApiError` for one that does not lead to an object: before anything has begun. */
export function expandPaths(form: Form, { kind, inList }: Answered): readonly ExpandPath[] {
  return (texts(form, 'expand') ?? []).map((written) => {
    const path = written.split('.');
    const members = inList ? path.slice(1) : path;
    if (inList && path[0] !== 'data') throw notExpandable(written);
    if (members.length === 0) throw notExpandable(written);
    if (members.length > EXPAND_LEVELS_MAX)
      throw invalidRequest(`You cannot expand more than ${EXPAND_LEVELS_MAX} levels of a property: ${written}.`, { param: 'expand' });
    let kinds: readonly Kind[] = [kind];
    for (const member of members) {
      kinds = kinds.flatMap((one) => (Object.hasOwn(EXPANDABLE[one], member) ? (EXPANDABLE[one][member] ?? []) : []));
      if (kinds.length === 0) throw notExpandable(written);
    }
    return path;
  });
}

export function expanded(world: StripeWorld, answer: object, paths: readonly ExpandPath[]): object {
  return paths.reduce<Json>((soFar, path) => expandOne(world, soFar, path), { ...answer });
}

/** What is null, or is there no more, stays as it is. */
function expandOne(world: StripeWorld, holder: Json, [member = '', ...rest]: ExpandPath): Json {
  const value = holder[member];
  if (Array.isArray(value)) return { ...holder, [member]: value.map((one: Json) => expandOne(world, one, rest)) };
  const found = typeof value === 'string' ? world.store.find(value) : undefined;
  const object = found === undefined ? value : present(world, found);
  if (typeof object !== 'object' || object === null) return holder;
  const shown = { ...object };
  return { ...holder, [member]: rest.length === 0 ? shown : expandOne(world, shown, rest) };
}

function notExpandable(written: string) {
  return invalidRequest(`This property cannot be expanded (${written}).`, { param: 'expand' });
}
