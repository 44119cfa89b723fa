/** Which route of an HTTP API takes a request: a literal path before one with parameters, its own method before any, `$default` last. */
import type { RoutePlan } from './route-plan.ts';

export type MatchedRoute = {
  readonly route: RoutePlan;
  /** Decoded; undefined for a route without any. */
  readonly pathParameters: { readonly [name: string]: string } | undefined;
};

/** `path` as it came in the request line, without its query: an encoded slash is part of a segment and divides nothing. */
export function matchRoute(routes: readonly RoutePlan[], method: string, path: string): MatchedRoute | undefined {
  const literal = [`${method} ${path}`, `ANY ${path}`].flatMap((key) => routes.filter(({ routeKey }) => routeKey === key))[0];
  if (literal !== undefined) return { route: literal, pathParameters: undefined };
  for (const taken of [method, 'ANY']) {
    for (const route of routes) {
      const pathParameters = parametersOf(route, taken, path);
      if (pathParameters !== undefined) return { route, pathParameters };
    }
  }
  const rest = routes.find(({ routeKey }) => routeKey === '$default');
  return rest === undefined ? undefined : { route: rest, pathParameters: undefined };
}

/** Undefined where the route does not take this path, or has no parameter. */
function parametersOf({ routeKey }: RoutePlan, method: string, path: string): { readonly [name: string]: string } | undefined {
  const [ofMethod, template = ''] = routeKey.split(' ');
  if (ofMethod !== method || !template.includes('{')) return undefined;
  const [wanted, given] = [template.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const name = /^\{([^}]+)\}$/.exec(part)?.[1];
    const segment = given[index] as string;
    if (name === undefined ? segment !== part : segment === '') return undefined;
    if (name !== undefined) parameters[name] = decoded(segment);
  }
  return parameters;
}

/** As it stands where it is no encoding at all. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
