// How many log entries of each kind a minute has, exactly, although jobs come twice and processes die: counts are never
// added to, but counted from the entries themselves. Who inserts marks the minute first, and takes the mark away when it
// has counted after its insert; a mark that stays is of one who died, and a sweep counts again.
// Must never lower a count: entries are only ever added, so of two counts the higher one saw more. Called by records.ts.
import mongoose from 'mongoose';
import type { LogCountsDocument } from '../schema/documents/record.ts';
import { newId } from '../schema/ids.ts';
import type { LogEntry } from '../schema/jobs.ts';
import { LISTS } from '../schema/lists.ts';
import { type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';

const MINUTE_MS = 60_000;

type Minute = Pick<LogCountsDocument, '_id' | 'planId' | 'minute'>;

export function logCounts({ logs, logCounts: rows }: Models) {
  const native = rows.collection;

  async function mark(minutes: readonly Minute[], id: string): Promise<void> {
    const writes = minutes.map(({ _id, planId, minute }) => {
      const update = {
        $setOnInsert: { planId, minute, total: 0, counts: [] },
        $push: { marks: { id, at: Date.now() } },
      };
      return { updateOne: { filter: { _id }, update, upsert: true } };
    });
    await native.bulkWrite(writes as never[], { ordered: false });
  }

  async function count({ _id, planId, minute }: Minute): Promise<void> {
    const counts = await logs
      .aggregate<LogCountsDocument['counts'][number]>([
        { $match: { planId, at: { $gte: minute, $lt: minute + MINUTE_MS } } },
        { $group: { _id: { stream: '$stream', kind: '$kind' }, count: { $sum: 1 } } },
        { $project: { _id: 0, stream: '$_id.stream', kind: '$_id.kind', count: 1 } },
        { $sort: { stream: 1, kind: 1 } },
      ])
      .exec();
    const total = counts.reduce((sum, one) => sum + one.count, 0);
    await rows.updateOne({ _id, total: mongoose.trusted({ $lt: total }) }, { $set: { total, counts } }).exec();
  }

  return {
    /** Inserts between mark and count. Where it throws the mark stays, and the sweep counts what was inserted. */
    async around(entries: readonly LogEntry[], insert: () => Promise<void>): Promise<void> {
      const minutes = minutesOf(entries);
      if (minutes.length === 0) return;
      const id = newId();
      await mark(minutes, id);
      await insert();
      for (const minute of minutes) await count(minute);
      await native.bulkWrite(
        minutes.map(({ _id }) => ({ updateOne: { filter: { _id }, update: { $pull: { marks: { id } } } } })) as never[],
        { ordered: false },
      );
    },

    byMinute: (planId: string, page: ListPage): Promise<LogCountsDocument[]> =>
      listed(rows, { planId }, LISTS.minutes.sorts, page),

    /** `before` is epoch ms, far enough back that nobody may still be inserting. */
    async recount(before: number, limit: number): Promise<number> {
      const left = await native
        .find<LogCountsDocument>({ 'marks.at': { $lt: before } } as never)
        .limit(limit)
        .toArray();
      for (const minute of left) {
        await count(minute);
        await native.updateOne({ _id: minute._id } as never, { $pull: { marks: { at: { $lt: before } } } } as never);
      }
      return left.length;
    },
  };
}

function minutesOf(entries: readonly LogEntry[]): Minute[] {
  const minutes = new Map<string, Minute>();
  for (const { planId, at } of entries) {
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    const _id = `${planId}.${minute}`;
    minutes.set(_id, { _id, planId, minute });
  }
  return [...minutes.values()];
}
