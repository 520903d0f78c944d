// `npm run bench:controls -- [--quick]`: controls for a whole plan, on the production processes: one api, two rooms, one
// workers. 1,600 clients in 310 rooms hear of a start and begin, are given more time, are paused and go on. Exit code 1
// where a limit is not kept. Two things are judged of the start: when clients are told to begin, from when they may answer, and
// when they have the key that opens their paper.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlRequest } from '../loadtest/administrator.ts';
import { createRehearsal, openRooms, type Rehearsal } from '../loadtest/rehearsal.ts';
import { type Percentiles, percentileLine, percentiles } from '../loadtest/report.ts';
import { newId } from '../schema/ids.ts';
import { type Crowd, HEARTBEAT, type Said, seatCrowd } from './crowd.ts';
import { benchPaper, benchRooms, ITEM_COUNT } from './documents.ts';
import { type BurstFigures, measureBurst } from './echo.ts';
import { openDoor } from './entering.ts';
import { judge, LIMITS, type Verdict } from './limits.ts';
import { runStep, type StepFigures } from './open-loop.ts';
import { readProcesses, spentBetween } from './processes.ts';
import { type Bench, type BenchSystem, type Findings, runBench } from './run.ts';

type Size = {
  readonly examinees: number;
  readonly rooms: number;
  /** How often the extension, and the pause and its resume. */
  readonly rounds: number;
  /** Everybody answers so often while time is extended. */
  readonly answerEveryMs: number;
  /** After the start, and between two controls: what they began is stored. */
  readonly settleMs: number;
};

const FULL: Size = { examinees: 1_600, rooms: 310, rounds: 3, answerEveryMs: 10_000, settleMs: 5_000 };
const QUICK: Size = { examinees: 20, rooms: 4, rounds: 1, answerEveryMs: 1_000, settleMs: 300 };

const ENTERING_AT_ONCE = 48;
const HEARD_LIMIT_MS = 30_000;
const LOOK_MS = 100;
const DURATION_MS = 3_600_000;
const EXTRA_MS = 60_000;

type StartFigures = {
  /** From the order until a client had the instant of the start, and how long before that instant the last one had it. */
  readonly newsMs: Percentiles;
  readonly newsBeforeMs: number;
  /** How many different instants they were told: they must be one. */
  readonly instants: number;
  /** From that instant until a client was told to begin, and first to last of them. */
  readonly beganMs: Percentiles;
  readonly skewMs: number;
  /** From that instant until a client had the key of its paper. */
  readonly keyMs: Percentiles;
  /** Clients that were not told to begin, or got no key. */
  readonly unheard: number;
  readonly percent: Readonly<Record<string, number>>;
};

/** From the order until clients had the control; until the ledger that the api shows counts it as delivered, and confirms all. */
type ControlFigures = {
  readonly heardMs: Percentiles;
  readonly ledgerMs: Percentiles;
  readonly undelivered: number;
  readonly unheard: number;
};

type ControlsFigures = Size & {
  readonly joined: number;
  readonly errors: readonly string[];
  readonly start: StartFigures;
  readonly extension: ControlFigures;
  readonly pause: ControlFigures;
  readonly resume: ControlFigures;
  /** What everybody answered while time was extended. */
  readonly step: StepFigures;
  /** Controls that nobody ordered here, such as lost seconds given back. */
  readonly others: number;
};

async function measureControls(bench: Bench, size: Size): Promise<ControlsFigures> {
  return bench.withSystem({ api: 1, rooms: 2, workers: 1 }, async (started) => {
    const { admin, system } = started;
    const rooms = benchRooms(size.examinees, size.rooms);
    const rehearsal = await createRehearsal(admin, { name: 'bench', ...benchPaper(), rooms, durationMs: DURATION_MS });
    await openRooms(admin, rehearsal);
    const door = openDoor(system.url);
    const crowd = await seatCrowd(door, system.url, rehearsal.roster, ENTERING_AT_ONCE);
    door.close();
    crowd.beat(HEARTBEAT.sdk);
    bench.say(`${crowd.members.length} of ${size.examinees} are in ${size.rooms} rooms`);
    await sleep(size.settleMs);
    try {
      return { ...size, ...(await measure(started, rehearsal, crowd, size)) };
    } finally {
      crowd.leave();
    }
  });
}

async function measure(started: BenchSystem, rehearsal: Rehearsal, crowd: Crowd, size: Size) {
  const ordered: string[] = [];
  const seen = new Set<string>();
  const order: Ordering = { started, rehearsal, crowd, size, ordered, seen };
  const start = await measureStart(order);
  await sleep(size.settleMs);
  const rate = size.examinees / (size.answerEveryMs / 1_000);
  const stepMs = size.rounds * (size.settleMs + 2_000);
  const stepping = runStep(crowd, started.pids(), { rate, warmMs: 500, measureMs: stepMs, items: ITEM_COUNT });
  await sleep(500);
  const extension = await inRounds(size.rounds, () =>
    measureControl(order, { action: 'extend', extraMs: EXTRA_MS, reason: 'bench' }),
  );
  const step = await stepping;
  const both = await pauses(order);
  return {
    joined: crowd.members.length,
    errors: [...new Set(crowd.errors)].slice(0, 10),
    ...{ start, extension, ...both, step },
    others: [...seen].filter((controlId) => !ordered.includes(controlId)).length,
  };
}

type Ordering = {
  readonly started: BenchSystem;
  readonly rehearsal: Rehearsal;
  readonly crowd: Crowd;
  readonly size: Size;
  /** Ids of what was ordered here, and of what clients were told. */
  readonly ordered: string[];
  readonly seen: Set<string>;
};

async function measureStart({ started, rehearsal, crowd, size, ordered, seen }: Ordering): Promise<StartFigures> {
  const [news, began, keys] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  const instants = new Set<number>();
  crowd.tally.heard = (examineeId, said) => {
    note(seen, said);
    if (said.type === 'paper.key') first(keys, examineeId);
    if (said.type !== 'room.status' || said.room.startsAt === 0) return;
    instants.add(said.room.startsAt);
    first(news, examineeId);
    if (said.room.status === 'running') first(began, examineeId);
  };
  const controlId = newId();
  ordered.push(controlId);
  const before = readProcesses(started.pids());
  const orderedAt = wallNow();
  const { control } = await started.admin.issue(rehearsal.planId, controlId, { action: 'start', reason: 'bench' });
  await heardByAll(began, crowd);
  await heardByAll(keys, crowd);
  const times = [...began.values()];
  return {
    newsMs: percentiles([...news.values()].map((at) => at - orderedAt)),
    newsBeforeMs: control.at - Math.max(...news.values()),
    instants: instants.size,
    beganMs: percentiles(times.map((at) => at - control.at)),
    skewMs: Math.max(...times) - Math.min(...times),
    keyMs: percentiles([...keys.values()].map((at) => at - control.at)),
    unheard: size.examinees - Math.min(began.size, keys.size),
    percent: spentBetween(before, readProcesses(started.pids())).percent,
  };
}

type Round = { readonly heardMs: number[]; readonly ledgerMs: number[]; readonly members: number };

/** One control for everybody, until all have it and the ledger says so. */
async function measureControl(
  { started, rehearsal, crowd, size, ordered, seen }: Ordering,
  asked: ControlRequest,
): Promise<Round> {
  const { admin } = started;
  const heard = new Map<string, number>();
  const controlId = newId();
  ordered.push(controlId);
  crowd.tally.heard = (examineeId, said) => {
    note(seen, said);
    if (said.type === 'control.told' && said.control.controlId === controlId) first(heard, examineeId);
  };
  const orderedAt = wallNow();
  let { ledger } = await admin.issue(rehearsal.planId, controlId, asked);
  const ledgerMs: number[] = [];
  const until = performance.now() + HEARD_LIMIT_MS;
  while (ledgerMs.length < crowd.members.length && performance.now() < until) {
    await sleep(LOOK_MS);
    ledger = (await admin.controlNow(controlId)).ledger;
    const ms = wallNow() - orderedAt;
    while (ledgerMs.length < ledger.delivered) ledgerMs.push(ms);
  }
  await sleep(size.settleMs);
  return { heardMs: [...heard.values()].map((at) => at - orderedAt), ledgerMs, members: size.examinees };
}

async function inRounds(rounds: number, measureOne: () => Promise<Round>): Promise<ControlFigures> {
  const all: Round[] = [];
  for (let round = 0; round < rounds; round++) all.push(await measureOne());
  return figuresOf(all);
}

async function pauses(order: Ordering): Promise<{ pause: ControlFigures; resume: ControlFigures }> {
  const [pause, resume]: [Round[], Round[]] = [[], []];
  for (let round = 0; round < order.size.rounds; round++) {
    pause.push(await measureControl(order, { action: 'pause', reason: 'bench' }));
    resume.push(await measureControl(order, { action: 'resume', reason: 'bench' }));
  }
  return { pause: figuresOf(pause), resume: figuresOf(resume) };
}

function figuresOf(rounds: readonly Round[]): ControlFigures {
  const missing = (pick: (round: Round) => readonly number[]) =>
    rounds.reduce((sum, round) => sum + round.members - pick(round).length, 0);
  return {
    heardMs: percentiles(rounds.flatMap(({ heardMs }) => heardMs)),
    ledgerMs: percentiles(rounds.flatMap(({ ledgerMs }) => ledgerMs)),
    undelivered: missing(({ ledgerMs }) => ledgerMs),
    unheard: missing(({ heardMs }) => heardMs),
  };
}

function note(seen: Set<string>, said: Said): void {
  if (said.type === 'control.told') seen.add(said.control.controlId);
}

function first(times: Map<string, number>, examineeId: string): void {
  if (!times.has(examineeId)) times.set(examineeId, wallNow());
}

/** Whoever has not heard by then is counted, and fails the bench's test. */
async function heardByAll(times: ReadonlyMap<string, number>, { members }: Crowd): Promise<void> {
  const until = performance.now() + HEARD_LIMIT_MS;
  while (times.size < members.length && performance.now() < until) await sleep(LOOK_MS);
}

function wallNow(): number {
  return performance.timeOrigin + performance.now();
}

function describe({ start, extension, pause, resume, step, others, errors }: ControlsFigures): string {
  const control = (name: string, { heardMs, ledgerMs, unheard, undelivered }: ControlFigures) =>
    `${name}: to the client ${percentileLine(heardMs)}, ${unheard} unheard; to the ledger ${percentileLine(ledgerMs)}, ${undelivered} undelivered`;
  const percent = (values: Readonly<Record<string, number>>) =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  return [
    `news of the start: ${percentileLine(start.newsMs)}, the last ${start.newsBeforeMs.toFixed(0)} ms before it; ${start.instants} instants told`,
    `begun after it: ${percentileLine(start.beganMs)}; first to last ${start.skewMs.toFixed(0)} ms; the paper's key ${percentileLine(start.keyMs)}; ${start.unheard} unheard; percent of a core: ${percent(start.percent)}`,
    control('extension', extension),
    control('pause', pause),
    control('resume', resume),
    `meanwhile ${step.savedPerSecond} answers a second saved, ${percentileLine(step.latencyMs)}; percent of a core: ${percent(step.percent)}; controls of others: ${others}`,
    ...errors.map((error) => `not in: ${error}`),
  ].join('\n');
}

/** Where somebody heard nothing there is no p99. */
function p99Of(times: Percentiles, missing: number): number | null {
  return missing === 0 ? times.p99 : null;
}

function verdictsOf(figures: ControlsFigures, burst: BurstFigures): Verdict[] {
  const { start, extension, pause, resume, joined } = figures;
  const { instants, startSkew, keyMs, newsMs, extendMs, ledgerMs, pauseMs, resumeMs } = LIMITS.controls;
  const peer = burst.latencyMs.p99;
  const heard = ({ heardMs, unheard }: ControlFigures) => p99Of(heardMs, unheard);
  return [
    judge(instants, start.instants, joined),
    judge(startSkew, start.unheard === 0 ? start.skewMs : null, burst.skewMs),
    judge(keyMs, p99Of(start.keyMs, start.unheard), peer),
    judge(newsMs, p99Of(start.newsMs, start.unheard), peer),
    judge(extendMs, heard(extension), peer),
    judge(ledgerMs, p99Of(extension.ledgerMs, extension.undelivered), extension.heardMs.p99),
    judge(pauseMs, heard(pause), peer),
    judge(resumeMs, heard(resume), peer),
  ];
}

async function findings(bench: Bench): Promise<Findings> {
  const size = bench.pace === 'full' ? FULL : QUICK;
  const burst = await measureBurst(size.examinees, bench.pace === 'full' ? 5 : 1);
  bench.say(
    `a bare echo to all at once: ${percentileLine(burst.latencyMs)}, first to last ${burst.skewMs.toFixed(0)} ms`,
  );
  const controls = await measureControls(bench, size);
  bench.say(describe(controls));
  return { figures: { burst, controls }, verdicts: bench.pace === 'full' ? verdictsOf(controls, burst) : [] };
}

await runBench('controls', findings);
