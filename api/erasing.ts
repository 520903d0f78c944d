// What of a person lies beside the store: the sheet's file, live data in Redis, and answers in finished jobs. Done again, it
// removes what is left. Called by routes/erasures.ts, before the store forgets where things lie.
import { rm } from 'node:fs/promises';
import { type Job, Queue } from 'bullmq';
import { z } from 'zod';
import { redisKeys } from '../schema/redis-keys.ts';
import type { ApiParts } from './parts.ts';
import { pathOfFile } from './stored-file.ts';

/** How many of each are gone. */
export async function removeBesideStore(
  parts: Pick<ApiParts, 'store' | 'redis' | 'config'>,
  planId: string,
  examineeId: string,
): Promise<Record<string, number>> {
  const files = await removeFile(parts, examineeId);
  const jobs = await emptyJobs(parts.redis, examineeId);
  const keys = await removeKeys(parts.redis, planId, examineeId);
  return { 'files on disk': files, 'redis keys': keys, 'finished jobs': jobs };
}

async function removeFile({ store, config }: Pick<ApiParts, 'store' | 'config'>, examineeId: string): Promise<number> {
  const file = await store.files.get(`sheet.${examineeId}`);
  if (file === null) return 0;
  const path = pathOfFile(config, file);
  await rm(path, { force: true });
  return 1;
}

async function removeKeys(redis: ApiParts['redis'], planId: string, examineeId: string): Promise<number> {
  const keys = [redisKeys.sheet(planId, examineeId), redisKeys.examinee(planId, examineeId)];
  const removed = await redis.del(...keys);
  const fields = await redis.hdel(redisKeys.masterExaminees(planId), examineeId);
  return removed + fields + (await redis.zrem(redisKeys.lastSeen(planId), examineeId));
}

const JobData = z.looseObject({ answers: z.array(z.unknown()) });

/** Finished jobs are kept for a while, some for a person to look at: the answers of others in them stay. */
async function emptyJobs(redis: ApiParts['redis'], examineeId: string): Promise<number> {
  const queue = new Queue('answers', { connection: redis, prefix: redisKeys.queues() });
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
