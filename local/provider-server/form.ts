/** Form-encoded parameters, nested by brackets: `metadata[order]=7`, `expand[]=data.source`, `types[0]=charge.succeeded`. */
import { invalidRequest } from './api-error.ts';

/** Lists are forms whose names are positions. */
export type Form = ReadonlyMap<string, string | Form>;

type OpenForm = Map<string, string | OpenForm>;

/** Stripe's deepest parameters have five levels; more is a mistake or an attack. */
const LEVELS_MAX = 8;
/** Far above what any request of Stripe's own library carries. */
const PARAMETERS_MAX = 1_000;

/** Throws `ApiError` for what cannot be read. */
export function parseForm(text: string): Form {
  const form: OpenForm = new Map();
  const pairs = [...new URLSearchParams(text)];
  if (pairs.length > PARAMETERS_MAX) throw invalidRequest(`The request has ${pairs.length} parameters; allowed are ${PARAMETERS_MAX}.`);
  for (const [name, value] of pairs) put(form, name, value);
  return form;
}

/** The same text for the same parameters, in whatever order they were sent. */
export function canonicalForm(form: Form): string {
  const sorted = [...form].sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify(sorted.map(([name, value]) => [name, typeof value === 'string' ? value : canonicalForm(value)]));
}

function put(form: OpenForm, name: string, value: string): void {
  const path = segments(name);
  let place = form;
  for (const [position, segment] of path.entries()) {
    const key = segment === '' ? String(place.size) : segment;
    if (position === path.length - 1) {
      if (typeof place.get(key) === 'object') throw mixed(name);
      place.set(key, value);
      return;
    }
    const inner = place.get(key) ?? new Map<string, string | OpenForm>();
    if (typeof inner === 'string') throw mixed(name);
    place.set(key, inner);
    place = inner;
  }
}

/** `a[b][]` is `a`, `b` and the next free position. A name whose brackets do not fit is one plain name. */
function segments(name: string): readonly string[] {
  const [, head = name, tail = ''] = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name) ?? [];
  const path = [head, ...[...tail.matchAll(/\[([^[\]]*)\]/g)].map(([, inner = '']) => inner)];
  if (path.length > LEVELS_MAX) throw invalidRequest(`The parameter ${head} is nested ${path.length} deep; allowed are ${LEVELS_MAX}.`);
  return path;
}

function mixed(name: string) {
  return invalidRequest(`Invalid request: the parameter ${name} is sent both as a value and as an object.`);
}
