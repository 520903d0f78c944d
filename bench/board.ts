// `npm run bench:board -- [--quick]`: a proctor's board over 20 rooms of 300 on the production processes, one api, one
// rooms, one workers. Everybody beats each second and answers each 10 s, some links drop, some incidents are raised. Bytes a
// second to that board, and how long until an event is decoded there. Exit code 1 where a limit is not kept.
import { setTimeout as sleep } from 'node:timers/promises';
import { login } from '../loadtest/administrator.ts';
import { createRehearsal, openRooms, type Rehearsal, startRooms } from '../loadtest/rehearsal.ts';
import { type Percentiles, percentileLine, percentiles } from '../loadtest/report.ts';
import type { WatcherOrder, WatcherReply } from './board-watcher.ts';
import { type BenchChild, startChild } from './child.ts';
import { type Crowd, HEARTBEAT, type Member, seatCrowd } from './crowd.ts';
import { benchPaper, benchRooms, ITEM_COUNT } from './documents.ts';
import { type EchoFigures, measureEcho } from './echo.ts';
import { openDoor } from './entering.ts';
import { judge, LIMITS, type Verdict } from './limits.ts';
import { runStep, type StepFigures } from './open-loop.ts';
import type { Pids } from './processes.ts';
import { type Bench, type BenchSystem, type Findings, runBench } from './run.ts';

type Size = {
  readonly rooms: number;
  readonly inEach: number;
  /** Between two answers of one examinee. */
  readonly answerEveryMs: number;
  readonly dropsPerSecond: number;
  readonly incidentsPerSecond: number;
  readonly settleMs: number;
  readonly warmMs: number;
  readonly measureMs: number;
};

const FULL: Size = {
  ...{ rooms: 20, inEach: 300, answerEveryMs: 10_000, dropsPerSecond: 1, incidentsPerSecond: 1 },
  ...{ settleMs: 10_000, warmMs: 10_000, measureMs: 60_000 },
};
const QUICK: Size = {
  ...{ rooms: 2, inEach: 10, answerEveryMs: 1_000, dropsPerSecond: 1, incidentsPerSecond: 1 },
  ...{ settleMs: 500, warmMs: 500, measureMs: 3_000 },
};
const ENTERING_AT_ONCE = 48;
const START_LIMIT_MS = 60_000;
const DAY_MS = 86_400_000;

type Watcher = BenchChild<WatcherOrder, WatcherReply>;

type BoardFigures = Size & {
  readonly examinees: number;
  readonly joined: number;
  readonly errors: readonly string[];
  readonly roomsOnline: number;
  readonly kbPerSecond: number;
  readonly framesPerSecond: number;
  /** The same changes as JSON of the changed fields. */
  readonly jsonKbPerSecond: number;
  readonly updatesPerSecond: number;
  /** From an event to the decoded board, of all and of each kind, and how many were not seen. */
  readonly eventMs: Percentiles;
  readonly kinds: Readonly<
    Record<string, { readonly count: number; readonly unseen: number; readonly ms: Percentiles }>
  >;
  readonly step: StepFigures;
};

async function measureBoard(bench: Bench, size: Size): Promise<BoardFigures> {
  return bench.withSystem({ api: 1, rooms: 1, workers: 1 }, async (started) => {
    const { admin, system } = started;
    const examinees = size.rooms * size.inEach;
    const request = {
      name: 'bench',
      ...benchPaper(),
      rooms: benchRooms(examinees, size.rooms),
      durationMs: DAY_MS / 6,
    };
    const rehearsal = await createRehearsal(admin, request);
    await openRooms(admin, rehearsal);
    const door = openDoor(system.url);
    const crowd = await seatCrowd(door, system.url, rehearsal.roster, ENTERING_AT_ONCE);
    door.close();
    crowd.beat(HEARTBEAT.sdk);
    bench.say(`${crowd.members.length} of ${examinees} are in ${size.rooms} rooms`);
    const watcher = startChild<WatcherOrder, WatcherReply>('board-watcher.ts');
    try {
      await startRooms(admin, rehearsal);
      await everybodyRuns(crowd);
      const token = await aProctor(started, rehearsal);
      const roomIds = rehearsal.rooms.map(({ roomId }) => roomId);
      await watcher.ask({ order: 'watch', url: system.url, token, roomIds, examinees: crowd.members.length });
      await sleep(size.settleMs);
      return { ...size, examinees, ...(await measure(started, watcher, crowd, size)) };
    } finally {
      crowd.leave();
      await watcher.stop();
    }
  });
}

/** A proctor of all rooms; resolves with the token. */
async function aProctor({ admin, system }: BenchSystem, { planId, rooms }: Rehearsal): Promise<string> {
  const account = { login: `bench-${planId}`, password: `password of ${planId}` };
  await admin.addProctor(planId, { label: 'bench', roomIds: rooms.map(({ roomId }) => roomId), ...account });
  return login(system.url, account.login, account.password);
}

async function everybodyRuns({ members, tally }: Crowd): Promise<void> {
  const until = performance.now() + START_LIMIT_MS;
  while (tally.running < members.length) {
    if (performance.now() > until)
      throw new Error(
        `${tally.running} of ${members.length} heard that their room runs; closed: ${[...tally.closed]}, refused: ${[...tally.refused]}`,
      );
    await sleep(100);
  }
}

async function measure(started: BenchSystem, watcher: Watcher, crowd: Crowd, size: Size) {
  const events = noteEvents(crowd);
  const others = startOthers(crowd, size, events);
  const pids = (): Pids => ({ ...started.pids(), board: watcher.pid });
  const rate = crowd.members.length / (size.answerEveryMs / 1_000);
  const { warmMs, measureMs } = size;
  const stepping = runStep(crowd, pids(), { rate, warmMs, measureMs, items: ITEM_COUNT });
  await sleep(warmMs);
  await watcher.ask({ order: 'begin' });
  const window = { from: wallNow(), to: Number.POSITIVE_INFINITY };
  await sleep(measureMs);
  const traffic = await watcher.ask({ order: 'report' });
  window.to = wallNow() - UNSEEN_MS;
  others.stop();
  const step = await stepping;
  await sleep(SEEN_MS);
  const { shown } = await watcher.ask({ order: 'report' });
  const perSecond = (count: number) => count / (traffic.ms / 1_000);
  return {
    joined: crowd.members.length,
    errors: [...new Set(crowd.errors)].slice(0, 10),
    roomsOnline: traffic.roomsOnline,
    kbPerSecond: perSecond(traffic.bytes) / 1_000,
    framesPerSecond: perSecond(traffic.frames),
    jsonKbPerSecond: perSecond(traffic.jsonBytes) / 1_000,
    updatesPerSecond: perSecond(traffic.updates),
    ...latenciesOf(events, shown, window),
    step,
  };
}

/** Events of the last moments may not have been shown yet; they are left out, and those before them are waited for. */
const UNSEEN_MS = 2_000;
const SEEN_MS = 3_000;

/** When what the board is to show began, epoch ms: `kind examinee value`. */
type Events = Map<string, number>;

function nameOf(kind: string, examineeId: string, value: number): string {
  return `${kind} ${examineeId} ${value}`;
}

function wallNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Notes each answer as it is sent: a member's n-th answers another item, so that the board counts n. */
function noteEvents({ members }: Crowd): Events {
  const events: Events = new Map();
  for (const member of members) {
    const { client, examineeId } = member;
    const { send } = client;
    Object.assign(client, {
      send(...sent: Parameters<typeof send>) {
        if (sent[0] === 'answer.save' && member.counter <= ITEM_COUNT)
          events.set(nameOf('saved', examineeId, member.counter), wallNow());
        send(...sent);
      },
    });
  }
  return events;
}

/** Drops links for good, the last members first, and has others report what becomes an incident at once. */
function startOthers({ members }: Crowd, size: Size, events: Events): { stop(): void } {
  const [dropping, signalling] = [[...members], [...members]];
  const every = (perSecond: number, act: () => void) => setInterval(act, 1_000 / perSecond);
  const timers = [
    every(size.dropsPerSecond, () => drop(dropping.pop(), events)),
    every(size.incidentsPerSecond, () => signal(signalling.shift(), events)),
  ];
  return { stop: () => timers.forEach(clearInterval) };
}

function drop(member: Member | undefined, events: Events): void {
  if (member === undefined) return;
  events.set(nameOf('dropped', member.examineeId, 0), wallNow());
  member.client.close();
}

function signal(member: Member | undefined, events: Events): void {
  if (member === undefined) return;
  events.set(nameOf('incident', member.examineeId, 1), wallNow());
  member.client.send('signal.report', { number: 1, signals: [{ kind: 'second-screen', at: Date.now() }] });
}

function latenciesOf(
  events: Events,
  shown: WatcherReply['shown'],
  { from, to }: { readonly from: number; readonly to: number },
): Pick<BoardFigures, 'eventMs' | 'kinds'> {
  const shownAt = new Map(shown.map(([kind, examineeId, value, at]) => [nameOf(kind, examineeId, value), at] as const));
  const due = [...events].filter(([, at]) => at >= from && at < to);
  const kinds = Object.groupBy(due, ([name]) => name.split(' ')[0] ?? '');
  const latencies = (some: readonly (readonly [string, number])[]) =>
    some.flatMap(([name, at]) => {
      const seenAt = shownAt.get(name) ?? shownLater(shownAt, name);
      return seenAt === undefined ? [] : [seenAt - at];
    });
  const figures = Object.entries(kinds).map(([kind, some = []]) => {
    const found = latencies(some);
    return [kind, { count: some.length, unseen: some.length - found.length, ms: percentiles(found) }] as const;
  });
  return { eventMs: percentiles(latencies(due)), kinds: Object.fromEntries(figures) };
}

/** Two answers in one patch are one step of the count: the earlier one was shown with the later. */
function shownLater(shownAt: ReadonlyMap<string, number>, name: string): number | undefined {
  const [kind = '', examineeId = '', value] = name.split(' ');
  for (let next = Number(value) + 1; next <= Number(value) + 3; next++) {
    const at = shownAt.get(nameOf(kind, examineeId, next));
    if (at !== undefined) return at;
  }
  return undefined;
}

function describe({
  kbPerSecond,
  framesPerSecond,
  jsonKbPerSecond,
  updatesPerSecond,
  kinds,
  step,
  ...rest
}: BoardFigures) {
  return [
    `${rest.roomsOnline} rooms of ${rest.inEach} on one board: ${kbPerSecond.toFixed(1)} kB/s in ${framesPerSecond.toFixed(0)} frames/s (as JSON ${jsonKbPerSecond.toFixed(1)} kB/s), told ${updatesPerSecond.toFixed(1)} times a second`,
    `from event to decoded board: ${percentileLine(rest.eventMs)}`,
    ...Object.entries(kinds).map(
      ([kind, { count, unseen, ms }]) => `  ${kind}: ${count}, ${unseen} unseen, ${percentileLine(ms)}`,
    ),
    `saved ${step.savedPerSecond}/s, ${percentileLine(step.latencyMs)}; percent of a core: ${Object.entries(
      step.percent,
    )
      .map(([name, percent]) => `${name} ${percent}`)
      .join(', ')}`,
    ...rest.errors.map((error) => `not in: ${error}`),
  ].join('\n');
}

function verdictsOf({ kbPerSecond, jsonKbPerSecond, eventMs }: BoardFigures, echo: EchoFigures): Verdict[] {
  return [
    judge(LIMITS.board.kbPerSecond, kbPerSecond, jsonKbPerSecond),
    judge(LIMITS.board.p99, eventMs.p99, echo.latencyMs.p99),
  ];
}

async function findings(bench: Bench): Promise<Findings> {
  const isFull = bench.pace === 'full';
  const paced = isFull ? { warmMs: 1_500, measureMs: 5_000 } : { warmMs: 200, measureMs: 500 };
  const echo = await measureEcho({ clients: isFull ? 1_000 : 20, rate: isFull ? 600 : 100, ...paced });
  const board = await measureBoard(bench, isFull ? FULL : QUICK);
  bench.say(describe(board));
  return { figures: { echo, board }, verdicts: isFull ? verdictsOf(board, echo) : [] };
}

await runBench('board', findings);
