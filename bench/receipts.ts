// `npm run bench:receipts -- [--quick]`: what it costs worker and engine that each saved batch is signed: the CPU an answer with
// it and without it, at the same rate, in turn, five times. Exit code 1 where the limit is not kept.
import { mkdtemp, rm } from 'node:fs/promises';
import { createRehearsal } from '../loadtest/rehearsal.ts';
import type { LoadOrder, LoadReply } from './answers-load.ts';
import { type BenchChild, startChild } from './child.ts';
import { benchPaper, benchRooms } from './documents.ts';
import { judge, LIMITS, type Verdict } from './limits.ts';
import { type Pids, readProcesses, spentBetween } from './processes.ts';
import type { InsertOrder, InsertReply } from './raw-insert.ts';
import type { WorkerOrder, WorkerReply } from './receipts-worker.ts';
import { type Bench, type BenchSystem, runBench } from './run.ts';

type Size = { readonly rounds: number; readonly seconds: number; readonly perSecond: number; readonly people: number };
const FULL: Size = { rounds: 5, seconds: 8, perSecond: 10_000, people: 2_000 };
const QUICK: Size = { rounds: 1, seconds: 1, perSecond: 1_000, people: 20 };

type Saving = WorkerOrder['saving'];
/** Each is first in every other round: the engine's work grows with all that it has ever written. */
const IN_TURN: readonly Saving[] = ['unsigned', 'signed'];
const WARM_UP_SECONDS = 2;

/** µs of CPU an answer. */
type Cost = { readonly worker: number; readonly engine: number; readonly total: number; readonly p99Ms: number | null };
type Round = Readonly<Record<Saving, Cost>>;

type Parts = {
  readonly size: Size;
  readonly order: Omit<WorkerOrder, 'saving'>;
  readonly worker: BenchChild<WorkerOrder, WorkerReply>;
  readonly load: BenchChild<LoadOrder, LoadReply>;
  readonly raw: BenchChild<InsertOrder, InsertReply>;
  readonly plan: { readonly planId: string; readonly examineeIds: readonly string[] };
  pids(): Pids;
};

async function withParts<T>(started: BenchSystem, size: Size, work: (parts: Parts) => Promise<T>): Promise<T> {
  const { admin, system } = started;
  const { mongodbUrl, redisUrl, secret } = system;
  const dataDir = await mkdtemp('/tmp/examhall-bench-');
  const request = { name: 'bench', ...benchPaper(), rooms: benchRooms(size.people, 20), durationMs: 3_600_000 };
  const { planId, roster } = await createRehearsal(admin, request);
  const plan = { planId, examineeIds: roster.map(({ examineeId }) => examineeId) };
  const worker = startChild<WorkerOrder, WorkerReply>('receipts-worker.ts');
  const load = startChild<LoadOrder, LoadReply>('answers-load.ts');
  const raw = startChild<InsertOrder, InsertReply>('raw-insert.ts');
  const order = { mongodbUrl, redisUrl, secret, dataDir };
  const pids = (): Pids => ({ worker: worker.pid, engine: started.pids().mongodb ?? 0 });
  try {
    await load.ask({ order: 'open', mongodbUrl, redisUrl, secret, ...plan });
    return await work({ size, order, worker, load, raw, plan, pids });
  } finally {
    await Promise.all([load.stop(), worker.stop(), raw.stop()]);
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Into an empty collection, after a moment that is not counted. */
async function measure({ size, order, worker, load, raw, plan, pids }: Parts, saving: Saving): Promise<Cost> {
  const { perSecond, seconds } = size;
  await worker.ask({ ...order, saving });
  const nothing = { from: 0, to: 0, inFlight: 1, content: 'drop' } as const;
  await raw.ask({ mongodbUrl: order.mongodbUrl, ...plan, ...nothing });
  const warm = Math.round(perSecond * Math.min(WARM_UP_SECONDS, seconds));
  await load.ask({ order: 'pace', from: 0, to: warm, perSecond });
  const processes = pids();
  const before = readProcesses(processes);
  const reply = await load.ask({ order: 'pace', from: warm, to: warm + perSecond * seconds, perSecond });
  const { cpuMs } = spentBetween(before, readProcesses(processes));
  if (reply.notTaken > 0 || reply.writtenThrough > 0) throw new Error('the workers did not keep up');
  const us = (ms = 0) => Math.round((ms * 10_000) / reply.durable) / 10;
  const [ofWorker, engine] = [us(cpuMs.worker), us(cpuMs.engine)];
  return { worker: ofWorker, engine, total: ofWorker + engine, p99Ms: reply.latencyMs.p99 };
}

async function rounds(bench: Bench, parts: Parts): Promise<Round[]> {
  const found: Round[] = [];
  for (let round = 0; round < parts.size.rounds; round++) {
    const costs: Partial<Record<Saving, Cost>> = {};
    for (const saving of round % 2 === 0 ? IN_TURN : IN_TURN.toReversed()) {
      const cost = await measure(parts, saving);
      costs[saving] = cost;
      const { worker, engine, total, p99Ms } = cost;
      bench.say(
        `${saving}: ${total.toFixed(1)} µs of CPU an answer: worker ${worker}, engine ${engine}; p99 ${p99Ms?.toFixed(0) ?? '-'} ms`,
      );
    }
    found.push(costs as Round);
  }
  return found;
}

/** By all rounds together: single ones differ with what the engine happens to write. */
function verdictOf(found: readonly Round[]): Verdict {
  const sum = (saving: Saving) => found.reduce((total, round) => total + round[saving].total, 0);
  const without = sum('unsigned') / found.length;
  const quotient = sum('signed') / sum('unsigned');
  return { ...judge(LIMITS.receipts.cpu, quotient, without), ofPeer: quotient };
}

await runBench('receipts', (bench) => {
  const size = bench.pace === 'quick' ? QUICK : FULL;
  return bench.withSystem({ api: 1, rooms: 0, workers: 0 }, (started) =>
    withParts(started, size, async (parts) => {
      const found = await rounds(bench, parts);
      return { figures: { rounds: found }, verdicts: bench.pace === 'quick' ? [] : [verdictOf(found)] };
    }),
  );
});
