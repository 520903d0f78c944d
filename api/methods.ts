// What a request is told that no route takes: that there is none, or which methods its path has. Called by app.ts.
import { allowing, type Refusal, refuse } from '../schema/refusals.ts';

type Mounted = { readonly method: string; readonly path: string };

/** The methods of all routes whose path this is, as Allow names them; none where there is no such route. */
export function methodsByPath(routes: readonly Mounted[]): (path: string) => readonly string[] {
  const patterns = [...Map.groupBy(routes, ({ path }) => path)].map(([path, same]) => ({
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}/?$`),
    methods: same.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()])),
  }));
  return (asked) => [
    ...new Set(patterns.flatMap(({ pattern, methods }) => (pattern.test(asked) ? methods : []))).values(),
  ];
}

export function unmatched(methods: readonly string[]): Refusal {
  return methods.length === 0 ? refuse('ROUTE_UNKNOWN') : allowing(methods, refuse('METHOD_REFUSED'));
}
