// `npm run bench:answers -- [--quick]`: how many answers a second become durable and acknowledged through journal, queue
// and the production workers, beside one process that inserts the same documents; how long an answer takes at 10,000 a
// second; and whether an answer costs the same with a million stored. Exit code 1 where a limit is not kept.
import { createRehearsal } from '../loadtest/rehearsal.ts';
import { percentileLine, table } from '../loadtest/report.ts';
import type { LoadOrder, LoadReply } from './answers-load.ts';
import { type BenchChild, startChild } from './child.ts';
import { benchPaper, benchRooms } from './documents.ts';
import { judge, LIMITS, type Verdict } from './limits.ts';
import { type Pids, readProcesses, type Spent, spentBetween } from './processes.ts';
import type { InsertOrder, InsertReply } from './raw-insert.ts';
import { type Bench, type BenchSystem, runBench } from './run.ts';

type Size = {
  readonly examinees: number;
  readonly rooms: number;
  readonly warmUp: number;
  /** Answers of each of the alternating runs. */
  readonly answers: number;
  readonly rounds: number;
  readonly perSecond: number;
  readonly paceSeconds: number;
  /** How many answers are stored where the cost of one is measured, and for how long; ascending. */
  readonly stored: readonly { readonly count: number; readonly seconds: number }[];
};

const FULL: Size = {
  examinees: 2_000,
  rooms: 50,
  warmUp: 60_000,
  answers: 240_000,
  rounds: 3,
  perSecond: 10_000,
  paceSeconds: 12,
  stored: [
    { count: 10_000, seconds: 2 },
    ...[250_000, 500_000, 750_000, 1_000_000].map((count) => ({ count, seconds: 8 })),
  ],
};
const QUICK: Size = {
  examinees: 20,
  rooms: 2,
  warmUp: 500,
  answers: 1_000,
  rounds: 1,
  perSecond: 1_000,
  paceSeconds: 1,
  stored: [
    { count: 1_000, seconds: 0.5 },
    { count: 3_000, seconds: 0.5 },
  ],
};

/** What a workers process has in flight unless it is told otherwise. */
const IN_FLIGHT = 8;
/** What the journal may have not yet durable while it is flooded. */
const WINDOW = 4_000;

type Cost = { readonly usPerAnswer: Readonly<Record<string, number>>; readonly usTotal: number };
type Round = { readonly rawPerSecond: number; readonly perSecond: number; readonly ofRaw: number } & Cost;
type Paced = LoadReply & Cost;

type AnswersFigures = {
  readonly rounds: readonly Round[];
  /** The median round. */
  readonly ofRaw: number;
  readonly pace: Paced & { readonly perSecond: number };
  readonly stored: readonly (Paced & { readonly count: number })[];
};

type Parts = {
  readonly size: Size;
  readonly load: BenchChild<LoadOrder, LoadReply>;
  readonly raw: BenchChild<InsertOrder, InsertReply>;
  readonly urls: { readonly own: string; readonly peer: string };
  readonly plan: { readonly planId: string; readonly examineeIds: readonly string[] };
  pids(): Pids;
};

async function withParts<T>(started: BenchSystem, size: Size, work: (parts: Parts) => Promise<T>): Promise<T> {
  const { admin, system } = started;
  const request = {
    name: 'bench',
    ...benchPaper(),
    rooms: benchRooms(size.examinees, size.rooms),
    durationMs: 3_600_000,
  };
  const { planId, roster } = await createRehearsal(admin, request);
  const plan = { planId, examineeIds: roster.map(({ examineeId }) => examineeId) };
  const urls = { own: system.mongodbUrl, peer: system.mongodbUrl.replace(/^(\w+:\/\/[^/]+\/)[^?]*/, '$1bench_peer') };
  const load = startChild<LoadOrder, LoadReply>('answers-load.ts');
  const raw = startChild<InsertOrder, InsertReply>('raw-insert.ts');
  const pids = () => ({ ...started.pids(), bench: process.pid, load: load.pid });
  try {
    const { redisUrl, secret } = system;
    await load.ask({ order: 'open', mongodbUrl: urls.own, redisUrl, secret, ...plan });
    return await work({ size, load, raw, urls, plan, pids });
  } finally {
    await Promise.all([load.stop(), raw.stop()]);
  }
}

async function measureAnswers(bench: Bench, parts: Parts): Promise<AnswersFigures> {
  const { size } = parts;
  await alternate(parts, size.warmUp);
  const rounds: Round[] = [];
  for (let round = 0; round < size.rounds; round++) {
    const figures = await alternate(parts, size.answers);
    rounds.push(figures);
    bench.say(roundLine(figures));
  }
  await emptied(parts, parts.urls.own);
  const pace = await paced(parts, 0, size.paceSeconds);
  bench.say(`at ${size.perSecond} a second: ${percentileLine(pace.latencyMs)}; ${costLine(pace)}`);
  const stored = await growing(parts);
  bench.say(storedTable(stored));
  const ofRaw = rounds.map((round) => round.ofRaw).sort((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? 0;
  return { rounds, ofRaw, pace: { ...pace, perSecond: size.perSecond }, stored };
}

/** The peer, then the system, each into an empty collection. */
async function alternate(parts: Parts, answers: number): Promise<Round> {
  const { raw, load, urls, plan } = parts;
  const inserted = await raw.ask({
    mongodbUrl: urls.peer,
    ...plan,
    from: 0,
    to: answers,
    inFlight: IN_FLIGHT,
    content: 'drop',
  });
  await emptied(parts, urls.own);
  const [reply, spent] = await watched(parts, () => load.ask({ order: 'flood', from: 0, to: answers, window: WINDOW }));
  const rawPerSecond = Math.round(inserted.inserted / inserted.seconds);
  const perSecond = Math.round(reply.durable / reply.seconds);
  return { rawPerSecond, perSecond, ofRaw: perSecond / rawPerSecond, ...costOf(spent, reply.durable) };
}

async function emptied({ raw, plan }: Parts, mongodbUrl: string): Promise<void> {
  await raw.ask({ mongodbUrl, ...plan, from: 0, to: 0, inFlight: 1, content: 'drop' });
}

async function paced(parts: Parts, from: number, seconds: number): Promise<Paced> {
  const { load, size } = parts;
  const to = from + Math.round(size.perSecond * seconds);
  const order = { order: 'pace', from, to, perSecond: size.perSecond } as const;
  const [reply, spent] = await watched(parts, () => load.ask(order));
  return { ...reply, ...costOf(spent, reply.durable) };
}

/**
 * Fills the store up to each count by the peer's inserts, and measures there at the same rate. Numbers begin after those of
 * the run before: on a machine that does not keep up, some of its jobs may still be repeated after the collection is emptied.
 */
async function growing(parts: Parts): Promise<AnswersFigures['stored']> {
  const { raw, urls, plan, size } = parts;
  const figures: AnswersFigures['stored'][number][] = [];
  await emptied(parts, urls.own);
  const first = size.perSecond * size.paceSeconds;
  let stored = 0;
  for (const { count, seconds } of size.stored) {
    const order = { mongodbUrl: urls.own, ...plan, from: first + stored, to: first + count, inFlight: IN_FLIGHT };
    if (count > stored) await raw.ask({ ...order, content: 'keep' });
    figures.push({ count, ...(await paced(parts, first + count, seconds)) });
    stored = count + Math.round(size.perSecond * seconds);
  }
  return figures;
}

async function watched<T>({ pids }: Parts, work: () => Promise<T>): Promise<[T, Spent]> {
  const processes = pids();
  const before = readProcesses(processes);
  const result = await work();
  return [result, spentBetween(before, readProcesses(processes))];
}

function costOf({ cpuMs, totalMs }: Spent, answers: number): Cost {
  const us = (ms: number) => Math.round((ms * 10_000) / Math.max(1, answers)) / 10;
  return {
    usPerAnswer: Object.fromEntries(Object.entries(cpuMs).map(([name, ms]) => [name, us(ms)])),
    usTotal: us(totalMs),
  };
}

function roundLine({ rawPerSecond, perSecond, ofRaw, ...cost }: Round): string {
  return `raw ${rawPerSecond} a second; durable and acknowledged ${perSecond} a second, ${ofRaw.toFixed(2)} of raw; ${costLine(cost)}`;
}

function costLine({ usTotal, usPerAnswer }: Cost): string {
  const parts = Object.entries(usPerAnswer).map(([name, us]) => `${name} ${us}`);
  return `${usTotal} µs of CPU an answer: ${parts.join(', ')}`;
}

function storedTable(stored: AnswersFigures['stored']): string {
  const names = Object.keys(stored[0]?.usPerAnswer ?? {});
  const rows = stored.map(({ count, latencyMs, usTotal, usPerAnswer }) => [
    count,
    usTotal,
    ...names.map((name) => usPerAnswer[name] ?? null),
    latencyMs.p50 === null ? null : Number(latencyMs.p50.toFixed(1)),
    latencyMs.p99 === null ? null : Number(latencyMs.p99.toFixed(1)),
  ]);
  return table(['stored', 'µs an answer', ...names, 'p50', 'p99'], rows);
}

function verdictsOf({ rounds, ofRaw, pace, stored }: AnswersFigures): Verdict[] {
  const [first, last] = [stored.find(({ count }) => count >= 250_000), stored.at(-1)];
  const raw =
    rounds.map(({ rawPerSecond }) => rawPerSecond).sort((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? null;
  const notTaken = [pace, ...stored].reduce((sum, figures) => sum + figures.notTaken, 0);
  const growth = first && last && notTaken === 0 ? last.usTotal / first.usTotal : null;
  return [
    { ...judge(LIMITS.answers.rate, ofRaw, raw), ofPeer: ofRaw },
    judge(LIMITS.answers.p99, pace.latencyMs.p99, pace.latencyMs.p50),
    { ...judge(LIMITS.answers.growth, growth, first?.usTotal ?? null), ofPeer: growth },
  ];
}

await runBench('answers', (bench) => {
  const size = bench.pace === 'quick' ? QUICK : FULL;
  return bench.withSystem({ api: 1, rooms: 0, workers: 1 }, (started) =>
    withParts(started, size, async (parts) => {
      const figures = await measureAnswers(bench, parts);
      return { figures, verdicts: bench.pace === 'quick' ? [] : verdictsOf(figures) };
    }),
  );
});
