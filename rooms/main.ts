// The rooms role of a process: composes journal, leases, watches and the room type, and takes them down in order.
// Called by the composition root alone, after the matchmaker is set up and before it accepts rooms.
import { matchMaker } from '@colyseus/core';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { openQueueDoor } from '../queue-door.ts';
import { openRedis } from '../redis-connection.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { Store } from '../store/open-store.ts';
import { openAnswersQueue } from './answers-queue.ts';
import { createAssignmentWatch } from './assignment-watch.ts';
import { createControlWatch } from './control-watch.ts';
import { ROOM_TYPE } from './directory.ts';
import { roundsBetween } from './display.ts';
import { type Drained, drainRooms } from './drain.ts';
import { ExamRoom, type RoomHost } from './exam-room.ts';
import { roomFigures, showRefusals, showRooms } from './figures.ts';
import { openIncidentQueue } from './incident-queue.ts';
import { createIncidentWatch } from './incident-watch.ts';
import { createJournal } from './journal.ts';
import { createLeases } from './leases.ts';
import { createLiveSheets } from './live-sheets.ts';
import { startMetronome } from './metronome.ts';
import { watchOwnerless } from './ownerless.ts';
import { createPlanCatalogue } from './plan-catalogue.ts';
import { createPlanEnd } from './plan-end.ts';
import { createPlanWatch } from './plan-watch.ts';
import { createRecorder } from './recorder.ts';
import { REDIS_PATIENCE } from './redis-patience.ts';
import { createRelisting } from './relisting.ts';
import type { RoomServices } from './room-services.ts';
import { answerSeats } from './seat-desk.ts';
import { noteServices } from './service.ts';
import { createSignals } from './signals.ts';
import { keepAwake } from './wakefulness.ts';

const JOURNAL_MS = 5_000;

export type RoomsOptions = {
  readonly store: Store;
  readonly redisUrl: string;
  readonly log: Logger;
  /** The store's time as this process knows it, epoch ms. */
  now(): number;
  /** The process's registry, where its figures are to be shown. */
  readonly metrics?: Registry;
  /** False while this process must take no more rooms; those that it has it keeps. */
  mayTakeRooms(): boolean;
  /** A start names an instant at least this far ahead. */
  readonly startAheadMs: number;
};

export type RoomsRole = {
  /** Answers accepted and not durable yet. */
  journalSize(): number;
  roomCount(): number;
  /** Clients joined to the rooms of this process. */
  clientCount(): number;
  /** Takes no more rooms, and hands its own over to other processes, for at most so long. */
  drain(limitMs: number): Promise<Drained>;
  /** Stops taking rooms over, waits until the journal is empty or 5 s have passed. */
  stop(): Promise<void>;
};

/** Defines the room type and starts what its rooms share. */
export async function startRooms(options: RoomsOptions): Promise<RoomsRole> {
  const { store, redisUrl, log } = options;
  const { processId } = matchMaker;
  const redis = openRedis(redisUrl, { maxRetriesPerRequest: 3, ...REDIS_PATIENCE });
  redis.on('error', (error) => log.debug({ err: error.message }, 'rooms connection error'));
  const rooms = new Map<string, ExamRoom>();
  const queue = await openAnswersQueue({
    redisUrl,
    processId,
    log,
    onAcknowledgement: (acknowledgement) => journal.acknowledge(acknowledgement),
    onOrphans(examineeIds) {
      for (const room of rooms.values()) room.rereadSheets(examineeIds);
    },
  });
  const liveSheets = createLiveSheets(redis, log);
  const { metrics = new Registry(), now } = options;
  const figures = roomFigures(metrics);
  const journal = createJournal({ queue, store, processId, log, figures, now, onWrittenThrough: liveSheets.drop });
  const leases = createLeases(redis, processId, log, async (roomIds) => {
    for (const { _id, epoch } of await store.rooms.epochs(roomIds)) rooms.get(_id)?.compareEpoch(epoch);
  });
  const clientCount = () => [...rooms.values()].reduce((sum, room) => sum + room.clients.length, 0);
  let isDraining = false;
  const mayTakeRooms = () => !isDraining && options.mayTakeRooms();
  const wakefulness = await keepAwake(leases, redis, processId, mayTakeRooms, log);
  const controls = await createControlWatch(store, redisUrl, log);
  const recorder = createRecorder(redisUrl, store, processId, log);
  const catalogue = createPlanCatalogue(store);
  const incidentRedis = openRedis(redisUrl, { maxRetriesPerRequest: 1, enableOfflineQueue: false, ...REDIS_PATIENCE });
  incidentRedis.on('error', (error) => log.debug({ err: error.message }, 'incidents connection error'));
  const incidents = openIncidentQueue(incidentRedis, processId, log);
  const incidentWatch = await createIncidentWatch({ store, redisUrl, log, now: options.now });
  const assignments = await createAssignmentWatch(store, redisUrl, log);
  const planWatch = await createPlanWatch({ store, redisUrl, log, now: options.now });
  const signals = createSignals({ queue: incidents, store, catalogue, processId, log, now: options.now });
  const statistics = openQueueDoor('statistics', redis, log);
  const planMayHaveEnded = createPlanEnd(store, statistics, options.now, log);
  const services: RoomServices = {
    store,
    journal,
    queue,
    leases,
    controls,
    signals,
    incidents,
    incidentWatch,
    planWatch,
    assignments,
    catalogue,
    recorder,
    log,
    figures,
    now: options.now,
    mayTakeRooms,
    startAheadMs: options.startAheadMs,
    planMayHaveEnded,
    displayRounds: () => roundsBetween(clientCount()),
    writtenThrough: liveSheets.drop,
    hintPlan(planId) {
      redis.publish(redisKeys.planHints(), planId).catch((error: unknown) => {
        log.debug({ err: error, planId }, 'hint of a roster was not published; rooms look by themselves');
      });
    },
  };
  let lostCount = 0;
  let takenCount = 0;
  const relisting = createRelisting(() => [...rooms.keys()], log);
  const host: RoomHost = {
    services,
    register(room) {
      takenCount++;
      rooms.set(room.roomId, room);
    },
    unregister(room) {
      if (rooms.get(room.roomId) !== room) return;
      rooms.delete(room.roomId);
      if (![...rooms.values()].some((other) => other.planId === room.planId)) services.catalogue.forget(room.planId);
    },
    lost: () => void lostCount++,
    relist: relisting.relist,
  };
  matchMaker.defineRoomType(ROOM_TYPE, roomType(host));
  const metronome = startMetronome(() => rooms.values(), log);
  const seats = await answerSeats(redis, redisUrl, log);
  const ownerless = watchOwnerless({ store, redis, log, mayTakeRooms, planMayHaveEnded });
  const servedRooms = () => [...rooms.values()].flatMap(({ served }) => served);
  const serviceNotes = noteServices(store, servedRooms, log);
  const roomCount = () => rooms.size;
  showRefusals(metrics);
  showRooms(metrics, {
    journal,
    roomCount,
    clientCount,
    takenCount: () => takenCount,
    lostCount: () => lostCount,
    isDraining: () => isDraining,
    links: () => [...rooms.values()].flatMap((room) => room.links),
  });
  return {
    journalSize: journal.size,
    roomCount,
    clientCount,
    async drain(limitMs) {
      isDraining = true;
      await wakefulness.leave();
      const leaving = () => [...rooms.values()];
      const make = (roomId: string) => matchMaker.createRoom(ROOM_TYPE, { roomId, without: [processId] });
      return drainRooms(leaving, make, limitMs, log);
    },
    async stop() {
      relisting.stop();
      await ownerless.stop();
      await serviceNotes.stop();
      await wakefulness.stop();
      seats.stop();
      metronome.stop();
      await journal.drain(JOURNAL_MS);
      journal.stop();
      controls.stop();
      incidentWatch.stop();
      planWatch.stop();
      assignments.stop();
      await signals.stop();
      await incidents.stop();
      incidentRedis.disconnect();
      leases.stop();
      liveSheets.stop();
      await recorder.stop();
      await statistics.close();
      await queue.stop();
      redis.disconnect();
    },
  };
}

/** The class that Colyseus makes rooms of, bound to this process's services. */
export function roomType(host: RoomHost): new () => ExamRoom {
  return class extends ExamRoom {
    protected override readonly host = host;
  };
}
