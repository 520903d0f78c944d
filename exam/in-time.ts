// Lists in the order of time that are put together from several sources, and their pages. The cursor says after which
// instant and entry it goes on, so that a page neither repeats nor leaves out what was there. Pure. Called by the api.

/** `at` is whole epoch ms; `entryId` names it for ever, in letters, digits, `.`, `_` and `-`. */
type Timed = { readonly at: number; readonly entryId: string };

/** The earliest first; of one instant in the order of their ids. */
export function inTime<E extends Timed>(entries: readonly E[]): E[] {
  return [...entries].sort(byTime);
}

/** The page after this cursor of what is in the order of time; `next` is null on the last one, and after a cursor that is none. */
export function pageOf<E extends Timed>(
  ordered: readonly E[],
  after: string | undefined,
  limit: number,
): { page: E[]; next: string | null } {
  const from = after === undefined ? START : parsed(after);
  const rest = from === undefined ? [] : ordered.filter((one) => byTime(one, from) > 0);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { page, next: last === undefined || rest.length === page.length ? null : `${last.at}.${last.entryId}` };
}

const START: Timed = { at: Number.NEGATIVE_INFINITY, entryId: '' };

function parsed(cursor: string): Timed | undefined {
  const [, at, entryId] = /^(\d+)\.(.+)$/.exec(cursor) ?? [];
  return at === undefined || entryId === undefined ? undefined : { at: Number(at), entryId };
}

function byTime(one: Timed, other: Timed): number {
  if (one.at !== other.at) return one.at - other.at;
  return one.entryId < other.entryId ? -1 : Number(one.entryId > other.entryId);
}
