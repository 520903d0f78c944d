// Rows that count: a room or examinee that an import brought counts from the moment its import says `committed`, all of the
// import at once. Whoever reads rows that may be of an import reads them through here. What is committed stays so and is
// kept in mind, so that in an exam nothing is asked of the store for it. Called by the aggregates of rooms and examinees.
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

type Row = { readonly importId?: string | undefined };
/** Whether a row counts, as far as was known when the reading began. */
type Counts = (row: Row) => boolean;

/** Keeps so many ids in mind; after them it asks anew. */
const MOST_KNOWN = 10_000;

/**
 * Runs `read`, which takes what `counts` says of each row. It is run again where an import turns out to have been committed
 * meanwhile: what was read before may be half of it.
 */
export type Counting = <T>(read: (counts: Counts) => Promise<T>) => Promise<T>;

export function countingOf({ rosterImports }: Pick<Models, 'rosterImports'>): Counting {
  /** Committed imports, each with the turn in which that became known. */
  const committed = new Map<string, number>();
  let turn = 0;

  /** Whether one of these is committed now. */
  async function learn(ids: readonly string[]): Promise<boolean> {
    const found = await rosterImports
      .find({ _id: anyOf(ids), state: 'committed' })
      .select({ _id: 1 })
      .lean<{ _id: string }[]>()
      .exec();
    if (committed.size > MOST_KNOWN) committed.clear();
    turn++;
    for (const { _id } of found) if (!committed.has(_id)) committed.set(_id, turn);
    return found.length > 0;
  }

  return async (read) => {
    for (;;) {
      const asOf = turn;
      const unknown = new Set<string>();
      const counts = ({ importId }: Row): boolean => {
        const id = importId ?? ''; // the server may group what is missing as null
        if (id === '' || (committed.get(id) ?? asOf + 1) <= asOf) return true;
        unknown.add(id);
        return false;
      };
      const result = await read(counts);
      if (unknown.size === 0 || !(await learn([...unknown]))) return result;
    }
  };
}

/** Reads pages until so many rows count, or nothing is left. `keyOf` is what `read` goes on after. */
export async function fullPage<R extends Row>(
  counts: Counts,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
  keyOf: (row: R) => string,
  read: (after: string | undefined) => Promise<R[]>,
): Promise<R[]> {
  const rows: R[] = [];
  for (let from = after; ; ) {
    const found = await read(from);
    rows.push(...found.filter(counts));
    const last = found.at(-1);
    if (found.length < limit || rows.length >= limit || last === undefined) return rows.slice(0, limit);
    from = keyOf(last);
  }
}
