// `npm run bench:rooms -- [--quick] [--heartbeat sdk|seldom]`: real sockets against the production processes, one api, one
// rooms, one workers. 1,000 clients in 50 and in 310 rooms at growing rates, then 8,000 who answer every 10 s, with the
// SDK's heartbeat and with hardly any; --heartbeat chooses one for all. Exit code 1 where a limit is not kept.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRehearsal, openRooms, startRooms } from '../loadtest/rehearsal.ts';
import { type Percentiles, percentileLine, percentiles, table } from '../loadtest/report.ts';
import { type Crowd, HEARTBEAT, seatCrowd } from './crowd.ts';
import { benchPaper, benchRooms, ITEM_COUNT } from './documents.ts';
import { type EchoFigures, measureEcho } from './echo.ts';
import { openDoor } from './entering.ts';
import { judge, LIMITS, type Verdict } from './limits.ts';
import { runStep, type StepFigures } from './open-loop.ts';
import { type Pids, readProcesses, spentBetween } from './processes.ts';
import { type Bench, type BenchSystem, runBench } from './run.ts';

type Heartbeat = keyof typeof HEARTBEAT;

type Load = { readonly rate: number; readonly heartbeat: Heartbeat };
type Hall = {
  readonly clients: number;
  readonly rooms: number;
  readonly loads: readonly Load[];
  readonly warmMs: number;
  readonly measureMs: number;
};

const JUDGED_RATE = 4_000;
const GROWING: readonly Load[] = [100, 500, 1_000, 2_000, JUDGED_RATE, 8_000, 12_000, 16_000, 20_000].map((rate) => ({
  rate,
  heartbeat: 'sdk',
}));
const EVERY_10_S: readonly Load[] = [
  { rate: 800, heartbeat: 'sdk' },
  { rate: 800, heartbeat: 'seldom' },
];
const FULL = {
  few: { clients: 1_000, rooms: 50, loads: GROWING, warmMs: 1_500, measureMs: 6_000 },
  many: { clients: 1_000, rooms: 310, loads: GROWING, warmMs: 1_500, measureMs: 6_000 },
  crowd: { clients: 8_000, rooms: 400, loads: EVERY_10_S, warmMs: 3_000, measureMs: 20_000 },
} as const satisfies Record<string, Hall>;
const QUICK: Hall = {
  clients: 40,
  rooms: 4,
  loads: [
    { rate: 100, heartbeat: 'sdk' },
    { rate: 100, heartbeat: 'seldom' },
  ],
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
  /** Resident memory that a client adds to the rooms process and to the load generator, in kB. */
  readonly roomsKbPerClient: number;
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
    };
    const rehearsal = await createRehearsal(admin, request);
    await openRooms(admin, rehearsal);
    await sleep(SETTLE_MS);
    const door = openDoor(system.url);
    const { crowd, join } = await seat(started, () => seatCrowd(door, system.url, rehearsal.roster, ENTERING_AT_ONCE));
    door.close();
    crowd.beat(HEARTBEAT.sdk);
    const steps: HallFigures['steps'][number][] = [];
    bench.say(`\n${join.joined} clients in ${hall.rooms} rooms: ${joinLine(join)}`);
    try {
      await startRooms(admin, rehearsal);
      await everybodyRuns(crowd);
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

function loadsOf({ option }: Bench, { loads }: Hall): readonly Load[] {
  const chosen = option('heartbeat');
  if (chosen === undefined) return loads;
  if (chosen !== 'sdk' && chosen !== 'seldom') throw new RangeError('--heartbeat takes sdk or seldom');
  return [...new Set(loads.map(({ rate }) => rate))].map((rate) => ({ rate, heartbeat: chosen }));
}

async function seat({ pids }: BenchSystem, join: () => Promise<Crowd>): Promise<{ crowd: Crowd; join: JoinFigures }> {
  const processes: Pids = pids();
  const before = readProcesses(processes);
  const crowd = await join();
  const spent = spentBetween(before, readProcesses(processes));
  await sleep(SETTLE_MS);
  const after = readProcesses(processes);
  const count = Math.max(1, crowd.members.length);
  const kb = (name: string) =>
    Math.round(((after.rssBytes[name] ?? 0) - (before.rssBytes[name] ?? 0)) / 100 / count) / 10;
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
      roomsKbPerClient: kb('rooms-1'),
      loadKbPerClient: kb('load'),
    },
  };
}

async function everybodyRuns({ members, tally }: Crowd): Promise<void> {
  const until = performance.now() + START_LIMIT_MS;
  while (tally.running < members.length) {
    if (performance.now() > until)
      throw new Error(`${tally.running} of ${members.length} clients heard that their room runs`);
    await sleep(100);
  }
}

function joinLine({ joinMs, usPerJoin, roomsKbPerClient, seconds, errors }: JoinFigures): string {
  const cpu = Object.entries(usPerJoin).map(([name, us]) => `${name} ${us}`);
  const failed = errors.length === 0 ? '' : `; errors: ${errors.join(' | ')}`;
  return `${seconds.toFixed(1)} s, ${percentileLine(joinMs)}; µs a join: ${cpu.join(', ')}; ${roomsKbPerClient} kB a client${failed}`;
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

type Halls = { readonly few: HallFigures; readonly many: HallFigures; readonly crowd: HallFigures };

function verdictsOf({ few, many, crowd }: Halls, echo: EchoFigures): Verdict[] {
  const inRooms = (verdict: Verdict, { rooms }: HallFigures): Verdict => {
    return { ...verdict, figure: `${verdict.figure}, ${rooms} rooms` };
  };
  const { p99, answerUs, joinMs, clientKb, crowdP99 } = LIMITS.rooms;
  const judged = [few, many].flatMap((hall) => {
    const step = hall.steps.find(({ rate }) => rate === JUDGED_RATE);
    return [
      inRooms(judge(p99, step?.latencyMs.p99 ?? null, echo.latencyMs.p99), hall),
      inRooms(judge(answerUs, step?.usPerAnswer['rooms-1'] ?? null, echo.usPerMessage), hall),
    ];
  });
  const { usPerJoin, roomsKbPerClient, loadKbPerClient } = crowd.join;
  const ms = (...names: string[]) => names.reduce((sum, name) => sum + (usPerJoin[name] ?? 0), 0) / 1_000;
  return [
    ...judged,
    judge(joinMs, ms('api', 'rooms-1'), ms('load')),
    judge(clientKb, roomsKbPerClient, loadKbPerClient),
    ...crowd.steps.map((step) => {
      const verdict = judge(crowdP99, step.latencyMs.p99, echo.latencyMs.p99);
      return { ...verdict, figure: `${verdict.figure}, heartbeat ${HEARTBEAT[step.heartbeat]} ms` };
    }),
  ];
}

await runBench(
  'rooms',
  async (bench) => {
    if (bench.pace === 'quick') {
      const echo = await measureEcho({ clients: 20, rate: 200, warmMs: 200, measureMs: 500 });
      return { figures: { echo, few: await measureHall(bench, QUICK) }, verdicts: [] };
    }
    const echo = await measureEcho({ clients: 1_000, rate: JUDGED_RATE, warmMs: 1_500, measureMs: 5_000 });
    bench.say(
      `bare echo at ${echo.rate} a second: ${percentileLine(echo.latencyMs)}, ${echo.usPerMessage} µs a message`,
    );
    const few = await measureHall(bench, FULL.few);
    const many = await measureHall(bench, FULL.many);
    const crowd = await measureHall(bench, FULL.crowd);
    return { figures: { echo, few, many, crowd }, verdicts: verdictsOf({ few, many, crowd }, echo) };
  },
  ['heartbeat'],
);
