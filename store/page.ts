// A page of a list: everything whose `_id` follows `after`, at most `limit` of it. Must never skip by counting: that
// reads what it leaves out. Called by the aggregates' lists.
import mongoose from 'mongoose';

/** `after` is the `_id` of the last one seen; without it from the start. */
export type Page = { readonly after?: string | undefined; readonly limit: number };

/** The filter on `_id` for this page. */
export function following(after: string | undefined): { $gt: string } {
  return mongoose.trusted({ $gt: after ?? '' });
}

/** The filter for any of these values; marked as ours, since objects with `$` in filters are taken for values. */
export function anyOf<T>(values: readonly T[]): { $in: T[] } {
  return mongoose.trusted({ $in: [...values] });
}
