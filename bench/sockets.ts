// `npm run bench:sockets -- [--quick] [--only most|storm]`: how many people this machine holds in its rooms, idle but for the
// SDK's heartbeat, and what ends it; and how 3,000 come back who all lose their link at once, because their process of the
// rooms was killed. The load generator is on the same machine. Exit code 1 where a limit is not kept.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RosterEntry } from '../loadtest/administrator.ts';
import { createRehearsal, openRooms, type Rehearsal, startRooms } from '../loadtest/rehearsal.ts';
import { type Percentiles, percentileLine, percentiles, table } from '../loadtest/report.ts';
import { type BenchChild, startChild } from './child.ts';
import { benchPaper, benchRooms } from './documents.ts';
import { judge, LIMITS, type Verdict } from './limits.ts';
import { filesOf, memoryLeft, outgoingPorts } from './machine-limits.ts';
import { readProcesses, spentBetween } from './processes.ts';
import { type Bench, type BenchSystem, type Findings, runBench } from './run.ts';
import type { SocketsOrder, SocketsReply } from './sockets-load.ts';

type Load = BenchChild<SocketsOrder, SocketsReply>;

type Size = {
  /** The most who are let in, how many more at each step, and how long each step is looked at. */
  readonly most: { readonly people: number; readonly step: number; readonly watchMs: number };
  readonly storm: { readonly people: number; readonly settleMs: number };
  readonly peopleARoom: number;
};

const FULL: Size = {
  most: { people: 24_000, step: 2_000, watchMs: 2_500 },
  storm: { people: 3_000, settleMs: 2_000 },
  peopleARoom: 100,
};
const QUICK: Size = {
  most: { people: 40, step: 20, watchMs: 300 },
  storm: { people: 30, settleMs: 0 },
  peopleARoom: 10,
};

/** A heartbeat that is answered later than the next one is due says nothing any more. */
const LATEST_BEAT_MS = 1_000;
/** Of the heartbeats that were due. */
const LEAST_BEATS = 0.9;
const LEAST_MEMORY = 1e9;
const SPARE_FILES = 200;
const ENTERING_AT_ONCE = 24;
const SEAT_LIMIT_MS = 45_000;
const START_LIMIT_MS = 20_000;
const BACK_LIMIT_MS = 60_000;
const SAVED_LIMIT_MS = 20_000;
const DURATION_MS = 3_600_000;
const LOADS = 2;

type Step = {
  readonly people: number;
  readonly open: number;
  readonly seatSeconds: number;
  readonly beatMs: Percentiles;
  /** Of the heartbeats that were due in the time that was watched. */
  readonly beatsAnswered: number;
  readonly percent: Readonly<Record<string, number>>;
  readonly kbPerPerson: number;
};

type MostFigures = {
  readonly steps: readonly Step[];
  /** How many were held with heartbeats in time, and what the step after it failed of. */
  readonly held: number;
  readonly limitedBy: string;
  /** Of both processes of the rooms, and of the load generator, for each who was held. */
  readonly kbPerPerson: number;
  readonly loadKbPerPerson: number;
  /** How many each of the other bounds would have allowed. */
  readonly would: { readonly files: number; readonly ports: number; readonly memory: number };
};

type StormFigures = {
  readonly people: number;
  readonly seatSeconds: number;
  readonly back: number;
  readonly firstBackMs: number | null;
  readonly backMs: Percentiles;
  readonly savedAfter: number;
  readonly troubles: Readonly<Record<string, number>>;
  readonly later: Readonly<Record<string, number>>;
  readonly percent: Readonly<Record<string, number>>;
};

async function plan({ admin }: BenchSystem, people: number, aRoom: number): Promise<Rehearsal> {
  const rooms = benchRooms(people, Math.ceil(people / aRoom));
  return createRehearsal(admin, { name: 'bench', ...benchPaper(), rooms, durationMs: DURATION_MS });
}

async function withLoads<T>(count: number, url: string, work: (loads: readonly Load[]) => Promise<T>): Promise<T> {
  const loads = Array.from({ length: count }, () => startChild<SocketsOrder, SocketsReply>('sockets-load.ts'));
  try {
    await Promise.all(loads.map((load) => load.ask({ order: 'open', url })));
    return await work(loads);
  } finally {
    await Promise.all(loads.map((load) => load.stop()));
  }
}

/** Lets in more and more, until heartbeats come too late, somebody cannot come in, or memory or open files end. */
function measureMost(bench: Bench, size: Size): Promise<MostFigures> {
  const { people, step, watchMs } = size.most;
  return bench.withSystem({ api: 1, rooms: 2, workers: 1 }, async (started) => {
    const rehearsal = await plan(started, people, size.peopleARoom);
    await openRooms(started.admin, rehearsal);
    await sleep(size.storm.settleMs);
    return withLoads(LOADS, started.system.url, async (loads) => {
      const pids = () => ({
        ...started.pids(),
        ...Object.fromEntries(loads.map(({ pid }, n) => [`load-${n + 1}`, pid])),
      });
      const empty = readProcesses(pids());
      const kb = (names: RegExp, among: number) =>
        memoryGrowth(empty, readProcesses(pids()), names) / 1e3 / Math.max(1, among);
      const steps: Step[] = [];
      let limitedBy = '';
      for (let to = step; to <= people && limitedBy === ''; to += step) {
        const seated = await seat(loads, rehearsal.roster.slice(to - step, to));
        const before = readProcesses(pids());
        const watched = await together(loads, { order: 'watch', ms: watchMs });
        const { percent } = spentBetween(before, readProcesses(pids()));
        const beats = sum(watched, ({ answered }) => answered);
        const open = sum(watched, ({ open: up }) => up);
        const beatMs = worst(watched.map((reply) => reply.beatMs));
        const kbPerPerson = Math.round(kb(/^rooms/, open) * 10) / 10;
        const beatsAnswered = beats / ((open * watchMs) / 1_000);
        const one = { people: to, open, seatSeconds: seated, beatMs, beatsAnswered, percent, kbPerPerson };
        steps.push(one);
        bench.say(stepLine(one));
        limitedBy = whatEnds(one, watched) || (leavesFiles(started, loads, step) ? '' : 'open files of a process');
      }
      const good = steps.filter(isGood).at(-1);
      return {
        steps,
        held: good?.open ?? 0,
        limitedBy: limitedBy || 'the plan of the bench, which has no more people',
        kbPerPerson: good?.kbPerPerson ?? 0,
        loadKbPerPerson: Math.round(kb(/^load-/, steps.at(-1)?.open ?? 0) * 10) / 10,
        would: wouldAllow(started, steps.at(-1)?.open ?? 0, kb(/^(rooms|load-|api)/, steps.at(-1)?.open ?? 0)),
      };
    });
  });
}

async function seat(loads: readonly Load[], roster: readonly RosterEntry[]): Promise<number> {
  const startedAt = performance.now();
  const share = Math.ceil(roster.length / loads.length);
  await Promise.all(
    loads.map((load, n) =>
      load.ask({
        ...{ order: 'seat', width: ENTERING_AT_ONCE, limitMs: SEAT_LIMIT_MS },
        roster: roster.slice(n * share, (n + 1) * share),
      }),
    ),
  );
  return (performance.now() - startedAt) / 1_000;
}

function together(loads: readonly Load[], order: SocketsOrder): Promise<SocketsReply[]> {
  return Promise.all(loads.map((load) => load.ask(order)));
}

function isGood({ people, open, beatMs, beatsAnswered }: Step): boolean {
  return open === people && beatsAnswered >= LEAST_BEATS && (beatMs.p99 ?? Number.POSITIVE_INFINITY) <= LATEST_BEAT_MS;
}

/** Empty where more may come. */
function whatEnds(step: Step, replies: readonly SocketsReply[]): string {
  const { people, open, beatMs, beatsAnswered, percent } = step;
  const busy = Object.entries(percent).map(([name, share]) => `${name} ${share} %`);
  if (open < people) return `${people - open} could not stay or come in: ${troublesOf(replies)}`;
  if (!isGood(step))
    return `the processors: ${Math.round(beatsAnswered * 100)} % of the heartbeats answered, p99 ${Math.round(beatMs.p99 ?? 0)} ms; ${busy.join(', ')}`;
  return memoryLeft() < LEAST_MEMORY ? 'memory: less than 1 GB is left' : '';
}

/** Whether each process could open what the next step asks of it; where not, the next one is not begun. */
function leavesFiles({ system }: BenchSystem, loads: readonly Load[], step: number): boolean {
  const pids = [...loads.map(({ pid }) => pid), ...['rooms-1', 'rooms-2'].map((name) => system.pid(name) ?? 0)];
  return pids.map(filesOf).every(({ open, most }) => open + step / LOADS + SPARE_FILES <= most);
}

function troublesOf(replies: readonly SocketsReply[]): string {
  const all = replies.flatMap(({ troubles }) => Object.entries(troubles));
  const counts = new Map<string, number>();
  for (const [what, count] of all) counts.set(what, (counts.get(what) ?? 0) + count);
  return [...counts].map(([what, count]) => `${what} × ${count}`).join(', ');
}

/** Each process of the rooms and of the load has its own bound of files; ports count for each process of the rooms. */
function wouldAllow({ system }: BenchSystem, open: number, kbAll: number): MostFigures['would'] {
  const files = filesOf(system.pid('rooms-1') ?? 0).most - SPARE_FILES;
  return {
    files: 2 * files,
    ports: 2 * outgoingPorts(),
    memory: open + Math.round((memoryLeft() - LEAST_MEMORY) / Math.max(1, kbAll * 1e3)),
  };
}

type Reading = ReturnType<typeof readProcesses>;

function memoryGrowth(from: Reading, to: Reading, names: RegExp): number {
  const of = ({ rssBytes }: Reading) =>
    Object.entries(rssBytes).reduce((all, [name, bytes]) => all + (names.test(name) ? bytes : 0), 0);
  return of(to) - of(from);
}

/** The slowest of several processes, figure by figure: they cannot be joined without their samples. */
function worst(all: readonly Percentiles[]): Percentiles {
  const most = (of: (one: Percentiles) => number | null) => Math.max(...all.map((one) => of(one) ?? 0));
  return {
    ...percentiles([]),
    p50: most(({ p50 }) => p50),
    p95: most(({ p95 }) => p95),
    p99: most(({ p99 }) => p99),
    max: most(({ max }) => max),
  };
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

/** All rooms are on one process, which is killed while another is there to take them. */
function measureStorm(bench: Bench, size: Size): Promise<StormFigures> {
  const { people, settleMs } = size.storm;
  return bench.withSystem({ api: 1, rooms: 2, workers: 1 }, async (started) => {
    const { system, admin } = started;
    const rehearsal = await plan(started, people, size.peopleARoom);
    await system.kill('rooms-2', 'SIGTERM');
    await openRooms(admin, rehearsal);
    return withLoads(1, system.url, async (loads) => {
      const seatSeconds = await seat(loads, rehearsal.roster);
      await startRooms(admin, rehearsal);
      await together(loads, { order: 'start', limitMs: START_LIMIT_MS });
      await sleep(settleMs);
      await system.start('rooms-2');
      const [ready] = await together(loads, { order: 'answer', limitMs: SAVED_LIMIT_MS });
      if (ready === undefined || ready.open !== people || ready.unsaved > 0)
        throw new Error(`not all are in and saved before anything died: ${JSON.stringify(ready)}`);
      await sleep(settleMs);
      await together(loads, { order: 'mark' });
      const { 'rooms-1': _killed, ...left } = started.pids();
      const before = readProcesses(left);
      await system.kill('rooms-1');
      const [returned] = await together(loads, { order: 'return', limitMs: BACK_LIMIT_MS });
      const { percent } = spentBetween(before, readProcesses(left));
      const [answered] = await together(loads, { order: 'answer', limitMs: SAVED_LIMIT_MS });
      const { firstBackMs, backMs, troubles, later } = returned ?? ready;
      const unsaved = answered?.unsaved ?? people;
      return {
        people,
        seatSeconds,
        back: returned?.open ?? 0,
        firstBackMs,
        backMs,
        savedAfter: people - unsaved,
        troubles,
        later,
        percent,
      };
    });
  });
}

function stepLine({ people, open, seatSeconds, beatMs, beatsAnswered, kbPerPerson, percent }: Step): string {
  const busy = Object.entries(percent).map(([name, share]) => `${name} ${share}`);
  const beats = `heartbeats ${percentileLine(beatMs)}, ${Math.round(beatsAnswered * 100)} % of those due`;
  return `${open} of ${people} are in (${seatSeconds.toFixed(1)} s): ${beats}; ${kbPerPerson} kB each; % of a core: ${busy.join(', ')}`;
}

function mostTable({ held, limitedBy, kbPerPerson, loadKbPerPerson, would }: MostFigures): string {
  const rows = [
    ['held with heartbeats in time', held],
    ['ended by', limitedBy],
    ['open files would allow', would.files],
    ['ports would allow', would.ports],
    ['memory would allow', would.memory],
    ['kB each: rooms processes, load generator', `${kbPerPerson}, ${loadKbPerPerson}`],
  ];
  return table(['people in rooms', ''], rows);
}

function stormLine({
  people,
  back,
  firstBackMs,
  backMs,
  savedAfter,
  seatSeconds,
  troubles,
  later,
  percent,
}: StormFigures): string {
  const what = `${back} of ${people} are back: ${percentileLine(backMs)} after the kill, the first at ${Math.round(firstBackMs ?? 0)} ms; ${savedAfter} answers saved after it`;
  const busy = Object.entries(percent).map(([name, share]) => `${name} ${share}`);
  return `${what}; the first time it took ${seatSeconds.toFixed(1)} s\n${JSON.stringify({ troubles, later })}; % of a core: ${busy.join(', ')}`;
}

type Both = { readonly most?: MostFigures; readonly storm?: StormFigures };

function verdictsOf({ most, storm }: Both): Verdict[] {
  const { held, kbEach, lockedOut, backMs } = LIMITS.sockets;
  return [
    ...(most === undefined
      ? []
      : [judge(held, most.held, most.would.files), judge(kbEach, most.kbPerPerson, most.loadKbPerPerson)]),
    ...(storm === undefined
      ? []
      : [
          judge(lockedOut, storm.people - Math.min(storm.back, storm.savedAfter), storm.people),
          judge(backMs, storm.back === storm.people ? storm.backMs.max : null, storm.seatSeconds * 1_000),
        ]),
  ];
}

await runBench(
  'sockets',
  async (bench): Promise<Findings> => {
    const size = bench.pace === 'quick' ? QUICK : FULL;
    const only = bench.option('only');
    if (only !== undefined && only !== 'most' && only !== 'storm') throw new RangeError('--only takes most or storm');
    const both: { most?: MostFigures; storm?: StormFigures } = {};
    if (only !== 'most') {
      both.storm = await measureStorm(bench, size);
      bench.say(stormLine(both.storm));
    }
    if (only !== 'storm') {
      both.most = await measureMost(bench, size);
      bench.say(mostTable(both.most));
    }
    return { figures: both, verdicts: bench.pace === 'quick' ? [] : verdictsOf(both) };
  },
  ['only'],
);
