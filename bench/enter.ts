// `npm run bench:enter [-- --quick]`: 1,607 people enter 310 rooms at the same moment, and no room is there yet: the
// rooms process has just started. Clients come back on 503 after Retry-After and full jitter, and their waiting counts.
// Exit code 1 where anybody is locked out.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRehearsal, type Rehearsal } from '../loadtest/rehearsal.ts';
import { type Percentiles, percentileLine, percentiles } from '../loadtest/report.ts';
import { seatCrowd } from './crowd.ts';
import { benchPaper, benchRooms } from './documents.ts';
import { openDoor } from './entering.ts';
import { judge, LIMITS } from './limits.ts';
import { readProcesses, spentBetween } from './processes.ts';
import { type Bench, type BenchSystem, runBench } from './run.ts';

const SIZES = { full: { examinees: 1_607, rooms: 310 }, quick: { examinees: 20, rooms: 5 } } as const;

type EnterFigures = {
  readonly examinees: number;
  readonly rooms: number;
  readonly joined: number;
  readonly lockedOut: number;
  readonly errors: readonly string[];
  /** How often each code asked somebody to come again. */
  readonly later: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** From the first try, retries and their waits included. */
  readonly enterMs: Percentiles;
  readonly joinedMs: Percentiles;
  /** CPU of each process over the whole storm; `usPerEnter` divided by those who entered. */
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly usPerEnter: Readonly<Record<string, number>>;
  /** The peer: as many requests for the api's health at once. */
  readonly healthMs: Percentiles;
};

const OPEN_LIMIT_MS = 30_000;

async function measureEnter(bench: Bench): Promise<EnterFigures> {
  const size = SIZES[bench.pace];
  return bench.withSystem({ api: 1, rooms: 1, workers: 1 }, async (started) => {
    const { admin, system } = started;
    const request = {
      name: 'bench',
      ...benchPaper(),
      rooms: benchRooms(size.examinees, size.rooms),
      durationMs: 3_600_000,
    };
    const rehearsal = await createRehearsal(admin, request);
    const healthMs = await healthAtOnce(system.url, size.examinees);
    const opened = await openWithoutRooms(started, rehearsal);
    const figures = await storm(started, rehearsal);
    await opened();
    return { ...size, ...figures, healthMs };
  });
}

async function healthAtOnce(url: string, count: number): Promise<Percentiles> {
  const door = openDoor(url);
  const latencies = await Promise.all(Array.from({ length: count }, () => door.get('/health')));
  door.close();
  return percentiles(latencies);
}

/** Opens the plan while no process takes rooms, and starts the rooms process then. Gives what waits for the control. */
async function openWithoutRooms(
  { admin, system }: BenchSystem,
  { planId }: Rehearsal,
): Promise<() => Promise<unknown>> {
  await system.kill('rooms-1', 'SIGTERM');
  const control = admin.control(planId, { action: 'open', reason: 'bench' });
  control.catch(() => undefined); // whoever calls what is returned hears of it
  const until = performance.now() + OPEN_LIMIT_MS;
  while ((await admin.plan(planId)).status !== 'open') {
    if (performance.now() > until) throw new Error('the plan did not open');
    await sleep(50);
  }
  await system.start('rooms-1');
  return () => control;
}

async function storm({ system, pids }: BenchSystem, { roster }: Rehearsal) {
  const door = openDoor(system.url);
  const before = readProcesses(pids());
  const crowd = await seatCrowd(door, system.url, roster, roster.length);
  const { seconds, cpuMs } = spentBetween(before, readProcesses(pids()));
  crowd.leave();
  door.close();
  const joined = crowd.members.length;
  const perEnter = ([name, ms]: [string, number]) => [name, Math.round((ms * 1_000) / Math.max(1, joined))] as const;
  return {
    joined,
    lockedOut: roster.length - joined,
    errors: [...new Set(crowd.errors)].slice(0, 10),
    later: Object.fromEntries(door.later),
    seconds,
    enterMs: percentiles(crowd.enterMs),
    joinedMs: percentiles(crowd.joinMs),
    cpuMs,
    usPerEnter: Object.fromEntries(Object.entries(cpuMs).map(perEnter)),
  };
}

function describe({
  examinees,
  rooms,
  joined,
  seconds,
  enterMs,
  joinedMs,
  later,
  errors,
  usPerEnter,
  healthMs,
}: EnterFigures): string {
  const counts = (values: Readonly<Record<string, number>>) =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ') || 'none';
  return [
    `${joined} of ${examinees} entered ${rooms} cold rooms in ${seconds.toFixed(1)} s; asked to come again: ${counts(later)}`,
    `enter: ${percentileLine(enterMs)}; joined: ${percentileLine(joinedMs)}; as many for /health: ${percentileLine(healthMs)}`,
    `CPU in µs an enter: ${counts(usPerEnter)}`,
    ...errors.map((error) => `locked out: ${error}`),
  ].join('\n');
}

await runBench('enter', async (bench) => {
  const figures = await measureEnter(bench);
  bench.say(describe(figures));
  const { lockedOut, healthMs } = figures;
  const verdicts = bench.pace === 'quick' ? [] : [judge(LIMITS.enter.lockedOut, lockedOut, healthMs.p99)];
  return { figures, verdicts };
});
