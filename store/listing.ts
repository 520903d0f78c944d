// A page of a list as the store reads it: what comes after a cursor in one of the orders of schema/lists.ts, and at most so
// many. Must never skip by counting: that reads what it leaves out. Called by the aggregates' lists.
import mongoose, { type Model } from 'mongoose';
import { cursorAfter, type Order, orderOf, type Position, positionIn, type Sorts } from '../schema/sorting.ts';

/** `after` is a cursor of this order; without it from the start, and without `sort` in the list's first order. */
export type ListPage = {
  readonly sort?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
};

/** Of what is listed by its time, what lies in between: from `since` on, before `until`. */
export type Span = { readonly since?: number | undefined; readonly until?: number | undefined };

export function between({ since, until }: Span): object {
  const bounds = { ...(since === undefined ? {} : { $gte: since }), ...(until === undefined ? {} : { $lt: until }) };
  return since === undefined && until === undefined ? {} : { at: mongoose.trusted(bounds) };
}

/** A member that is undefined would be looked for as one that is missing. */
export function given(named: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

/** The rows of this page. `scope` is what they all have; a cursor of another order ends the list. */
export async function listed<D>(
  model: Model<D>,
  scope: object,
  sorts: Sorts,
  { sort, after, limit }: ListPage,
  select: Readonly<Record<string, 0 | 1>> | string = {},
): Promise<D[]> {
  const order = orderOf(sorts, sort);
  const from = after === undefined ? undefined : positionIn(order, after);
  if (after !== undefined && from === undefined) return [];
  const filters = [
    ...(Object.keys(scope).length > 0 ? [scope] : []),
    from === undefined ? all(order) : beyond(order, from),
  ];
  return model
    .find({ $and: filters } as never)
    .select(select)
    .sort(directions(order))
    .limit(limit)
    .lean<D[]>()
    .exec();
}

function directions({ by, isUnique, isFalling }: Order): Record<string, 1 | -1> {
  const way = isFalling ? -1 : 1;
  return isUnique ? { [by]: way } : { [by]: way, _id: way };
}

/** Nothing is left out; it names a member, so that an index is looked at. */
function all(order: Order): object {
  return order.mayMiss ? { _id: mongoose.trusted({ $gte: '' }) } : anyIn(order);
}

/** Whatever value it has. */
function anyIn({ by, kind }: Order): object {
  return { [by]: mongoose.trusted({ $gte: kind === 'number' ? Number.NEGATIVE_INFINITY : '' }) };
}

/** What follows this position. The bound on the member beside the choice is for the index. */
function beyond(order: Order, { value, id }: Position): object {
  const { by, isUnique, isFalling, mayMiss } = order;
  const [past, upTo] = isFalling ? (['$lt', '$lte'] as const) : (['$gt', '$gte'] as const);
  const ofId = { _id: mongoose.trusted({ [past]: id }) };
  if (value === null) {
    const without = { [by]: null, ...ofId };
    return isFalling ? without : { $or: [without, anyIn(order)] };
  }
  const further = { [by]: mongoose.trusted({ [past]: value }) };
  if (isUnique) return further;
  const among = [further, { [by]: value, ...ofId }];
  if (isFalling && mayMiss) return { $or: [...among, { [by]: null }] };
  return { [by]: mongoose.trusted({ [upTo]: value }), $or: among };
}

const AT_ONCE = 500;

/** Every page of a list, for who takes all of it. */
export async function* pagesOf<D extends object>(
  sorts: Sorts,
  read: (page: ListPage) => Promise<readonly D[]>,
  limit = AT_ONCE,
): AsyncGenerator<readonly D[]> {
  for (let after: string | undefined; ; ) {
    const page = await read({ after, limit });
    yield page;
    const last = page.length < limit ? undefined : page.at(-1);
    if (last === undefined) return;
    after = cursorAfter(orderOf(sorts), last);
  }
}

/** The same, together. */
export async function allOf<D extends object>(
  sorts: Sorts,
  read: (page: ListPage) => Promise<readonly D[]>,
): Promise<D[]> {
  const found: D[] = [];
  for await (const page of pagesOf(sorts, read)) found.push(...page);
  return found;
}
