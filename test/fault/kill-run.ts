// One seeded run of kills: a whole system in its own processes, examinees answering through the SDK, SIGKILLs at random
// instants, and afterwards a look into the store at every answer that was acknowledged. Called by the fault tests.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type System, startSystem } from '../../bin/launcher/system.ts';
import { createAdministrator } from '../../loadtest/administrator.ts';
import { between, type Random, seededRandom } from '../../loadtest/random.ts';
import { createRehearsal, openRooms, startRooms } from '../../loadtest/rehearsal.ts';
import { rehearsalPaper } from '../../loadtest/rehearsal-paper.ts';
import { openStore } from '../../store/open-store.ts';
import { testFolder } from '../support/parts.ts';
import { answering, drained, holds, OPTIONS, type Testimony, testify, type Witness, witness } from './witness.ts';

export type KillPlan = {
  readonly seed: number;
  readonly examinees: number;
  readonly seconds: number;
  /** Process names of the system; each kill takes one of them. */
  readonly victims: readonly string[];
  /** How a killed process comes back. */
  readonly after?: 'as-it-was' | 'without-its-data';
  readonly workers?: number;
  /** How long outboxes may take to drain afterwards; 60 s unless given. */
  readonly drainMs?: number;
  /** Runs beside the system; its `stop` is called before the look into the store. */
  readonly beside?: (system: System) => Promise<{ stop(): Promise<void> }>;
};

export type KillReport = Testimony & { readonly kills: number };

const ITEMS = 40;
const ROOMS = 5;
const DRAIN_MS = 60_000;
/** Fewer prove nothing. */
export const LEAST_KILLS = 2;

/** Runs it and reports. Throws where the system does not come up. */
export async function runKills(plan: KillPlan): Promise<KillReport> {
  const folder = await testFolder();
  const layout = { api: 1, rooms: 1, workers: plan.workers ?? 1 };
  const system = await startSystem({ folder, layout, restart: false, env: { NODE_ENV: 'production' } });
  let beside: { stop(): Promise<void> } | undefined;
  let seated: Witness[] = [];
  try {
    beside = await plan.beside?.(system);
    const random = seededRandom(`answers ${plan.seed}`);
    const { planId, witnesses } = await seatEverybody(system, plan.examinees);
    seated = witnesses;
    const killing = killUntil(system, folder, plan, seededRandom(`kills ${plan.seed}`));
    const answers = answerUntil(witnesses, plan.seconds * 1_000, killing, random);
    const [kills] = await Promise.all([killing, answers]);
    await drained(witnesses, plan.drainMs ?? DRAIN_MS);
    await beside?.stop();
    const report = await compare(system, planId, witnesses);
    return { kills, ...report };
  } finally {
    await Promise.all(seated.map(({ session }) => session.leave()));
    await beside?.stop();
    await system.stop();
  }
}

async function seatEverybody(system: System, count: number): Promise<{ planId: string; witnesses: Witness[] }> {
  const admin = createAdministrator({ url: system.url, token: await system.admin() });
  const { items, key } = rehearsalPaper(ITEMS);
  const choices = items.map((item) => ({
    ...item,
    kind: 'singleChoice' as const,
    options: OPTIONS.map((id) => ({ id, text: '' })),
  }));
  const rooms = Array.from({ length: ROOMS }, (_, room) => ({
    label: `room ${room}`,
    examinees: Array.from({ length: count / ROOMS }, (_unused, seat) => ({ label: `examinee ${room}.${seat}` })),
  }));
  const rehearsal = await createRehearsal(admin, {
    name: 'kills',
    items: choices,
    key: key.filter(({ kind }) => kind === 'singleChoice'),
    rooms,
    durationMs: 3_600_000,
  });
  await openRooms(admin, rehearsal);
  const witnesses = await Promise.all(
    rehearsal.roster.map(({ code, examineeId }) => witness(system.url, code, examineeId)),
  );
  await startRooms(admin, rehearsal);
  await holds(() => witnesses.every(({ session }) => session.room().status === 'running'), 20_000);
  return { planId: rehearsal.planId, witnesses };
}

/** Everybody gives an answer each 150 to 350 ms, until the time is over and so is the killing. */
async function answerUntil(
  witnesses: readonly Witness[],
  lengthMs: number,
  killing: Promise<unknown>,
  random: Random,
): Promise<void> {
  const until = performance.now() + lengthMs;
  let isKilling = true;
  const end = () => {
    isKilling = false;
  };
  killing.then(end, end); // what it rejects with is its caller's
  await answering(witnesses, ITEMS, random, () => isKilling || performance.now() < until);
}

/** For the time of the plan, and on until there were enough kills: a slow machine starts a process more slowly. */
async function killUntil(system: System, folder: string, plan: KillPlan, random: Random): Promise<number> {
  const until = performance.now() + plan.seconds * 1_000 - 1_500;
  let kills = 0;
  if (plan.victims.length === 0) return kills;
  await sleep(800);
  while (performance.now() < until || kills < LEAST_KILLS) {
    const victim = plan.victims[between(random, 0, plan.victims.length - 1)] ?? '';
    await system.kill(victim);
    kills++;
    await sleep(between(random, 100, 500));
    if (plan.after === 'without-its-data' && victim === 'redis')
      rmSync(join(folder, 'redis', 'appendonlydir'), { recursive: true, force: true });
    await system.start(victim);
    await sleep(between(random, 800, 2_000));
  }
  return kills;
}

async function compare(system: System, planId: string, witnesses: readonly Witness[]): Promise<Testimony> {
  const store = await openStore({ url: system.mongodbUrl });
  try {
    return await testify(store, planId, witnesses);
  } finally {
    await store.close();
  }
}
