/** Lists: newest first, page by page with an object as the cursor (Stripe API reference, "Pagination"). */
import { invalidRequest, resourceMissing } from './api-error.ts';
import type { Form } from './form.ts';
import { onlyKnown, text, wholeNumber } from './form-values.ts';
import type { Kind, Objects } from './object-store.ts';
import type { Operation } from './operation.ts';
import { present } from './present.ts';
import type { StripeWorld } from './stripe-world.ts';

/** Reads its own parameters, and says which objects are meant. Throws `ApiError`. */
type Filter<K extends Kind> = (world: StripeWorld, form: Form) => (object: Objects[K]) => boolean;

export type ListOptions<K extends Kind> = {
  readonly kind: K;
  readonly path: string;
  /** By the name of the parameter that asks for them. */
  readonly filters: { readonly [name: string]: Filter<K> };
  /** What is listed at all. @default everything */
  readonly keeps?: (world: StripeWorld, object: Objects[K]) => boolean;
};

const LIMIT = { min: 1, max: 100 };
const LIMIT_NORMALLY = 10;

export function listOf<K extends Kind>({ kind, path, filters, keeps = () => true }: ListOptions<K>): Operation {
  return (world, { form }) => {
    onlyKnown(form, [...Object.keys(filters), 'created', 'limit', 'starting_after', 'ending_before', 'expand']);
    const tests = Object.entries(filters).flatMap(([name, filter]) => (form.has(name) ? [filter(world, form)] : []));
    const isCreated = createdWithin(form);
    const limit = wholeNumber(form, 'limit', LIMIT) ?? LIMIT_NORMALLY;
    const after = text(form, 'starting_after');
    const before = text(form, 'ending_before');
    if (after !== undefined && before !== undefined)
      throw invalidRequest('You may only specify one of these parameters: starting_after, ending_before.', {
        code: 'parameters_exclusive',
      });
    return () => {
      const meant = (object: Objects[K]) => keeps(world, object) && isCreated(object) && tests.every((test) => test(object));
      const page = pageOf(world, { kind, limit, after, before, meant });
      return { object: 'list', data: page.data.map((object) => present(world, object)), has_more: page.hasMore, url: path };
    };
  };
}

/** An exact match of a member, or of an id in it. */
export function equals<K extends Kind>(name: keyof Objects[K] & string): Filter<K> {
  return (_world, form) => {
    const wanted = text(form, name);
    return (object) => object[name] === wanted;
  };
}

/** Bounds on `created`, in seconds since the Unix epoch: `created=…` or any of `created[gt]`, `[gte]`, `[lt]`, `[lte]`. */
function createdWithin(form: Form): (object: { readonly created: number }) => boolean {
  const given = form.get('created');
  if (given === undefined) return () => true;
  const read = (bounds: Form, name: string) => wholeNumber(bounds, name, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (typeof given === 'string') {
    const exactly = read(form, 'created');
    return ({ created }) => created === exactly;
  }
  onlyKnown(given, ['gt', 'gte', 'lt', 'lte']);
  const above = Math.max(read(given, 'gte') ?? 0, (read(given, 'gt') ?? -1) + 1);
  const below = Math.min(read(given, 'lte') ?? Number.POSITIVE_INFINITY, (read(given, 'lt') ?? Number.POSITIVE_INFINITY) - 1);
  return ({ created }) => created >= above && created <= below;
}

type PageRequest<K extends Kind> = {
  readonly kind: K;
  readonly limit: number;
  readonly after: string | undefined;
  readonly before: string | undefined;
  readonly meant: (object: Objects[K]) => boolean;
};

/** A cursor is a place among all objects, so that it counts even where the filter does not mean it. */
function pageOf<K extends Kind>(world: StripeWorld, { kind, limit, after, before, meant }: PageRequest<K>) {
  const all = world.store.listed(kind);
  const placeOf = (id: string, param: string) => {
    const place = all.findIndex((object) => object.id === id);
    if (place === -1) throw resourceMissing(kind, id, param);
    return place;
  };
  if (before !== undefined) {
    const newer = all.slice(0, placeOf(before, 'ending_before')).filter(meant);
    return { data: newer.slice(-limit), hasMore: newer.length > limit };
  }
  const older = (after === undefined ? all : all.slice(placeOf(after, 'starting_after') + 1)).filter(meant);
  return { data: older.slice(0, limit), hasMore: older.length > limit };
}
