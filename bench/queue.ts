// `npm run bench:queue -- [--quick] [--only QUEUE]`: each of the five queues through the production workers: how long a job
// takes at a busy exam's pace, and how fast a backlog drains that grew while the workers stood still. The peer is the same
// jobs through BullMQ to a worker that does nothing. Exit code 1 where a limit is not kept.
import { paperKeyFrom } from '../config.ts';
import { createRehearsal } from '../loadtest/rehearsal.ts';
import { type Percentiles, percentileLine, table } from '../loadtest/report.ts';
import { QUEUES, type QueueName } from '../schema/jobs.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { type BenchChild, startChild } from './child.ts';
import { benchPaper, benchRooms } from './documents.ts';
import type { IdleOrder } from './idle-worker.ts';
import { judge, QUEUE_LIMITS, type Verdict } from './limits.ts';
import { readProcesses, spentBetween } from './processes.ts';
import { PEER_QUEUE } from './queue-jobs.ts';
import type { JobsOrder, QueueOrder, QueueReply } from './queue-load.ts';
import { type Bench, type BenchSystem, runBench } from './run.ts';
import { type ScoredPlan, settledPlans } from './settled-plans.ts';

type Shape = {
  /** As a busy exam makes them: so many jobs, so many a second, with so many items. */
  readonly pace: { readonly jobs: number; readonly perSecond: number; readonly items: number };
  readonly backlog: { readonly jobs: number; readonly items: number };
  /** What an item is. */
  readonly unit: string;
  /** Jobs at once in the production worker, and so in the peer. */
  readonly concurrency: number;
};

type Size = {
  readonly examinees: number;
  readonly rooms: number;
  readonly scoredPlans: number;
  readonly sheetsAPlan: number;
  readonly shapes: Readonly<Record<QueueName, Shape>>;
};

const UNITS = {
  answers: { unit: 'answers', concurrency: 4 },
  states: { unit: 'rows', concurrency: 64 },
  incidents: { unit: 'reports', concurrency: 2 },
  logs: { unit: 'entries', concurrency: 2 },
  statistics: { unit: 'sheets', concurrency: 1 },
} as const;

/** What 8,000 people make who answer every 10 s, which changes as many rows; with as many signals and entries as on a bad day. */
const FULL: Size = {
  ...{ examinees: 2_000, rooms: 80, scoredPlans: 10, sheetsAPlan: 100 },
  shapes: {
    answers: { pace: { jobs: 200, perSecond: 50, items: 16 }, backlog: { jobs: 800, items: 250 }, ...UNITS.answers },
    states: { pace: { jobs: 16, perSecond: 4, items: 200 }, backlog: { jobs: 40, items: 500 }, ...UNITS.states },
    incidents: { pace: { jobs: 16, perSecond: 4, items: 20 }, backlog: { jobs: 20, items: 100 }, ...UNITS.incidents },
    logs: { pace: { jobs: 16, perSecond: 4, items: 100 }, backlog: { jobs: 40, items: 500 }, ...UNITS.logs },
    statistics: { pace: { jobs: 4, perSecond: 1, items: 100 }, backlog: { jobs: 10, items: 100 }, ...UNITS.statistics },
  },
};
const QUICK: Size = {
  ...{ examinees: 40, rooms: 4, scoredPlans: 2, sheetsAPlan: 3 },
  shapes: {
    answers: { pace: { jobs: 5, perSecond: 50, items: 4 }, backlog: { jobs: 5, items: 20 }, ...UNITS.answers },
    states: { pace: { jobs: 2, perSecond: 20, items: 20 }, backlog: { jobs: 4, items: 40 }, ...UNITS.states },
    incidents: { pace: { jobs: 2, perSecond: 20, items: 5 }, backlog: { jobs: 4, items: 10 }, ...UNITS.incidents },
    logs: { pace: { jobs: 2, perSecond: 20, items: 20 }, backlog: { jobs: 4, items: 40 }, ...UNITS.logs },
    statistics: { pace: { jobs: 2, perSecond: 20, items: 3 }, backlog: { jobs: 2, items: 3 }, ...UNITS.statistics },
  },
};

type Side = {
  readonly latencyMs: Percentiles;
  readonly drainSeconds: number;
  readonly jobsPerSecond: number;
  readonly itemsPerSecond: number;
  readonly done: number;
  readonly failed: number;
};
type QueueFigures = {
  readonly queue: QueueName;
  readonly shape: Shape;
  readonly own: Side;
  readonly peer: Side;
  /** Jobs a second of the peer's. */
  readonly ofPeer: number;
  /** CPU of the workers process for an item of the backlog. */
  readonly usPerItem: number;
};

type Parts = {
  readonly started: BenchSystem;
  readonly store: Store;
  readonly scored: readonly ScoredPlan[];
  readonly load: BenchChild<QueueOrder, QueueReply>;
  readonly idle: BenchChild<IdleOrder, 'taking'>;
};

async function withParts<T>(started: BenchSystem, size: Size, work: (parts: Parts) => Promise<T>): Promise<T> {
  const { admin, system } = started;
  const rooms = benchRooms(size.examinees, size.rooms);
  const {
    planId,
    rooms: made,
    roster,
  } = await createRehearsal(admin, {
    ...{ name: 'bench', ...benchPaper(), rooms, durationMs: 3_600_000 },
  });
  const store = await openStore({ url: system.mongodbUrl, paperKey: paperKeyFrom(system.secret) });
  const load = startChild<QueueOrder, QueueReply>('queue-load.ts');
  const idle = startChild<IdleOrder, 'taking'>('idle-worker.ts');
  try {
    const scored = await settledPlans(admin, store, size.scoredPlans, size.sheetsAPlan);
    const seated = made.map(({ roomId }) => ({
      roomId,
      examineeIds: roster.filter((entry) => entry.roomId === roomId).map(({ examineeId }) => examineeId),
    }));
    const scoredPlanIds = scored.map((plan) => plan.planId);
    await load.ask({ order: 'open', redisUrl: system.redisUrl, planId, rooms: seated, scoredPlanIds });
    return await work({ started, store, scored, load, idle });
  } finally {
    await Promise.all([load.stop(), idle.stop()]);
    await store.close();
  }
}

async function measureQueue(parts: Parts, queue: QueueName, shape: Shape): Promise<QueueFigures> {
  const { started, idle } = parts;
  await idle.ask({ redisUrl: started.system.redisUrl, concurrency: shape.concurrency });
  const peer = await measureSide(parts, queue, shape, PEER_QUEUE, idle.pid);
  const workers = started.system.pid('workers-1') ?? 0;
  const own = await measureSide(parts, queue, shape, queue, workers);
  const items = shape.backlog.jobs * shape.backlog.items;
  const usPerItem = Math.round((own.cpuMs * 10_000) / items) / 10;
  return { queue, shape, own, peer, ofPeer: own.jobsPerSecond / peer.jobsPerSecond, usPerItem };
}

/** `taker`: the process that takes the jobs; it stands still while the backlog grows. */
async function measureSide(
  { load, store, scored }: Parts,
  kind: QueueName,
  { pace, backlog }: Shape,
  into: JobsOrder['into'],
  taker: number,
): Promise<Side & { readonly cpuMs: number }> {
  const renew = async () => {
    if (into === 'statistics') await Promise.all(scored.map(({ paperId, key }) => store.keys.put(paperId, key)));
  };
  await renew();
  const paced = await load.ask({ order: 'pace', kind, into, from: 0, ...pace });
  await renew();
  process.kill(taker, 'SIGSTOP');
  try {
    await load.ask({ order: 'backlog', kind, into, from: pace.jobs, ...backlog });
  } finally {
    process.kill(taker, 'SIGCONT');
  }
  const before = readProcesses({ taker });
  const drained = await load.ask({ order: 'drain' });
  const jobsPerSecond = drained.done / drained.seconds;
  return {
    latencyMs: paced.latencyMs,
    drainSeconds: drained.seconds,
    jobsPerSecond: Math.round(jobsPerSecond * 10) / 10,
    itemsPerSecond: Math.round(jobsPerSecond * backlog.items),
    done: paced.done + drained.done,
    failed: paced.failed + drained.failed,
    cpuMs: spentBetween(before, readProcesses({ taker })).totalMs,
  };
}

function figuresTable(figures: readonly QueueFigures[]): string {
  const ms = (value: number | null) => (value === null ? null : Number(value.toFixed(1)));
  const header = [
    'queue',
    'jobs/s',
    'of BullMQ',
    'items/s',
    'backlog',
    'drained s',
    'p50',
    'p99',
    'µs an item',
    'failed',
  ];
  const rows = figures.map(({ queue, shape, own, ofPeer, usPerItem }) => [
    queue,
    own.jobsPerSecond,
    Number(ofPeer.toFixed(3)),
    `${own.itemsPerSecond} ${shape.unit}`,
    `${shape.backlog.jobs} × ${shape.backlog.items}`,
    Number(own.drainSeconds.toFixed(2)),
    ms(own.latencyMs.p50),
    ms(own.latencyMs.p99),
    usPerItem,
    own.failed,
  ]);
  return table(header, rows);
}

function verdictsOf(figures: readonly QueueFigures[]): Verdict[] {
  return figures.flatMap(({ queue, shape, own, peer }) => {
    const limits = QUEUE_LIMITS[queue];
    const isWhole = own.failed === 0;
    const peerItems = peer.jobsPerSecond * shape.backlog.items;
    return [
      judge(limits.rate, isWhole ? own.itemsPerSecond : null, peerItems),
      judge(limits.p99, isWhole ? own.latencyMs.p99 : null, peer.latencyMs.p99),
    ];
  });
}

await runBench(
  'queue',
  (bench: Bench) => {
    const size = bench.pace === 'quick' ? QUICK : FULL;
    const only = bench.option('only');
    if (only !== undefined && !QUEUES.some((queue) => queue === only))
      throw new RangeError(`--only takes ${QUEUES.join(', ')}`);
    return bench.withSystem({ api: 1, rooms: 0, workers: 1 }, (started) =>
      withParts(started, size, async (parts) => {
        const figures: QueueFigures[] = [];
        for (const queue of QUEUES.filter((name) => only === undefined || name === only)) {
          const measured = await measureQueue(parts, queue, size.shapes[queue]);
          figures.push(measured);
          bench.say(
            `${queue}: ${percentileLine(measured.own.latencyMs)}; BullMQ ${percentileLine(measured.peer.latencyMs)}`,
          );
        }
        bench.say(figuresTable(figures));
        return { figures: { queues: figures }, verdicts: bench.pace === 'quick' ? [] : verdictsOf(figures) };
      }),
    );
  },
  ['only'],
);
