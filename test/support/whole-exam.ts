// A whole examhall in production's own processes with one exam in it: the system, a Redis of its own that a test may
// kill, flush or wipe, and people who sit in its rooms through the client. Called by journeys and fault tests.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { type Front, type System, type SystemOptions, startSystem } from '../../bin/launcher/system.ts';
import { type EnterOptions, enterExam } from '../../client/enter-exam.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import type { ExamSession } from '../../client/session.ts';
import { type Administrator, createAdministrator } from '../../loadtest/administrator.ts';
import { createRehearsal, openRooms, type Rehearsal, startRooms } from '../../loadtest/rehearsal.ts';
import { openRedis } from '../../redis-connection.ts';
import type { Item, KeyEntry, Response } from '../../schema/answers.ts';
import { newId } from '../../schema/ids.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { until } from '../workers/worker-parts.ts';
import { mongodbUrl, testFolder } from './parts.ts';

/** Who is away when a room ends holds it up for as long. */
const GRACE_MS = 2_000;
const CHOICES = 200;
/** Choices 1 to 200, and 201, an essay. */
export const EXAM_ITEMS: Item[] = [
  ...Array.from(
    { length: CHOICES },
    (_, index): Item => ({
      number: index + 1,
      name: `q${index + 1}`,
      kind: 'singleChoice',
      text: '',
      options: ['A', 'B', 'C', 'D'].map((id) => ({ id, text: '' })),
    }),
  ),
  { number: CHOICES + 1, name: 'essay', kind: 'essay', text: '', options: [] },
];
export const ESSAY = CHOICES + 1;
export const EXAM_KEY: KeyEntry[] = EXAM_ITEMS.flatMap(({ number, kind }) =>
  kind === 'singleChoice' ? { item: number, kind, correct: 'A', points: 1_000 } : [],
);

export type WholeExamOptions = {
  readonly layout?: NonNullable<SystemOptions['layout']>;
  readonly env?: Record<string, string>;
  readonly front?: Front;
  readonly rooms?: number;
  /** In each room. */
  readonly examinees?: number;
  readonly offlineMs?: number;
  /** An hour unless given. */
  readonly durationMs?: number;
  /** Whether MongoDB is the system's own too, so that a test may stop it. */
  readonly mongodb?: 'shared' | 'own';
  /** Is given the shared MongoDB's URL before anything of the system has used it. */
  readonly prepare?: (mongodbUrl: string) => Promise<void>;
  /** These stores, which their test has started and stops. */
  readonly stores?: { readonly mongodbUrl?: string; readonly redisUrl?: string };
  /** Is given the system's folder before anything is in it. */
  readonly furnish?: (folder: string) => void;
  /** What dies is started again by itself, as in production. */
  readonly restart?: boolean;
};

export type WholeExam = {
  readonly system: System;
  readonly folder: string;
  readonly token: string;
  readonly admin: Administrator;
  readonly store: Store;
  readonly redis: Redis;
  readonly exam: Rehearsal;
  /** A person of the roster enters; resolves when the link is up. Left at the end of the test. */
  enter(index: number, options?: Partial<EnterOptions>): Promise<ExamSession>;
  /** Starts the rooms, and waits until everybody who is in sees it. */
  begin(): Promise<void>;
  /** The current answers in the store: item → response. */
  stored(index: number): Promise<Map<number, Response>>;
  /** The port of a process, from its own log. */
  portOf(name: string): number;
  /** A figure of a process, as its metrics say it now: the name, and its labels where it has some. */
  figure(name: string, metric: string): Promise<number>;
  /** SIGKILL of Redis, its data gone, and up again. */
  wipeRedis(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts it and opens its rooms; nobody is in yet. What dies stays dead until the test starts it, unless told otherwise. */
export async function openWholeExam(name: string, options: WholeExamOptions = {}): Promise<WholeExam> {
  const folder = await testFolder();
  options.furnish?.(folder);
  const given = options.stores?.mongodbUrl;
  const shared = options.mongodb === 'own' ? given : (given ?? (await mongodbUrl(`${name}-${newId()}`)));
  if (shared !== undefined) await options.prepare?.(shared);
  const redisUrl = options.stores?.redisUrl;
  const system = await startSystem({
    folder,
    layout: options.layout ?? 'apart',
    restart: options.restart === true,
    env: { NODE_ENV: 'production', ...options.env },
    ...(shared === undefined ? {} : { mongodbUrl: shared }),
    ...(options.front === undefined ? {} : { front: options.front }),
    ...(redisUrl === undefined ? {} : { redisUrl }),
  });
  try {
    return await examIn(name, options, folder, system);
  } catch (error) {
    await system.stop();
    throw error;
  }
}

async function examIn(name: string, options: WholeExamOptions, folder: string, system: System): Promise<WholeExam> {
  const redis = openRedis(system.redisUrl, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined); // tests take Redis away on purpose
  const store = await openStore({ url: system.mongodbUrl });
  const token = await system.admin();
  const admin = createAdministrator({ url: system.url, token });
  const request = { name, ...peopleOf(options), items: EXAM_ITEMS, key: EXAM_KEY, graceMs: GRACE_MS };
  const limits = options.offlineMs === undefined ? {} : { offlineMs: options.offlineMs };
  const exam = await createRehearsal(admin, { ...request, ...limits });
  await openRooms(admin, exam);
  const sessions: ExamSession[] = [];
  return {
    ...{ system, folder, token, admin, store, redis, exam },
    async enter(index, given = {}) {
      const { code = '', examineeId = '' } = exam.roster[index] ?? {};
      const device = { url: system.url, code, deviceKey: `device-${examineeId}`, storage: memoryOutbox() };
      const session = await enterExam({ ...device, ...given });
      sessions.push(session);
      await until('the link is up', () => session.link() === 'online', 30_000);
      return session;
    },
    async begin() {
      await startRooms(admin, exam);
      const isOut = (session: ExamSession) => session.link() === 'fenced' || session.link() === 'ended';
      const isRunning = (session: ExamSession) => session.room().status === 'running' || isOut(session);
      await until('everybody sees the start', () => sessions.every(isRunning), 30_000);
    },
    async stored(index) {
      const answers = await store.answers.current(exam.planId, exam.roster[index]?.examineeId ?? '');
      return new Map(answers.map(({ item, response }) => [item, response]));
    },
    portOf: (process) => servedPort(join(folder, `${process}.log`)),
    async figure(process, metric) {
      const reply = await fetch(`http://127.0.0.1:${servedPort(join(folder, `${process}.log`))}/metrics`);
      const line = (await reply.text()).split('\n').find((one) => one.startsWith(`${metric} `));
      return Number(line?.slice(metric.length));
    },
    async wipeRedis() {
      await system.kill('redis');
      rmSync(join(folder, 'redis', 'appendonlydir'), { recursive: true, force: true });
      await system.start('redis');
    },
    async stop() {
      await Promise.all(sessions.map((session) => session.leave()));
      redis.disconnect();
      await store.close();
      await system.stop();
    },
  };
}

function peopleOf({ rooms = 1, examinees = 1, durationMs = 3_600_000 }: WholeExamOptions) {
  const labels = (count: number, label: (n: number) => string) => Array.from({ length: count }, (_, n) => label(n + 1));
  return {
    durationMs,
    rooms: labels(rooms, (room) => `room ${room}`).map((label) => ({
      label,
      examinees: labels(examinees, (seat) => `${label}, seat ${seat}`).map((person) => ({ label: person })),
    })),
  };
}

function servedPort(path: string): number {
  const lines = readFileSync(path, 'utf8').split('\n');
  const serving = lines.findLast((line) => line.includes('"msg":"serving"'));
  return (JSON.parse(serving ?? '{}') as { port?: number }).port ?? 0;
}

/** Whether each of these items is saved. */
export function isSaved(session: ExamSession, ...items: number[]): boolean {
  return items.every((item) => session.answers().get(item)?.state === 'saved');
}
