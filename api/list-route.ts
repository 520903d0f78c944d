// A list as a route: its query, its cursor and what it refuses come from schema/lists.ts, so that no list has a shape of its
// own. What a list is of, who may read it and how a row is shown say routes/.
import { z } from 'zod';
import type { PlanDocument } from '../schema/documents/plan.ts';
import { LISTS, type ListName, listQuery } from '../schema/lists.ts';
import type { Action } from '../schema/permissions.ts';
import { isRefusal, type Refusal, type RefusalCode } from '../schema/refusals.ts';
import { NoBody, PlanParams } from '../schema/requests.ts';
import { compared, cursorAfter, ofMember, orderOf, positionIn, positionOf, type Sorts } from '../schema/sorting.ts';
import type { ListPage } from '../store/listing.ts';
import type { Target } from './access.ts';
import { aboutPlan, planOf } from './lookups.ts';
import type { ApiParts } from './parts.ts';
import { type Call, type GuardedRoute, route } from './route.ts';
import type { Subject } from './who-is-it.ts';

type Lists = typeof LISTS;

type Query<N extends ListName> = z.output<ReturnType<typeof listQuery<Lists[N]>>> & ListPage;
type ListCall<N extends ListName, P> = Call<Subject, P, Query<N>, unknown>;

type Spec<N extends ListName, P extends z.ZodType, D extends object> = {
  readonly path: `/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly access: Action;
  readonly params: P;
  /** The reply: one member has the rows, `next` the cursor of the page after them. */
  readonly schema: z.ZodObject;
  readonly refusals: readonly RefusalCode[];
  target(call: ListCall<N, z.output<P>>): Target | Promise<Target | Refusal>;
  /** The rows of the page, in the order that is asked for. */
  read(call: ListCall<N, z.output<P>>): Promise<readonly D[] | Refusal>;
  /** A row as it is answered; undefined where this one is not for who asks. */
  view(row: D, call: ListCall<N, z.output<P>>): unknown | Promise<unknown>;
  /** What the reply has beside the rows and the cursor. */
  beside?(call: ListCall<N, z.output<P>>, rows: readonly D[]): object;
  /** What an order compares of a row, where it is no member of it. */
  valueIn?(row: D, by: string): unknown;
};

const CURSOR_MEMBER = 'next';

/** The route of this list. */
export function listRoute<N extends ListName, P extends z.ZodType, D extends object>(
  name: N,
  { read, view, valueIn, beside, schema, ...spec }: Spec<N, P, D>,
): GuardedRoute {
  const [member = ''] = Object.entries(schema.shape).flatMap(([key, one]) => (one instanceof z.ZodArray ? [key] : []));
  return route({
    ...spec,
    method: 'get',
    query: listQuery(LISTS[name]) as never,
    body: NoBody,
    reply: { status: 200, type: 'application/json', schema },
    repeat: 'keyless',
    list: name,
    async handle(asked: never) {
      const call = asked as ListCall<N, z.output<P>>;
      const { limit } = call.query;
      // One more than is shown says whether anything follows.
      const found = await read({ ...call, query: { ...call.query, limit: limit + 1 } });
      if (isRefusal(found)) return found;
      const rows = found.slice(0, limit);
      const views = await Promise.all(rows.map(async (row) => view(row, call)));
      const shown = views.filter((one) => one !== undefined);
      const next = found.length > limit ? nextOf(LISTS[name].sorts, call.query, rows, valueIn) : null;
      return { ...beside?.(call, rows), [member]: shown, [CURSOR_MEMBER]: next };
    },
  } as never);
}

type OfPlan<N extends ListName, D extends object> = Omit<
  Spec<N, typeof PlanParams, D>,
  'params' | 'read' | 'refusals' | 'target'
> & {
  readonly refusals?: readonly RefusalCode[];
  target?: Spec<N, typeof PlanParams, D>['target'];
  read(plan: PlanDocument, call: ListCall<N, z.output<typeof PlanParams>>): Promise<readonly D[] | Refusal>;
};

/** A list of what a plan has, under `/plans/:planId`. */
export function planList<N extends ListName, D extends object>(
  parts: ApiParts,
  name: N,
  { read, refusals = [], target = aboutPlan, ...spec }: OfPlan<N, D>,
): GuardedRoute {
  return listRoute<N, typeof PlanParams, D>(name, {
    ...spec,
    params: PlanParams,
    refusals: ['PLAN_UNKNOWN', ...refusals],
    target,
    async read(call) {
      const plan = await planOf(parts, call.params.planId);
      return isRefusal(plan) ? plan : read(plan, call);
    },
  });
}

/** The cursor after a full page; null where this was the last. */
export function nextOf<D extends object>(
  sorts: Sorts,
  { sort, limit }: ListPage,
  rows: readonly D[],
  valueIn?: (row: D, by: string) => unknown,
): string | null {
  const last = rows.length < limit ? undefined : rows.at(-1);
  if (last === undefined) return null;
  const order = orderOf(sorts, sort);
  return valueIn === undefined
    ? cursorAfter(order, last)
    : cursorAfter(order, last, (row) => valueIn(row as D, order.by));
}

/** The page of rows that are read as a whole, because they are few: those of one room, or of one person. */
export function pageAmong<D extends object>(
  sorts: Sorts,
  { sort, after, limit }: ListPage,
  rows: readonly D[],
  valueIn?: (row: D, by: string) => unknown,
): D[] {
  const order = orderOf(sorts, sort);
  const value = valueIn === undefined ? ofMember(order) : (row: object) => valueIn(row as D, order.by);
  const from = after === undefined ? undefined : positionIn(order, after);
  const placed = rows.map((row) => ({ row, place: positionOf(order, row, value) }));
  return placed
    .filter(({ place }) => from === undefined || compared(order, place, from) > 0)
    .sort((one, other) => compared(order, one.place, other.place))
    .slice(0, limit)
    .map(({ row }) => row);
}
