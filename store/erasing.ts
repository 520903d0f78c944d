// Erasing people, wherever something of them lies: in the store, beside it (the sheet's file, uploads), and in Redis (live
// data, answers in finished jobs). A certificate comes first and says who decided it; whatever dies in between is followed by
// the same again, which removes what is left. Called by the api, for one person, and by the workers, when a plan's time is up.
import { rm } from 'node:fs/promises';
import { type Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { queuePrefix } from '../redis-connection.ts';
import type { ErasureDocument } from '../schema/documents/erasure.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { BlobStore } from './blobs.ts';
import type { Store } from './open-store.ts';
import { pathOfFile } from './stored-file.ts';

export type ErasingParts = {
  readonly store: Pick<Store, 'files' | 'uploads' | 'keptExports' | 'erasures'>;
  readonly redis: Redis;
  readonly blobs: BlobStore;
  readonly dataDir: string;
  now(): number;
};

/** Removes everything of the person of this certificate, and says so in it. Done before: the certificate as it is. */
export async function erasePerson(parts: ErasingParts, certificate: ErasureDocument): Promise<ErasureDocument> {
  const { _id: examineeId, planId } = certificate;
  if (certificate.doneAt > 0) return certificate;
  const jobs = (await emptyJobs(parts.redis, new Set([examineeId]))).get(examineeId) ?? 0;
  return eraseRest(parts, certificate, { planId, examineeId, jobs });
}

/**
 * The same for many of one plan: finished jobs are gone through once for all of them. `failed` hears of each that could not
 * be erased, and decides by throwing whether the others are.
 */
export async function erasePeople(
  parts: ErasingParts,
  planId: string,
  certificates: readonly ErasureDocument[],
  failed: (error: unknown, examineeId: string) => void,
): Promise<number> {
  const jobs = await emptyJobs(parts.redis, new Set(certificates.map(({ _id }) => _id)));
  let count = 0;
  for (const certificate of certificates) {
    const { _id: examineeId } = certificate;
    try {
      await eraseRest(parts, certificate, { planId, examineeId, jobs: jobs.get(examineeId) ?? 0 });
      count++;
    } catch (error) {
      failed(error, examineeId);
    }
  }
  return count;
}

/** What lies elsewhere first, before the store forgets where. */
async function eraseRest(
  parts: ErasingParts,
  certificate: ErasureDocument,
  { planId, examineeId, jobs }: { readonly planId: string; readonly examineeId: string; readonly jobs: number },
): Promise<ErasureDocument> {
  const { store } = parts;
  const files = await removeFile(parts, examineeId);
  const uploads = await removeUploads(parts, planId, examineeId);
  const exported = await removeExports(parts, planId);
  const keys = await removeLive(parts.redis, planId, examineeId);
  const beside = { 'files on disk': files, uploads, 'redis keys': keys, 'finished jobs': jobs };
  const gone = await store.erasures.remove(certificate);
  // Once more: what began while the person was still there may have read it.
  const exports = exported + (await removeExports(parts, planId));
  const removed = { ...beside, 'kept exports': exports, ...gone };
  const done = await store.erasures.done(examineeId, removed, parts.now());
  return done ?? (await store.erasures.get(examineeId)) ?? certificate;
}

async function removeFile({ store, dataDir }: ErasingParts, examineeId: string): Promise<number> {
  const file = await store.files.get(`sheet.${examineeId}`);
  if (file === null) return 0;
  await rm(pathOfFile({ dataDir }, file), { force: true });
  return 1;
}

/** Their keys go first: from then on nobody can read them. */
async function removeUploads({ store, blobs }: ErasingParts, planId: string, examineeId: string): Promise<number> {
  const ids = await store.uploads.removeOf(examineeId, planId);
  for (const id of ids) await blobs.remove(id);
  return ids.length;
}

/** Of whom they are is nowhere but in them: all of the plan go. */
async function removeExports({ store, blobs }: ErasingParts, planId: string): Promise<number> {
  const ids = await store.keptExports.removeOfPlan(planId);
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
export async function removeLive(redis: Redis, planId: string, examineeId: string): Promise<number> {
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

/** Finished jobs are kept for a while, some for a person to look at: the answers of others in them stay. Returns how many had answers of each. */
async function emptyJobs(redis: Redis, examineeIds: ReadonlySet<string>): Promise<Map<string, number>> {
  const queue = new Queue('answers', { connection: redis, prefix: queuePrefix(redis) });
  // Without a listener a lost connection would end the process; the commands themselves fail where it is lost.
  queue.on('error', () => {});
  const counts = new Map<string, number>();
  try {
    for (const job of await queue.getJobs(['completed', 'failed']))
      for (const id of await emptied(job, examineeIds)) counts.set(id, (counts.get(id) ?? 0) + 1);
    return counts;
  } finally {
    await queue.close();
  }
}

/** Whose answers were in it. */
async function emptied(job: Job | undefined, examineeIds: ReadonlySet<string>): Promise<Set<string>> {
  const found = new Set<string>();
  const data = JobData.safeParse(job?.data);
  if (job === undefined || !data.success) return found;
  const answers = data.data.answers.filter((answer) => {
    const [id] = Array.isArray(answer) ? (answer as unknown[]) : [];
    const isTheirs = typeof id === 'string' && examineeIds.has(id);
    if (isTheirs) found.add(id);
    return !isTheirs;
  });
  if (found.size > 0) await job.updateData({ ...data.data, answers });
  return found;
}
