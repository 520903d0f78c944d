// What boards and monitors are shown from, read past every link: each examinee's row and sheet in Redis, and the display
// fields in the store, under their own names and past everything that the system is made of. Redis is rebuilt from the store
// and display comes some seconds late, so it is read until it fits. Called by play.ts.
import type { Redis } from 'ioredis';
import type { mongo } from 'mongoose';
import type { LiveView } from './history.ts';

type DisplayRow = { _id: string; display?: { link: string; savedCount: number } };

/** Of these people of one plan. Throws where one of both stores does not answer. */
export async function readLiveView(
  { redis, database }: { readonly redis: Redis; readonly database: mongo.Db },
  planId: string,
  examineeIds: readonly string[],
): Promise<LiveView[]> {
  const people = database.collection<DisplayRow>('examinees').find({ planId }, { projection: { display: 1 } });
  const displays = new Map((await people.toArray()).map(({ _id, display }) => [_id, display]));
  const rows = redis.pipeline();
  for (const examineeId of examineeIds) {
    rows.hmget(`eh:{${planId}}:examinee:${examineeId}`, 'link', 'savedCount');
    rows.hgetall(`eh:{${planId}}:sheet:${examineeId}`);
  }
  const replies = (await rows.exec()) ?? [];
  const replyOf = (place: number): unknown => {
    const [error, reply] = replies[place] ?? [new Error('Redis gave no reply')];
    if (error !== null) throw error;
    return reply;
  };
  return examineeIds.map((examineeId, index) => {
    const [link, savedCount] = replyOf(2 * index) as (string | null)[];
    const sheet = replyOf(2 * index + 1) as Record<string, string>;
    const stored = displays.get(examineeId);
    return {
      examineeId,
      row: { link: link ?? 'missing', savedCount: Number(savedCount ?? -1) },
      display: { link: stored?.link ?? 'missing', savedCount: stored?.savedCount ?? -1 },
      sheet: Object.entries(sheet).map(([item, value]) => [Number(item), Number.parseInt(value, 10)] as const),
    };
  });
}
