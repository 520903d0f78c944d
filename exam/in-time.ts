// Lists in the order of time that are put together from several sources. Pure. Called by the api.

/** `at` is whole epoch ms; `entryId` names it for ever, in letters, digits, `.`, `_` and `-`. */
type Timed = { readonly at: number; readonly entryId: string };

/** The earliest first; of one instant in the order of their ids. */
export function inTime<E extends Timed>(entries: readonly E[]): E[] {
  return [...entries].sort(byTime);
}

function byTime(one: Timed, other: Timed): number {
  if (one.at !== other.at) return one.at - other.at;
  return one.entryId < other.entryId ? -1 : Number(one.entryId > other.entryId);
}
