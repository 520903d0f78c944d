// Which route a request is for, by the segments of its path. Express tries its routes one after the other: with more than a
// hundred of them that costs a tenth of what an answer does. Declared routes alone; paths are as Express writes them.
import { allowing, RefusalError, refuse } from '../schema/refusals.ts';
import type { Route } from './route.ts';

/** A route under its prefix, `''` or `/v1`. */
export type MountedRoute = { readonly prefix: string; readonly route: Route };
export type FoundRoute = {
  readonly route: Route;
  /** The whole path as it is declared. */
  readonly pattern: string;
  readonly params: Readonly<Record<string, string>>;
};

type Leaf = { readonly route: Route; readonly pattern: string; readonly names: readonly string[] };
type Node = {
  readonly fixed: Map<string, Node>;
  /** By what is written out after the name, as in `:what.csv`; mostly nothing is. */
  readonly named: Map<string, Node>;
  readonly leaves: Map<string, Leaf>;
};

/** A segment that is written out goes before one that has a name. Throws where two routes are for the same requests. */
export function createRouteFinder(
  mounted: readonly MountedRoute[],
): (method: string, path: string) => FoundRoute | undefined {
  const root = emptyNode();
  for (const { prefix, route } of mounted) {
    const pattern = `${prefix}${route.path}`;
    const segments = pattern.slice(1).split('/');
    const leaves = segments.reduce(childFor, root).leaves;
    const method = route.method.toUpperCase();
    if (leaves.has(method)) throw new Error(`two routes are for ${method} ${pattern}`);
    const names = segments.flatMap((segment) => NAMED.exec(segment)?.[1] ?? []);
    leaves.set(method, { route, pattern, names });
  }
  return (method, path) => {
    const end = path.length > 1 && path.endsWith('/') ? -1 : undefined; // one slash at the end says nothing
    const segments = path.slice(1, end).split('/');
    const asked = method === 'HEAD' ? 'GET' : method;
    const values: string[] = [];
    const leaf = leafOf(root, segments, 0, asked, values);
    if (leaf === undefined) return undefined;
    const { route, pattern, names } = leaf;
    return { route, pattern, params: Object.fromEntries(names.map((name, at) => [name, decoded(values[at] ?? '')])) };
  };
}

function emptyNode(): Node {
  return { fixed: new Map(), named: new Map(), leaves: new Map() };
}

const NAMED = /^:(\w+)(.*)$/;

function childFor(node: Node, segment: string): Node {
  const suffix = NAMED.exec(segment)?.[2];
  const [children, name] = suffix === undefined ? [node.fixed, segment] : [node.named, suffix];
  const child = children.get(name) ?? emptyNode();
  children.set(name, child);
  return child;
}

/** Leaves in `values` what stands in the place of each name on the way. */
function leafOf(
  node: Node,
  segments: readonly string[],
  at: number,
  method: string,
  values: string[],
): Leaf | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.leaves.get(method);
  const child = node.fixed.get(segment);
  const found = child === undefined ? undefined : leafOf(child, segments, at + 1, method, values);
  if (found !== undefined) return found;
  for (const [suffix, named] of node.named) {
    const length = segment.length - suffix.length;
    if (length < 1 || !segment.endsWith(suffix)) continue;
    values.push(segment.slice(0, length));
    const leaf = leafOf(named, segments, at + 1, method, values);
    if (leaf !== undefined) return leaf;
    values.pop();
  }
  return undefined;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new RefusalError(
      allowing(['UTF-8, percent-encoded'], refuse('REQUEST_INVALID', 'The path is not encoded as UTF-8.')),
    );
  }
}
