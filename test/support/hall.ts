// A rooms role inside the test's own process, over real MongoDB, Redis and sockets, with the production workers beside
// it. One at a time in a process, because the framework's matchmaker is one. Called by tests of rooms/.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { matchMaker } from '@colyseus/core';
import { RedisPresence } from '@colyseus/redis-presence';
import { Client, type Room } from '@colyseus/sdk';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { Redis } from 'ioredis';
import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import { createRoomDirectory, placeRoom, type RoomDirectory } from '../../rooms/directory.ts';
import { createDurableAnswers } from '../../rooms/durable-answers.ts';
import { createHttpRoad, type HttpRoad } from '../../rooms/http-road.ts';
import { type RoomsRole, startRooms } from '../../rooms/main.ts';
import { OwnedDriver } from '../../rooms/owned-driver.ts';
import { createPlanCatalogue } from '../../rooms/plan-catalogue.ts';
import { openSeatDesk } from '../../rooms/seat-desk.ts';
import type { Item } from '../../schema/answers.ts';
import type { ControlAction } from '../../schema/controls.ts';
import { type ControlDocument, orderFields } from '../../schema/documents/control.ts';
import type { PlanDocument } from '../../schema/documents/plan.ts';
import type { ExamineeDocument } from '../../schema/documents/room.ts';
import { newId } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import type { Outgoing, OutgoingType } from '../../schema/messages.ts';
import { isRefusal } from '../../schema/refusals.ts';
import type { SeatAuth } from '../../schema/reservations.ts';
import type { Store } from '../../store/open-store.ts';
import { startWorkers } from '../../workers/main.ts';
import { redisUrl, testFolder } from './parts.ts';
import { anExaminee, aPlan, aProctor, aRoom, newStore, SECRET } from './stored.ts';

export const HALL_ITEMS: Item[] = [
  ...[1, 2, 3, 4].map(
    (number): Item => ({
      number,
      name: `q${number}`,
      kind: 'singleChoice',
      text: '',
      options: ['A', 'B', 'C', 'D'].map((id) => ({ id, text: '' })),
    }),
  ),
  { number: 5, name: 'essay', kind: 'essay', text: '', options: [] },
  {
    number: 6,
    name: 'several',
    kind: 'multipleChoice',
    text: '',
    options: ['A', 'B', 'C'].map((id) => ({ id, text: '' })),
  },
  { number: 7, name: 'sum', kind: 'number', text: '', options: [] },
];

type ExamOptions = {
  examinees?: number;
  durationMs?: number;
  extraMs?: number[];
  graceMs?: number;
  rules?: Partial<PlanDocument>;
  /** Beside those of every hall. */
  items?: Item[];
};
export type Exam = { planId: string; roomId: string; examinees: ExamineeDocument[] };

/** A raw client of one session: what it was sent, and what came. */
export type Sitting = {
  readonly room: Room;
  readonly fence: number;
  readonly received: { type: string; message: never }[];
  send(type: string, message: unknown): void;
  /** The next message of this type that passes, also one that came before and was not taken yet. */
  next<T extends OutgoingType>(type: T, passes?: (message: Outgoing[T]) => boolean): Promise<Outgoing[T]>;
  readonly closed: Promise<number>;
  leave(): Promise<void>;
};

export type Hall = {
  readonly url: string;
  readonly store: Store;
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly directory: RoomDirectory;
  /** For who has no socket; `durable` is what it takes where nobody leads the room. */
  readonly road: HttpRoad;
  readonly durable: HttpRoad;
  readonly rooms: RoomsRole;
  readonly dataDir: string;
  /** Without a grace unless one is given: raw sittings say nothing of what waits. */
  exam(options?: ExamOptions): Promise<Exam>;
  control(exam: Exam, action: ControlAction, given?: Partial<ControlDocument>): Promise<ControlDocument>;
  /** Opens and starts, and waits until the room runs. */
  begin(exam: Exam): Promise<void>;
  /** `readAt`: when the sheet was read that the session begins with; now unless given. */
  sit(exam: Exam, index?: number, entryId?: string, readAt?: number, deviceKey?: string): Promise<Sitting>;
  /** Somebody who watches the room. */
  watch(exam: Exam, proctorId?: string): Promise<Sitting>;
  roomStatus(exam: Exam): Promise<string | undefined>;
  startWorkers(): Promise<void>;
  stopWorkers(): Promise<void>;
  stop(): Promise<void>;
};

const silent = pino({ level: process.env.TEST_LOG ?? 'silent' });

/** Starts the hall; workers too unless told otherwise. */
export async function openHall(
  name: string,
  options: {
    workers?: boolean;
    redisUrl?: string;
    store?: Store;
    mayTakeRooms?: () => boolean;
    log?: Logger;
    metrics?: Registry;
  } = {},
): Promise<Hall> {
  const store = options.store ?? (await newStore(name));
  const url = options.redisUrl ?? (await redisUrl());
  const { mayTakeRooms = () => true, log = silent, metrics = new Registry() } = options;
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  redis.on('error', () => undefined); // the fault tests take Redis away on purpose
  const listRedis = redis.duplicate();
  listRedis.on('error', () => undefined);
  const driver = new OwnedDriver(listRedis, () => matchMaker.processId, log);
  const presence = new RedisPresence(url);
  await matchMaker.setup(presence, driver, '', placeRoom);
  const rooms = await startRooms({
    store,
    redisUrl: url,
    log,
    metrics,
    now: Date.now,
    mayTakeRooms,
    startAheadMs: 1_000,
  });
  const server = createServer();
  const transport = new WebSocketTransport({ server, maxPayload: LIMITS.messageBytes, pingInterval: 0 });
  await matchMaker.accept();
  const port = await listen(server);
  const desk = await openSeatDesk(redis, url, matchMaker.processId, log);
  const dataDir = await testFolder();
  const ownDirectory = createRoomDirectory(redis, driver, desk, log);
  const directory: RoomDirectory = {
    ...ownDirectory,
    async reserve(roomId, auth, aside) {
      if (auth.role === 'proctor') await assign(store, roomId, auth);
      return ownDirectory.reserve(roomId, auth, aside);
    },
  };
  const durableAnswers = createDurableAnswers({
    store,
    catalogue: createPlanCatalogue(store),
    now: Date.now,
    isClockSure: () => true,
    written: (_planId, examineeId) => ownDirectory.hintWritten(examineeId),
  });
  let workers: { stop(): Promise<void> } | undefined;

  const hall: Hall = {
    url: `http://127.0.0.1:${port}`,
    store,
    redis,
    redisUrl: url,
    directory,
    road: createHttpRoad(ownDirectory, durableAnswers),
    durable: createHttpRoad({ ask: async () => undefined }, durableAnswers),
    rooms,
    dataDir,
    exam: (given = {}) => makeExam(store, given),
    async control(exam, action, given = {}) {
      const { control } = await store.controls.issue(controlOf(exam, action, given));
      await directory.hintControls(exam.planId);
      return control;
    },
    async begin(exam) {
      await store.plans.change(exam.planId, ['scheduled'], { status: 'open' });
      await hall.control(exam, 'open');
      await hall.control(exam, 'start', { at: Date.now() });
      await ownDirectory.reserve(exam.roomId, {
        role: 'proctor',
        proctorId: newId(),
        planId: exam.planId,
      });
      await until(async () => (await hall.roomStatus(exam)) === 'running');
    },
    sit: (exam, index = 0, entryId = newId(), readAt = Date.now(), deviceKey = 'device') =>
      sit(hall, exam, index, entryId, readAt, deviceKey),
    async watch({ planId, roomId }, proctorId = newId()) {
      const seat = await directory.reserve(roomId, { role: 'proctor', proctorId, planId });
      if (isRefusal(seat)) throw new Error(seat.message);
      return join(hall.url, seat);
    },
    roomStatus: async (exam) => (await store.rooms.get(exam.roomId))?.status,
    async startWorkers() {
      workers ??= await startWorkers({
        store,
        redisUrl: url,
        dataDir,
        secret: SECRET,
        concurrency: 4,
        log,
        metrics,
        now: Date.now,
      });
    },
    async stopWorkers() {
      await workers?.stop();
      workers = undefined;
    },
    async stop() {
      await matchMaker.gracefullyShutdown();
      await rooms.stop();
      await hall.stopWorkers();
      transport.shutdown();
      server.closeAllConnections();
      presence.shutdown();
      listRedis.disconnect();
      desk.stop();
      redis.disconnect();
      if (options.store === undefined) await store.close();
    },
  };
  if (options.workers !== false) await hall.startWorkers();
  return hall;
}

/** Waits until it holds, looking each 20 ms. Throws after the patience, 10 s unless given. */
export async function until(holds: () => boolean | Promise<boolean>, patienceMs = 10_000): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`did not come to hold within ${patienceMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Who comes as a proctor is one, as an admin would have made him. */
async function assign(store: Store, roomId: string, { proctorId, planId }: Extract<SeatAuth, { role: 'proctor' }>) {
  if ((await store.proctors.get(proctorId)) === null)
    await store.proctors.create(aProctor(planId, [roomId], { _id: proctorId }));
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

async function makeExam(
  store: Store,
  { examinees = 1, durationMs = 3_600_000, extraMs = [], graceMs = 0, rules = {}, items = [] }: ExamOptions,
): Promise<Exam> {
  const paperId = newId();
  const paper = { _id: paperId, name: `paper ${paperId}`, items: [...HALL_ITEMS, ...items] };
  await store.papers.create({ ...paper, createdAt: new Date() });
  const plan = aPlan({ paperId, status: 'scheduled', durationMs, graceMs, name: `plan ${paperId}`, ...rules });
  await store.plans.create(plan);
  const room = aRoom(plan._id);
  await store.rooms.create([room]);
  const people = Array.from({ length: examinees }, (_, index) =>
    anExaminee(plan._id, room._id, { extraMs: extraMs[index] ?? 0 }),
  );
  await store.examinees.create(people);
  await store.sheets.create(people.map(({ _id }) => ({ examineeId: _id, planId: plan._id, roomId: room._id })));
  return { planId: plan._id, roomId: room._id, examinees: people };
}

function controlOf(
  exam: Exam,
  action: ControlAction,
  given: Partial<ControlDocument>,
): Omit<ControlDocument, 'sequence'> {
  const now = Date.now();
  return {
    _id: newId(),
    planId: exam.planId,
    roomId: '',
    at: now,
    actorId: newId(),
    actorRole: 'admin',
    storedAt: now,
    expiresAt: now + 600_000,
    ...orderFields({ action, reason: '' }),
    ...given,
  };
}

async function sit(
  hall: Hall,
  exam: Exam,
  index: number,
  entryId: string,
  readAt: number,
  deviceKey: string,
): Promise<Sitting> {
  const examineeId = exam.examinees[index]?._id ?? '';
  const entered = await hall.store.examinees.enter(examineeId, entryId, deviceKey);
  if (entered === null) throw new Error('no such examinee');
  const { fence, repeated } = entered;
  const auth = {
    role: 'examinee',
    examineeId,
    planId: exam.planId,
    roomId: exam.roomId,
    fence,
    entryId,
    fresh: fence === 1 && !repeated,
    readAt,
    deviceKey,
  } as const;
  const reservation = await hall.directory.reserve(exam.roomId, auth);
  if (isRefusal(reservation)) throw new Error(reservation.message);
  return join(hall.url, reservation, fence);
}

/** Joins with a reservation, and collects what comes. */
export async function join(url: string, reservation: object, fence = 0): Promise<Sitting> {
  const received: { type: string; message: never }[] = [];
  const waiting = new Set<() => void>();
  const room = await new Client(url).consumeSeatReservation(reservation as never);
  room.reconnection.enabled = false;
  room.onMessage('*', (type, message) => {
    received.push({ type: String(type), message: message as never });
    for (const wake of waiting) wake();
  });
  const closed = new Promise<number>((resolve) => room.onLeave((code) => resolve(code)));
  return {
    room,
    fence,
    received,
    send: (type, message) => room.send(type, message),
    next: (type, passes = () => true) => nextOf(received, waiting, type, passes),
    closed,
    async leave() {
      await room.leave();
    },
  };
}

const PATIENCE_MS = 8_000;

function nextOf<T extends OutgoingType>(
  received: { type: string; message: never }[],
  waiting: Set<() => void>,
  type: T,
  passes: (message: Outgoing[T]) => boolean,
): Promise<Outgoing[T]> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const at = received.findIndex((one) => one.type === type && passes(one.message));
      if (at < 0) return;
      const [found] = received.splice(at, 1);
      done();
      if (found !== undefined) resolve(found.message);
    };
    const timer = setTimeout(() => {
      done();
      reject(new Error(`no ${type} within ${PATIENCE_MS} ms; came: ${JSON.stringify(received).slice(0, 600)}`));
    }, PATIENCE_MS);
    const done = () => {
      clearTimeout(timer);
      waiting.delete(look);
    };
    waiting.add(look);
    look();
  });
}
