// What of a person lies beside the store: the sheet's file, uploads, live data in Redis, and answers in finished jobs. Done
// again, it removes what is left. Called by routes/erasures.ts, before the store forgets where things lie.
import { rm } from 'node:fs/promises';
import { type Job, Queue } from 'bullmq';
import { z } from 'zod';
import { queuePrefix } from '../redis-connection.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { ApiParts } from './parts.ts';
import { pathOfFile } from './stored-file.ts';

/** How many of each are gone. */
export async function removeBesideStore(
  parts: Pick<ApiParts, 'store' | 'redis' | 'blobs' | 'config'>,
  planId: string,
  examineeId: string,
): Promise<Record<string, number>> {
  const files = await removeFile(parts, examineeId);
  const uploads = await removeUploads(parts, planId, examineeId);
  const jobs = await emptyJobs(parts.redis, examineeId);
  const keys = await removeLive(parts.redis, planId, examineeId);
  return { 'files on disk': files, uploads, 'redis keys': keys, 'finished jobs': jobs };
}

async function removeFile({ store, config }: Pick<ApiParts, 'store' | 'config'>, examineeId: string): Promise<number> {
  const file = await store.files.get(`sheet.${examineeId}`);
  if (file === null) return 0;
  const path = pathOfFile(config, file);
  await rm(path, { force: true });
  return 1;
}

/** Their keys go first: from then on nobody can read them. */
async function removeUploads(
  { store, blobs }: Pick<ApiParts, 'store' | 'blobs'>,
  planId: string,
  examineeId: string,
): Promise<number> {
  const ids = await store.uploads.removeOf(examineeId, planId);
  for (const id of ids) await blobs.remove(id);
  return ids.length;
}

/** Rooms stay for some minutes after their end and say what they know; after a day there is none. */
const ERASED_S = 86_400;

/**
 * The row goes out of the counts with what it counted for (names of exam/live-counts.ts), and none comes back.
 * KEYS: erased, counts, examinee, sheet, last seen, examinees. ARGV: examinee, now, expiry in s. Returns how many went.
 */
const REMOVE = `
local id = ARGV[1]
redis.call('ZADD', KEYS[1], ARGV[2], id)
redis.call('EXPIRE', KEYS[1], ARGV[3])
local function take(name, number)
  if number ~= 0 and redis.call('HINCRBY', KEYS[2], name, -number) == 0 then redis.call('HDEL', KEYS[2], name) end
end
local was = redis.call('HMGET', KEYS[3], 'roomId', 'status', 'link', 'sheet', 'savedCount')
if was[1] and was[2] then
  take('status:' .. was[1] .. ':' .. was[2], 1)
  if was[3] then take('link:' .. was[1] .. ':' .. was[3], 1) end
  if was[4] then take('sheet:' .. was[1] .. ':' .. was[4], 1) end
  take('saved:' .. was[1], tonumber(was[5] or '0'))
end
return redis.call('DEL', KEYS[3], KEYS[4]) + redis.call('ZREM', KEYS[5], id) + redis.call('HDEL', KEYS[6], id)`;

/** How many keys and fields of live data went. */
export async function removeLive(redis: ApiParts['redis'], planId: string, examineeId: string): Promise<number> {
  const keys = [
    redisKeys.erased(planId),
    redisKeys.counts(planId),
    redisKeys.examinee(planId, examineeId),
    redisKeys.sheet(planId, examineeId),
    redisKeys.lastSeen(planId),
    redisKeys.masterExaminees(planId),
  ];
  return Number(await redis.eval(REMOVE, keys.length, ...keys, examineeId, Date.now(), ERASED_S));
}

const JobData = z.looseObject({ answers: z.array(z.unknown()) });

/** Finished jobs are kept for a while, some for a person to look at: the answers of others in them stay. */
async function emptyJobs(redis: ApiParts['redis'], examineeId: string): Promise<number> {
  const queue = new Queue('answers', { connection: redis, prefix: queuePrefix(redis) });
  // Without a listener a lost connection would end the process; the commands themselves fail where it is lost.
  queue.on('error', () => {});
  try {
    let count = 0;
    for (const job of await queue.getJobs(['completed', 'failed'])) count += Number(await emptied(job, examineeId));
    return count;
  } finally {
    await queue.close();
  }
}

async function emptied(job: Job | undefined, examineeId: string): Promise<boolean> {
  const data = JobData.safeParse(job?.data);
  if (job === undefined || !data.success) return false;
  const answers = data.data.answers.filter((answer) => !Array.isArray(answer) || answer[0] !== examineeId);
  if (answers.length === data.data.answers.length) return false;
  await job.updateData({ ...data.data, answers });
  return true;
}
