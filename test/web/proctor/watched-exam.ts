// A whole system with an exam whose rooms proctors watch from the page: rooms with seats, examinees who sit there through
// the SDK, proctors with a login each. Called by the browser tests of the proctor's page and by its bench.
import { rm } from 'node:fs/promises';
import { bringPages } from '../../../bin/launcher/pages.ts';
import { type System, startSystem } from '../../../bin/launcher/system.ts';
import { type EnterOptions, enterExam } from '../../../client/enter-exam.ts';
import { memoryOutbox } from '../../../client/outbox-memory.ts';
import type { ExamSession } from '../../../client/session.ts';
import { type Administrator, createAdministrator, type RosterEntry } from '../../../loadtest/administrator.ts';
import type { PlanBody } from '../../../schema/requests.ts';
import { mongodbUrl, redisUrl, testFolder } from '../../support/parts.ts';
import { EXAM_ITEMS, EXAM_KEY } from '../../support/whole-exam.ts';
import { until } from '../../workers/worker-parts.ts';

type ExamOptions = {
  /** Labels of rooms, and how many people sit in each. */
  readonly rooms?: Readonly<Record<string, number>>;
  readonly plan?: Partial<PlanBody>;
  /** Logins of proctors, who have all rooms; and of one who is their chief. */
  readonly proctors?: readonly string[];
  readonly chief?: string;
};

export type WatchedExam = {
  readonly planId: string;
  readonly rooms: readonly { readonly roomId: string; readonly label: string }[];
  /** In the order of the rooms. */
  readonly roster: readonly RosterEntry[];
  /** Enters and resolves when the link is up. Left with the exam. */
  enter(index: number, options?: Partial<EnterOptions>): Promise<ExamSession>;
  open(): Promise<void>;
  start(): Promise<void>;
  leave(): Promise<void>;
};

export type WatchedSystem = {
  readonly system: System;
  readonly admin: Administrator;
  exam(options?: ExamOptions): Promise<WatchedExam>;
  stop(): Promise<void>;
};

export const PASSWORD = 'a proctor’s password';
const NAMES = [
  '김민지',
  'Lee Jun',
  'Ana María Ruiz',
  'ليلى حسن',
  'Oskar Lindqvist',
  '박서연',
  'Noa Ben-Ami',
  'Chidi Okoye',
];

/** Builds the pages where they are not, and starts a system that serves them. */
export async function startWatchedSystem(name: string): Promise<WatchedSystem> {
  await bringPages(true);
  const folder = await testFolder();
  const parts = { mongodbUrl: await mongodbUrl(`${name}-${process.pid}`), redisUrl: await redisUrl() };
  // Rooms are reached as the api is, so that a proxy in front of it is the whole of somebody's network.
  const system = await startSystem({ folder, layout: 'one', env: { EXAMHALL_PUBLIC_ADDRESS: '' }, ...parts });
  const admin = createAdministrator({ url: system.url, token: await system.admin() });
  const exams: WatchedExam[] = [];
  let made = 0;
  return {
    system,
    admin,
    async exam(options) {
      const exam = await makeExam(system.url, admin, `${name} ${++made}`, options);
      exams.push(exam);
      return exam;
    },
    async stop() {
      for (const exam of exams) await exam.leave();
      await system.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeExam(
  url: string,
  admin: Administrator,
  name: string,
  options: ExamOptions = {},
): Promise<WatchedExam> {
  const { rooms: wanted = { Oak: 3 }, plan = {}, proctors = [], chief } = options;
  const paperId = await admin.createPaper(name, EXAM_ITEMS);
  await admin.putKey(paperId, EXAM_KEY);
  const planId = await admin.createPlan({
    name,
    paperId,
    durationMs: 3_600_000,
    graceMs: 2_000,
    rehearsal: true,
    ...plan,
  });
  const rooms = await admin.addRooms(planId, Object.keys(wanted));
  const people = rooms.flatMap(({ roomId, label }, room) =>
    Array.from({ length: wanted[label] ?? 0 }, (_, index) => ({
      label: `${NAMES[index % NAMES.length]} ${room * 1_000 + index + 1}`,
      roomId,
      seat: seatOf(index),
    })),
  );
  const made = await admin.addExaminees(planId, people);
  const roster = people.flatMap(({ label }) => made.find((entry) => entry.label === label) ?? []);
  const roomIds = rooms.map(({ roomId }) => roomId);
  for (const login of [...proctors, ...(chief === undefined ? [] : [chief])])
    await admin.addProctor(planId, { label: login, login, password: PASSWORD, roomIds, chief: login === chief });
  await admin.schedule(planId);
  const sessions: ExamSession[] = [];
  return {
    planId,
    rooms,
    roster,
    async enter(index, given = {}) {
      const { code = '', examineeId = '' } = roster[index] ?? {};
      const device = { url, code, deviceKey: `device-${examineeId}`, storage: memoryOutbox() };
      const session = await enterExam({ ...device, ...given });
      sessions.push(session);
      await until('the link is up', () => session.link() === 'online', 30_000);
      return session;
    },
    open: () => admin.control(planId, { action: 'open' }),
    async start() {
      await admin.control(planId, { action: 'start', at: Date.now() + 3_500 });
      await until('everybody sees the start', () => sessions.every((one) => one.room().status === 'running'), 30_000);
    },
    async leave() {
      for (const session of sessions.splice(0)) await session.leave();
    },
  };
}

/** A1 to A20, then B1. */
function seatOf(index: number): string {
  return `${String.fromCharCode(65 + Math.floor(index / 20))}${(index % 20) + 1}`;
}
