// Answers of a crowd at a fixed rate, whether the system keeps up or not: a latency counts from the instant at which the
// answer was due. One step is a warm-up, a measured window, and a wait for what is still on its way. Called by rooms.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { revisionOf } from '../exam/revision.ts';
import { type Percentiles, percentiles } from '../loadtest/report.ts';
import type { Crowd, Member } from './crowd.ts';
import { responseTo } from './documents.ts';
import { type Pids, readProcesses, spentBetween } from './processes.ts';

export type Step = {
  readonly rate: number;
  readonly warmMs: number;
  readonly measureMs: number;
  readonly items: number;
};

/** What one step came to. Latencies of the answers that were due in the window, in ms; `percent` of one core. */
export type StepFigures = {
  readonly rate: number;
  readonly sentPerSecond: number;
  readonly savedPerSecond: number;
  readonly latencyMs: Percentiles;
  /** CPU of each process for one saved answer, whatever else it did meanwhile, in µs. */
  readonly usPerAnswer: Readonly<Record<string, number>>;
  readonly percent: Readonly<Record<string, number>>;
  readonly machinePercent: number;
  readonly rssMb: Readonly<Record<string, number>>;
  readonly superseded: number;
  /** Sent in this step and neither saved nor superseded nor refused after the wait. */
  readonly unsettled: number;
  readonly refused: Readonly<Record<string, number>>;
};

const TICK_MS = 2;
const DRAIN_MS = 15_000;
/** A generator that was held up catches up with at most this much at once. */
const LARGEST_BURST_MS = 250;

/** Runs one step. */
export async function runStep(crowd: Crowd, pids: Pids, step: Step): Promise<StepFigures> {
  const { tally, members } = crowd;
  tally.refused.clear();
  const superseded = tally.superseded;
  const generator = startGenerator(members, step);
  await sleep(step.warmMs);
  const samples: number[] = [];
  const window = { from: performance.now(), to: Number.POSITIVE_INFINITY };
  tally.acknowledged = (dueAt) => {
    if (dueAt >= window.from && dueAt < window.to) samples.push(performance.now() - dueAt);
  };
  const before = readProcesses(pids);
  const counts = { sent: generator.sent(), saved: tally.saved };
  await sleep(step.measureMs);
  const after = readProcesses(pids);
  const sent = generator.sent() - counts.sent;
  const saved = tally.saved - counts.saved;
  window.to = performance.now();
  generator.stop();
  await drained(members);
  const unsettled = waitingCount(members);
  for (const { waiting } of members) waiting.clear();
  const spent = spentBetween(before, after);
  return {
    rate: step.rate,
    sentPerSecond: Math.round(sent / spent.seconds),
    savedPerSecond: Math.round(saved / spent.seconds),
    latencyMs: percentiles(samples),
    usPerAnswer: mapped(spent.cpuMs, (ms) => (saved === 0 ? 0 : Math.round((ms * 1_000) / saved))),
    percent: spent.percent,
    machinePercent: spent.machinePercent,
    rssMb: mapped(after.rssBytes, (bytes) => Math.round(bytes / 1e6)),
    superseded: tally.superseded - superseded,
    unsettled,
    refused: Object.fromEntries(tally.refused),
  };
}

type Generator = { sent(): number; stop(): void };

function startGenerator(members: readonly Member[], { rate, items }: Step): Generator {
  let sent = 0;
  let lastAt = performance.now();
  let next = 0;
  let due = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    const sinceMs = Math.min(now - lastAt, LARGEST_BURST_MS);
    lastAt = now;
    const before = due;
    due += (sinceMs / 1_000) * rate;
    const places = due - before;
    for (let place = 1; due >= 1; due--, place++) {
      const member = members[next++ % members.length];
      if (!member?.client.isOpen()) continue;
      answer(member, items, now - sinceMs * Math.max(0, 1 - place / Math.max(places, 1)));
      sent++;
    }
  }, TICK_MS);
  return { sent: () => sent, stop: () => clearInterval(timer) };
}

function answer(member: Member, items: number, dueAt: number): void {
  const counter = ++member.counter;
  const revision = revisionOf(member.fence, counter);
  const item = 1 + (counter % items);
  member.waiting.set(revision, dueAt);
  member.client.send('answer.save', { answers: [{ item, revision, response: responseTo(item, counter) }] });
}

async function drained(members: readonly Member[]): Promise<void> {
  const until = performance.now() + DRAIN_MS;
  while (performance.now() < until && waitingCount(members) > 0) await sleep(50);
}

function waitingCount(members: readonly Member[]): number {
  return members.reduce((sum, { waiting }) => sum + waiting.size, 0);
}

function mapped(values: Readonly<Record<string, number>>, change: (value: number) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)] as const));
}
