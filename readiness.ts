// Whether the exams that are ahead fit what runs, beside settings and stores: people against the measured figures of
// docs/benchmarks.md, the processes and their clocks, the disk, the last backup. Changes nothing. Called by
// operations.ts.
import { readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { Config } from './config.ts';
import { readManifest, requireSealed } from './copies/manifest.ts';
import type { PlanDocument } from './schema/documents/plan.ts';
import { MonitorServer } from './schema/monitor.ts';
import { redisKeys } from './schema/redis-keys.ts';
import { EXAMINEE_STATES } from './schema/states.ts';
import type { Store } from './store/open-store.ts';

export type Finding = { readonly ok: boolean; readonly detail: string };

/**
 * Measured: 8,000 people in one rooms process who answer every 10 s and beat each second, p99 69 ms, on two shared
 * cores.
 */
const PEOPLE_A_ROOMS_PROCESS = 8_000;
/** Measured: 1,607 people were in 310 cold rooms after 12 s, with one api on the same two cores. */
const ENTERS_A_SECOND = 130;
/** Measured in rooms of three; in larger ones a person takes a third of it. */
const MEMORY_A_PERSON = 48_000;
const SILENT_MS = 10_000;
/** A process reports every two seconds. */
const REPORTED_AHEAD_MS = 3_000;
/** Where the alarm of a full disk is over. */
const LEAST_FREE = 0.1;
const AHEAD_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;

/**
 * The people of all plans that may run within a day: those that are planned then, or for no instant, and those that
 * run.
 */
async function peopleAhead(store: Store, now: number): Promise<{ plans: PlanDocument[]; people: number }> {
  const all = await store.plans.byStates(['scheduled', 'open', 'running', 'paused']);
  const isAhead = ({ status, plannedAt = 0, rehearsal }: PlanDocument) =>
    !rehearsal && (status !== 'scheduled' || plannedAt === 0 || plannedAt < now + AHEAD_MS);
  const plans = all.filter(isAhead);
  let people = 0;
  for (const { _id } of plans) {
    const counts = await store.examinees.countByStatus(_id);
    for (const state of EXAMINEE_STATES) people += counts[state];
  }
  return { plans, people };
}

/** Which processes say that they live, by the store's clock. */
async function reports(redis: Redis): Promise<MonitorServer[]> {
  const all = Object.values(await redis.hgetall(redisKeys.processes()));
  return all.flatMap((text) => MonitorServer.safeParse(JSON.parse(text)).data ?? []);
}

/** Whether what runs can have everybody who is on a roster for the next day. */
export async function checkCapacity(store: Store, redis: Redis): Promise<Finding> {
  const now = Date.now() + (await store.clock.offset()).offsetMs;
  const { plans, people } = await peopleAhead(store, now);
  if (plans.length === 0) return { ok: true, detail: 'no plan is scheduled for the next 24 hours, or runs' };
  const servers = (await reports(redis)).filter(({ at }) => at > now - SILENT_MS);
  const countOf = (role: MonitorServer['roles'][number]) => servers.filter(({ roles }) => roles.includes(role)).length;
  const [api, rooms, workers] = [countOf('api'), countOf('rooms'), countOf('workers')];
  const enterS = Math.ceil(people / ENTERS_A_SECOND / Math.max(1, api));
  const memoryMb = Math.ceil((people * MEMORY_A_PERSON) / Math.max(1, rooms) / 1e6);
  const wanted = `${people} people of ${plans.length} plans`;
  const missing = Object.entries({ api, rooms, workers }).flatMap(([role, count]) => (count === 0 ? [role] : []));
  if (missing.length > 0) return { ok: false, detail: `${wanted}, and no process has the role ${missing.join(', ')}` };
  if (people > rooms * PEOPLE_A_ROOMS_PROCESS) {
    const needed = Math.ceil(people / PEOPLE_A_ROOMS_PROCESS) + 1;
    return { ok: false, detail: `${wanted} need ${needed} rooms processes, one of them in reserve, and ${rooms} run` };
  }
  const isSpare = people <= (rooms - 1) * PEOPLE_A_ROOMS_PROCESS;
  const spare = isSpare ? 'one of them may die' : 'none is spare: if one dies, people wait until it is back';
  const said = `${wanted}; ${rooms} rooms processes for ${rooms * PEOPLE_A_ROOMS_PROCESS} (${spare})`;
  return { ok: true, detail: `${said}, about ${enterS} s until all are in, ${memoryMb} MB more in each rooms process` };
}

/** Whether the processes speak lately, by one clock, and are of one version. */
export async function checkProcesses(store: Store, redis: Redis): Promise<Finding> {
  const now = Date.now() + (await store.clock.offset()).offsetMs;
  const servers = await reports(redis);
  if (servers.length === 0) return { ok: true, detail: 'none runs' };
  const silent = servers.filter(({ at }) => at <= now - SILENT_MS);
  const ahead = servers.filter(({ at }) => at > now + REPORTED_AHEAD_MS);
  const versions = [...new Set(servers.map(({ version }) => version))];
  const nameOf = ({ host, pid, roles }: MonitorServer) => `${host}/${pid} (${roles.join(',')})`;
  const problems = [
    ...(silent.length === 0 ? [] : [`silent for 10 s and more: ${silent.map(nameOf).join(', ')}`]),
    ...(ahead.length === 0 ? [] : [`a clock that is ahead: ${ahead.map(nameOf).join(', ')}`]),
    ...(versions.length <= 1 ? [] : [`of several versions: ${versions.join(', ')}`]),
  ];
  if (problems.length > 0) return { ok: false, detail: problems.join('; ') };
  return { ok: true, detail: `${servers.length} report, by the store's clock, version ${versions[0]}` };
}

/** Whether the disk of the data directory has room. */
export async function checkDisk(dataDir: string): Promise<Finding> {
  const { bavail, blocks, bsize } = await statfs(dataDir);
  const free = bavail / Math.max(1, blocks);
  const said = `${Math.floor(free * 100)} % free (${((bavail * bsize) / 1e9).toFixed(1)} GB) at ${dataDir}`;
  return { ok: free >= LEAST_FREE, detail: `${said}; needs ${LEAST_FREE * 100} %` };
}

/** Whether the youngest backup of the folder is whole by its manifest, sealed with this key, and young enough. */
export async function checkBackups(
  { dir, mostHours }: Config['backups'],
  paperKey: Uint8Array,
  now: number,
): Promise<Finding> {
  if (dir === '') return { ok: true, detail: 'EXAMHALL_BACKUP_DIR is empty: nobody looks how old the last one is' };
  const problems: string[] = [];
  let youngest = 0;
  for (const name of await readdir(dir)) {
    try {
      const manifest = await readManifest(join(dir, name));
      requireSealed(manifest, paperKey);
      youngest = Math.max(youngest, manifest.begunAt);
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (youngest === 0) return { ok: false, detail: `no backup in ${dir} can be used. ${problems.join(' ')}`.trim() };
  const hours = (now - youngest) / HOUR_MS;
  const of = `the last one is ${hours.toFixed(1)} hours old, at most ${mostHours}`;
  return { ok: hours <= mostHours, detail: problems.length === 0 ? of : `${of}; beside it: ${problems.join(' ')}` };
}
