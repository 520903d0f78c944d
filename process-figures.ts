// What every process shows of itself and of what it stands on: whether store and Redis answer, the queues, the processes, the
// disk, the clock, the log. Read when somebody asks, each within a bound, so that what is away holds up no other figure.
// Called by the composition root.
import { statfs } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { alone, countsOf, gaugeOf } from './metrics.ts';
import type { ProcessLog } from './process-log.ts';
import { reportedProcesses } from './process-report.ts';
import { openQueueDoor, type QueueDoor } from './queue-door.ts';
import { QUEUES } from './schema/jobs.ts';
import { JOB_PLACES } from './schema/metrics.ts';
import type { ServerClock } from './server-clock.ts';
import type { Store } from './store/open-store.ts';

const PATIENCE_MS = 1_500;
/** Five reports that were not made. */
const SILENT_MS = 10_000;

export type ProcessFiguresOptions = {
  readonly registry: Registry;
  readonly store: Pick<Store, 'ping'>;
  readonly redis: Redis;
  /** For the queues alone. */
  readonly queueRedis: Redis;
  readonly dataDir: string;
  readonly clock: Pick<ServerClock, 'now' | 'isOff' | 'jumpMs'>;
  readonly lines: ProcessLog['lines'];
  readonly log: Logger;
};

/** Adds them to the registry; `stop` closes the doors to the queues. */
export function showProcess({ registry, store, redis, queueRedis, dataDir, clock, lines, log }: ProcessFiguresOptions) {
  const doors = QUEUES.map((name) => openQueueDoor(name, queueRedis, log));
  gaugeOf(registry, 'examhall_dependency_up', async () => {
    const [storeUp, redisUp] = await Promise.all([answers(store.ping()), answers(redis.ping())]);
    return [
      { labels: { dependency: 'store' }, value: storeUp },
      { labels: { dependency: 'redis' }, value: redisUp },
    ];
  });
  gaugeOf(registry, 'examhall_queue_jobs', () => inTime(Promise.all(doors.map(countsIn)).then((all) => all.flat())));
  gaugeOf(registry, 'examhall_queue_oldest_seconds', () => inTime(Promise.all(doors.map(oldestIn))));
  gaugeOf(registry, 'examhall_processes', async () => {
    const ages = (await inTime(reportedProcesses(redis))).map(({ at }) => clock.now() - at);
    const silent = ages.filter((age) => age > SILENT_MS).length;
    return [
      { labels: { state: 'reporting' }, value: ages.length - silent },
      { labels: { state: 'silent' }, value: silent },
    ];
  });
  gaugeOf(registry, 'examhall_disk_free_ratio', async () => {
    const { bavail, blocks } = await statfs(dataDir).catch(() => statfs('.')); // it is made when first written to
    return alone(bavail / blocks);
  });
  gaugeOf(registry, 'examhall_clock_off', () => alone(Number(clock.isOff())));
  gaugeOf(registry, 'examhall_clock_jump_seconds', () => alone(clock.jumpMs() / 1_000));
  countsOf(registry, 'examhall_log_lines_total', () =>
    Object.entries(lines()).map(([level, value]) => ({ labels: { level: level as never }, value })),
  );
  return {
    async stop(): Promise<void> {
      await Promise.all(doors.map((door) => door.close()));
    },
  };
}

async function countsIn(door: QueueDoor) {
  const queue = await door.opened();
  const counts = await queue.getJobCounts(...JOB_PLACES);
  return JOB_PLACES.map((place) => ({ labels: { queue: queue.name, place }, value: counts[place] ?? 0 }));
}

/** By the clocks of two machines; less than nothing is 0. */
async function oldestIn(door: QueueDoor) {
  const queue = await door.opened();
  const firsts = await Promise.all([queue.getJobs(['waiting'], 0, 0, true), queue.getJobs(['delayed'], 0, 0, true)]);
  const addedAt = firsts.flat().map((job) => job?.timestamp ?? Date.now());
  const ageMs = Math.max(0, ...addedAt.map((at) => Date.now() - at));
  return { labels: { queue: queue.name }, value: ageMs / 1_000 };
}

async function answers(asked: Promise<unknown>): Promise<0 | 1> {
  return inTime(asked).then(
    () => 1,
    () => 0,
  );
}

/** Rejects after the patience of whoever asks for figures. */
function inTime<T>(asked: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), PATIENCE_MS);
  return Promise.race([asked, late.promise]).finally(() => clearTimeout(timer));
}
