// `npm run bench:rooms -- [--quick] [--only few|many|crowd] [--heartbeat sdk|seldom]`: real sockets against the production
// processes, one api, one rooms, one workers. 1,000 clients in 50 and in 310 rooms at growing rates, then 8,000 who answer
// every 10 s, with the SDK's heartbeat. With `--heartbeat seldom` each beat finds a link that counts as lost: a storm of
// those, and no plain load. Exit code 1 where a limit is not kept.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRehearsal, openRooms, startRooms } from '../loadtest/rehearsal.ts';
import { type Percentiles, percentileLine, percentiles, table } from '../loadtest/report.ts';
import { type Crowd, HEARTBEAT, seatCrowd } from './crowd.ts';
import { benchPaper, benchRooms, ITEM_COUNT } from './documents.ts';
import { type EchoFigures, measureEcho } from './echo.ts';
import { openDoor } from './entering.ts';
import { judge, LIMITS, type Verdict } from './limits.ts';
import { runStep, type StepFigures } from './open-loop.ts';
import { type Pids, type Reading, readProcesses, spentBetween } from './processes.ts';
import { type Bench, type BenchSystem, type Findings, runBench } from './run.ts';

type Heartbeat = keyof typeof HEARTBEAT;

type Load = { readonly rate: number; readonly heartbeat: Heartbeat };
type Hall = {
  readonly clients: number;
  readonly rooms: number;
  readonly loads: readonly Load[];
  /** From the start of the exam until the first step: everybody's status and sheet are stored then. */
  readonly startMs: number;
  readonly warmMs: number;
  readonly measureMs: number;
};

const JUDGED_RATE = 4_000;
const GROWING: readonly Load[] = [100, 500, 1_000, 2_000, JUDGED_RATE, 8_000, 12_000, 16_000, 20_000].map((rate) => ({
  rate,
  heartbeat: 'sdk',
}));
const EVERY_10_S: readonly Load[] = [{ rate: 800, heartbeat: 'sdk' }];
const FULL = {
  few: { clients: 1_000, rooms: 50, loads: GROWING, startMs: 3_000, warmMs: 1_500, measureMs: 6_000 },
  many: { clients: 1_000, rooms: 310, loads: GROWING, startMs: 3_000, warmMs: 1_500, measureMs: 6_000 },
  crowd: { clients: 8_000, rooms: 400, loads: EVERY_10_S, startMs: 10_000, warmMs: 3_000, measureMs: 20_000 },
} as const satisfies Record<string, Hall>;
const QUICK: Hall = {
  clients: 40,
  rooms: 4,
  loads: [{ rate: 100, heartbeat: 'sdk' }],
  startMs: 0,
  warmMs: 300,
  measureMs: 1_000,
};

type JoinFigures = {
  readonly joined: number;
  readonly errors: readonly string[];
  readonly seconds: number;
  readonly joinMs: Percentiles;
  /** CPU of each process for one join, in µs. */
  readonly usPerJoin: Readonly<Record<string, number>>;
  /**
   * Resident memory of the rooms process for one client, in kB, after garbage was collected: the share of the rooms and
   * their seats included, and of the join alone. The latter reuses what opening the rooms has left.
   */
  readonly roomsKbPerClient: number;
  readonly joinKbPerClient: number;
  readonly loadKbPerClient: number;
};

type HallFigures = {
  readonly clients: number;
  readonly rooms: number;
  readonly join: JoinFigures;
  readonly steps: readonly (StepFigures & { readonly heartbeat: Heartbeat })[];
  readonly closed: Readonly<Record<string, number>>;
};

const ENTERING_AT_ONCE = 48;
const SETTLE_MS = 2_000;
const START_LIMIT_MS = 60_000;
const LONG_MS = 4 * 3_600_000;

async function measureHall(bench: Bench, hall: Hall): Promise<HallFigures> {
  return bench.withSystem({ api: 1, rooms: 1, workers: 1 }, async (started) => {
    const { admin, system } = started;
    const request = {
      name: 'bench',
      ...benchPaper(),
      rooms: benchRooms(hall.clients, hall.rooms),
      durationMs: LONG_MS,
      // A thousand who stand for many more would each be an incident.
      incidentRules: { kinds: { 'impossible-speed': 'off' as const } },
    };
    await warmUp(started, hall);
    const rehearsal = await createRehearsal(admin, request);
    await started.collect();
    const empty = readProcesses(started.pids());
    await openRooms(admin, rehearsal);
    await sleep(SETTLE_MS);
    const door = openDoor(system.url);
    const { crowd, join } = await seat(started, empty, () =>
      seatCrowd(door, system.url, rehearsal.roster, ENTERING_AT_ONCE),
    );
    door.close();
    crowd.beat(HEARTBEAT.sdk);
    const steps: HallFigures['steps'][number][] = [];
    bench.say(`\n${join.joined} clients in ${hall.rooms} rooms: ${joinLine(join)}`);
    try {
      await startRooms(admin, rehearsal);
      await everybodyRuns(crowd);
      await sleep(hall.startMs);
      for (const { rate, heartbeat } of loadsOf(bench, hall)) {
        crowd.beat(HEARTBEAT[heartbeat]);
        const step = { rate, warmMs: hall.warmMs, measureMs: hall.measureMs, items: ITEM_COUNT };
        steps.push({ ...(await runStep(crowd, started.pids(), step)), heartbeat });
      }
    } finally {
      crowd.leave();
    }
    bench.say(stepTable(steps));
    const closed = Object.fromEntries(crowd.tally.closed);
    return { clients: hall.clients, rooms: hall.rooms, join, steps, closed };
  });
}

const FIRST = { clients: 40, rooms: 4 } as const;

/** A few who come and go in rooms of their own: what the code itself takes when it is first used is no client's. */
async function warmUp({ admin, system }: BenchSystem, { clients, rooms }: Hall): Promise<void> {
  const few = { clients: Math.min(clients, FIRST.clients), rooms: Math.min(rooms, FIRST.rooms) };
  const request = { name: 'first', ...benchPaper(), rooms: benchRooms(few.clients, few.rooms), durationMs: LONG_MS };
  const rehearsal = await createRehearsal(admin, request);
  await openRooms(admin, rehearsal);
  const door = openDoor(system.url);
  const crowd = await seatCrowd(door, system.url, rehearsal.roster, ENTERING_AT_ONCE);
  await sleep(SETTLE_MS);
  crowd.leave();
  door.close();
}

function loadsOf({ option }: Bench, { loads }: Hall): readonly Load[] {
  const chosen = option('heartbeat');
  if (chosen === undefined) return loads;
  if (chosen !== 'sdk' && chosen !== 'seldom') throw new RangeError('--heartbeat takes sdk or seldom');
  return [...new Set(loads.map(({ rate }) => rate))].map((rate) => ({ rate, heartbeat: chosen }));
}

type Seated = { readonly crowd: Crowd; readonly join: JoinFigures };

/** `empty` was read before there were rooms. */
async function seat({ pids, collect }: BenchSystem, empty: Reading, join: () => Promise<Crowd>): Promise<Seated> {
  const processes: Pids = pids();
  await collect();
  const before = readProcesses(processes);
  const crowd = await join();
  const spent = spentBetween(before, readProcesses(processes));
  await sleep(SETTLE_MS);
  await collect();
  const after = readProcesses(processes);
  const count = Math.max(1, crowd.members.length);
  const kbSince = (earlier: Reading, name: string) =>
    Math.round(((after.rssBytes[name] ?? 0) - (earlier.rssBytes[name] ?? 0)) / 100 / count) / 10;
  const usPerJoin = Object.fromEntries(
    Object.entries(spent.cpuMs).map(([name, ms]) => [name, Math.round((ms * 1_000) / count)] as const),
  );
  return {
    crowd,
    join: {
      joined: crowd.members.length,
      errors: [...new Set(crowd.errors)].slice(0, 10),
      seconds: spent.seconds,
      joinMs: percentiles(crowd.joinMs),
      usPerJoin,
      roomsKbPerClient: kbSince(empty, 'rooms-1'),
      joinKbPerClient: kbSince(before, 'rooms-1'),
      loadKbPerClient: kbSince(before, 'load'),
    },
  };
}

async function everybodyRuns({ members, tally }: Crowd): Promise<void> {
  const until = performance.now() + START_LIMIT_MS;
  while (tally.running < members.length) {
    if (performance.now() > until)
      throw new Error(
        `${tally.running} of ${members.length} clients heard that their room runs; closed: ${[...tally.closed]}`,
      );
    await sleep(100);
  }
}

function joinLine({ joinMs, usPerJoin, roomsKbPerClient, joinKbPerClient, seconds, errors }: JoinFigures): string {
  const cpu = Object.entries(usPerJoin).map(([name, us]) => `${name} ${us}`);
  const failed = errors.length === 0 ? '' : `; errors: ${errors.join(' | ')}`;
  return `${seconds.toFixed(1)} s, ${percentileLine(joinMs)}; µs a join: ${cpu.join(', ')}; ${roomsKbPerClient} kB a client with its share of the room, ${joinKbPerClient} kB the join alone${failed}`;
}

function stepTable(steps: HallFigures['steps']): string {
  const names = Object.keys(steps[0]?.percent ?? {});
  const header = [
    'due/s',
    'beat',
    'saved/s',
    'p50',
    'p95',
    'p99',
    'max',
    'µs rooms',
    'µs all',
    ...names,
    'refused',
    'unsaved',
  ];
  const ms = (value: number | null) => (value === null ? null : Number(value.toFixed(1)));
  const rows = steps.map(({ rate, heartbeat, savedPerSecond, latencyMs, usPerAnswer, percent, refused, unsettled }) => [
    rate,
    heartbeat,
    savedPerSecond,
    ...[latencyMs.p50, latencyMs.p95, latencyMs.p99, latencyMs.max].map(ms),
    usPerAnswer['rooms-1'] ?? null,
    Object.values(usPerAnswer).reduce((sum, us) => sum + us, 0),
    ...names.map((name) => percent[name] ?? null),
    Object.entries(refused)
      .map(([code, count]) => `${code} ${count}`)
      .join(' ') || null,
    unsettled,
  ]);
  return table(header, rows);
}

type Halls = Partial<Record<keyof typeof FULL, HallFigures>>;

function verdictsOf({ few, many, crowd }: Halls, echo: EchoFigures): Verdict[] {
  return [
    ...[few, many].flatMap((hall) => (hall === undefined ? [] : rateVerdicts(hall, echo))),
    ...(crowd === undefined ? [] : crowdVerdicts(crowd, echo)),
  ];
}

function rateVerdicts({ rooms, steps, join }: HallFigures, echo: EchoFigures): Verdict[] {
  const step = steps.find(({ rate }) => rate === JUDGED_RATE);
  const { p99, answerUs, clientKb } = LIMITS.rooms;
  return [
    judge(p99, step?.latencyMs.p99 ?? null, echo.latencyMs.p99),
    judge(answerUs, step?.usPerAnswer['rooms-1'] ?? null, echo.usPerMessage),
    judge(clientKb, join.roomsKbPerClient, join.loadKbPerClient),
  ].map((verdict) => ({ ...verdict, figure: `${verdict.figure}, ${rooms} rooms` }));
}

function crowdVerdicts({ join, steps }: HallFigures, echo: EchoFigures): Verdict[] {
  const ms = (...names: string[]) => names.reduce((sum, name) => sum + (join.usPerJoin[name] ?? 0), 0) / 1_000;
  const { joinMs, clientKb, crowdP99 } = LIMITS.rooms;
  return [
    judge(joinMs, ms('api', 'rooms-1'), ms('load')),
    judge(clientKb, join.roomsKbPerClient, join.loadKbPerClient),
    ...steps.map(({ latencyMs, heartbeat }) => {
      const verdict = judge(crowdP99, latencyMs.p99, echo.latencyMs.p99);
      return { ...verdict, figure: `${verdict.figure}, heartbeat each ${HEARTBEAT[heartbeat] / 1_000} s` };
    }),
  ];
}

async function measureAll(bench: Bench): Promise<Findings> {
  const echo = await measureEcho({ clients: 1_000, rate: JUDGED_RATE, warmMs: 1_500, measureMs: 5_000 });
  bench.say(`bare echo at ${echo.rate} a second: ${percentileLine(echo.latencyMs)}, ${echo.usPerMessage} µs a message`);
  const only = bench.option('only');
  if (only !== undefined && !Object.hasOwn(FULL, only)) throw new RangeError('--only takes few, many or crowd');
  const halls: Halls = {};
  for (const name of ['few', 'many', 'crowd'] as const)
    if (only === undefined || only === name) halls[name] = await measureHall(bench, FULL[name]);
  return { figures: { echo, ...halls }, verdicts: verdictsOf(halls, echo) };
}

async function tryAll(bench: Bench): Promise<Findings> {
  const echo = await measureEcho({ clients: 20, rate: 200, warmMs: 200, measureMs: 500 });
  return { figures: { echo, few: await measureHall(bench, QUICK) }, verdicts: [] };
}

await runBench('rooms', (bench) => (bench.pace === 'quick' ? tryAll(bench) : measureAll(bench)), ['heartbeat', 'only']);
