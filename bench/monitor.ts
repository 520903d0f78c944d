// `npm run bench:monitor [-- --quick]`: what 100 streams of a plan's monitor cost the api while 1,607 examinees answer each
// 10 s: half of them the office's, with everything, half of proctors, each with rooms of its own. The CPU of the api with and
// without them in the same run, on the production processes. Exit code 1 where the limit is not kept.
import { setTimeout as sleep } from 'node:timers/promises';
import { login } from '../loadtest/administrator.ts';
import { inParallel } from '../loadtest/pool.ts';
import { createRehearsal, openRooms, type Rehearsal, startRooms } from '../loadtest/rehearsal.ts';
import { startChild } from './child.ts';
import { type Crowd, HEARTBEAT, seatCrowd } from './crowd.ts';
import { benchPaper, benchRooms, ITEM_COUNT } from './documents.ts';
import { openDoor } from './entering.ts';
import { judge, LIMITS } from './limits.ts';
import type { WatchersOrder, WatchersReply } from './monitor-watchers.ts';
import { runStep, type StepFigures } from './open-loop.ts';
import { type Pids, readProcesses, spentBetween } from './processes.ts';
import { type Bench, type BenchSystem, runBench } from './run.ts';

type Size = {
  readonly examinees: number;
  readonly rooms: number;
  readonly streams: number;
  /** Between two answers of one examinee. */
  readonly answerEveryMs: number;
  readonly warmMs: number;
  readonly measureMs: number;
};

const SIZES: Record<Bench['pace'], Size> = {
  full: { examinees: 1_607, rooms: 310, streams: 100, answerEveryMs: 10_000, warmMs: 8_000, measureMs: 30_000 },
  quick: { examinees: 12, rooms: 3, streams: 4, answerEveryMs: 500, warmMs: 500, measureMs: 4_000 },
};
const ENTERING_AT_ONCE = 48;
const LOGINS_AT_ONCE = 4;
const START_LIMIT_MS = 60_000;
const DAY_MS = 86_400_000;

/** CPU in percent of a core; what the streams have had meanwhile. */
type Stretch = { readonly apiPercent: number; readonly step: StepFigures; readonly watched: WatchersReply };
type MonitorFigures = Size & {
  readonly joined: number;
  readonly without: Stretch;
  readonly with: Stretch;
  /** Of the api, with the streams less without them. */
  readonly streamsPercent: number;
};

async function measureMonitor(bench: Bench): Promise<MonitorFigures> {
  const size = SIZES[bench.pace];
  return bench.withSystem({ api: 1, rooms: 1, workers: 1 }, async (started) => {
    const { admin, system } = started;
    const rooms = benchRooms(size.examinees, size.rooms);
    const rehearsal = await createRehearsal(admin, { name: 'bench', ...benchPaper(), rooms, durationMs: DAY_MS / 6 });
    await openRooms(admin, rehearsal);
    const door = openDoor(system.url);
    const crowd = await seatCrowd(door, system.url, rehearsal.roster, ENTERING_AT_ONCE);
    door.close();
    crowd.beat(HEARTBEAT.sdk);
    const watchers = startChild<WatchersOrder, WatchersReply>('monitor-watchers.ts');
    try {
      await startRooms(admin, rehearsal);
      await everybodyRuns(crowd);
      const tokens = await tokensOf(started, rehearsal, size.streams);
      const pids = (): Pids => ({ ...started.pids(), watchers: watchers.pid });
      const report = () => watchers.ask({ order: 'report' });
      const without = await measure(crowd, pids(), size, report);
      const url = `${system.url}/v1/monitor/plans/${rehearsal.planId}/stream`;
      await watchers.ask({ order: 'open', url, tokens });
      const withThem = await measure(crowd, pids(), size, report);
      const streamsPercent = withThem.apiPercent - without.apiPercent;
      return { ...size, joined: crowd.members.length, without, with: withThem, streamsPercent };
    } finally {
      crowd.leave();
      await watchers.stop();
    }
  });
}

async function everybodyRuns({ members, tally }: Crowd): Promise<void> {
  const until = performance.now() + START_LIMIT_MS;
  while (tally.running < members.length) {
    if (performance.now() > until) throw new Error(`${tally.running} of ${members.length} heard that their room runs`);
    await sleep(100);
  }
}

/** The first half is the office's; each proctor has every so-manieth room, so that no two see the same. */
async function tokensOf(
  { admin, system }: BenchSystem,
  { planId, rooms }: Rehearsal,
  streams: number,
): Promise<string[]> {
  const office = Array.from({ length: Math.ceil(streams / 2) }, () => system.admin());
  const tokens = await Promise.all(office);
  const proctors = Array.from({ length: streams - tokens.length }, (_, index) => index);
  await inParallel(proctors, LOGINS_AT_ONCE, async (index) => {
    const roomIds = rooms.filter((_, at) => at % proctors.length === index).map(({ roomId }) => roomId);
    const account = { login: `bench-${index}-${planId}`, password: `password of ${planId}` };
    await admin.addProctor(planId, {
      label: `bench ${index}`,
      roomIds: roomIds.length > 0 ? roomIds : [rooms[0]?.roomId ?? ''],
      ...account,
    });
    tokens.push(await login(system.url, account.login, account.password));
  });
  return tokens;
}

async function measure(crowd: Crowd, pids: Pids, size: Size, report: () => Promise<WatchersReply>): Promise<Stretch> {
  const { warmMs, measureMs, answerEveryMs } = size;
  const rate = crowd.members.length / (answerEveryMs / 1_000);
  const stepping = runStep(crowd, pids, { rate, warmMs, measureMs, items: ITEM_COUNT });
  await sleep(warmMs);
  await report();
  const before = readProcesses(pids);
  await sleep(measureMs);
  const { cpuMs, seconds } = spentBetween(before, readProcesses(pids));
  const watched = await report();
  return { apiPercent: Math.round((cpuMs.api ?? Number.NaN) / seconds) / 10, step: await stepping, watched };
}

function describe({ streams, joined, rooms, without, with: watched, streamsPercent }: MonitorFigures): string {
  const stretch = ({ apiPercent, step: { percent, savedPerSecond, latencyMs } }: Stretch) =>
    `api ${apiPercent} % of a core (all: ${Object.entries(percent)
      .map(([name, part]) => `${name} ${part}`)
      .join(', ')}); ${savedPerSecond} answers/s saved, p99 ${latencyMs.p99} ms`;
  const { events, bytes, ms, open, resets } = watched.watched;
  return [
    `${joined} people in ${rooms} rooms`,
    `without streams: ${stretch(without)}`,
    `with ${open} of ${streams}: ${stretch(watched)}`,
    `they had ${Math.round((events / ms) * 1_000)} events and ${Math.round(bytes / ms)} kB a second, ${resets} resets`,
    `the streams cost ${streamsPercent.toFixed(1)} % of a core`,
  ].join('\n');
}

await runBench('monitor', async (bench) => {
  const figures = await measureMonitor(bench);
  bench.say(describe(figures));
  const { streamsPercent, without } = figures;
  const verdict = judge(LIMITS.monitor.streams, streamsPercent, without.apiPercent);
  return { figures, verdicts: bench.pace === 'quick' ? [] : [verdict] };
});
