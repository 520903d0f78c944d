// Removes what has expired, a bounded number of rows at a time: one delete of millions would hold a connection for minutes.
// Must never remove a row that somebody has renewed since it was found. Called by the aggregates that expire.
import mongoose, { type Model } from 'mongoose';
import { anyOf } from './page.ts';

type Expiring = { _id: string; expiresAt: number };

/**
 * Removes at most `limit` rows that have expired by `now` (epoch ms). Returns how many it found: fewer than the limit mean
 * that nothing is left. Not how many it removed itself, since another process may be sweeping the same rows.
 */
export async function removeExpired<D extends Expiring>(model: Model<D>, now: number, limit: number): Promise<number> {
  const expired = { expiresAt: mongoose.trusted({ $lte: now }) };
  const rows = await model
    .find(expired as never)
    .select({ _id: 1 })
    .limit(limit)
    .lean<{ _id: string }[]>()
    .exec();
  if (rows.length > 0) await model.deleteMany({ _id: anyOf(rows.map(({ _id }) => _id)), ...expired } as never).exec();
  return rows.length;
}
