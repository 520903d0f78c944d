// The api role of a process: puts together what its routes need of the store, the rooms and the queues. Called by exams.ts
// where the settings name the role.
import { matchMaker } from '@colyseus/core';
import type { Application } from 'express';
import type { Logger } from 'pino';
import { createApi } from '../api/app.ts';
import type { LeaveTaking } from '../api/leave-taking.ts';
import type { Config } from '../config.ts';
import { openInsidePages } from '../inside-pages.ts';
import { alone, countsOf } from '../metrics.ts';
import { openQueueDoor, type QueueDoor } from '../queue-door.ts';
import { currentRequestId } from '../request-id.ts';
import { createRoomDirectory } from '../rooms/directory.ts';
import { createDurableAnswers } from '../rooms/durable-answers.ts';
import { createHttpRoad } from '../rooms/http-road.ts';
import { openIncidentQueue } from '../rooms/incident-queue.ts';
import { createLiveSheets } from '../rooms/live-sheets.ts';
import type { OwnedDriver } from '../rooms/owned-driver.ts';
import { createPlanCatalogue } from '../rooms/plan-catalogue.ts';
import { createRecorder } from '../rooms/recorder.ts';
import { openSeatDesk } from '../rooms/seat-desk.ts';
import type { StatisticsJob } from '../schema/jobs.ts';
import type { Connections, Part } from './parts.ts';

const KEPT_FAILED = 100;

/** The api's app; what it stops is in `parts`. The matchmaker is set up. */
export async function addApi(
  config: Config,
  log: Logger,
  {
    store,
    redis,
    queueRedis,
    blobs,
    metrics,
    now,
    mayTakeRooms,
    isLeaving,
  }: Connections & Pick<LeaveTaking, 'isLeaving'>,
  driver: OwnedDriver,
  parts: Part[],
): Promise<Application> {
  const desk = await openSeatDesk(redis, config.redisUrl, matchMaker.processId, log);
  const statistics = openQueueDoor('statistics', queueRedis, log);
  const recorder = createRecorder(config.redisUrl, store, `${matchMaker.processId}-api`, log);
  const incidents = openIncidentQueue(queueRedis, `${matchMaker.processId}-api`, log);
  parts.push(
    { name: 'seat desk', stop: async () => desk.stop() },
    { name: 'recorder', stop: () => recorder.stop() },
    { name: 'statistics queue', stop: () => statistics.close() },
    { name: 'incidents queue', stop: () => incidents.stop() },
  );
  const directory = createRoomDirectory(redis, driver, desk, log);
  countsOf(metrics, 'examhall_takeovers_total', () => alone(directory.takeoverCount()));
  const liveSheets = createLiveSheets(redis, log);
  parts.push({ name: 'live sheets', stop: async () => liveSheets.stop() });
  const durable = createDurableAnswers({
    store,
    catalogue: createPlanCatalogue(store),
    now,
    isClockSure: mayTakeRooms,
    written(planId, examineeId) {
      liveSheets.drop(planId, [examineeId]);
      directory.hintWritten(examineeId);
    },
  });
  const inside = config.hasInsidePages ? await openInsidePages(config.redisUrl, log) : undefined;
  if (inside !== undefined) parts.push({ name: 'inside pages', stop: inside.stop });
  return createApi({
    store,
    directory,
    road: createHttpRoad(directory, durable),
    redis,
    blobs,
    recorder,
    incidents,
    queues: { statistics: (job) => addStatistics(statistics, job) },
    config,
    ...(inside === undefined ? {} : { insidePages: inside.pages }),
    isLeaving,
    now,
    log: log.child({ role: 'api' }),
    metrics,
  });
}

async function addStatistics(door: QueueDoor, job: StatisticsJob): Promise<void> {
  const requestId = currentRequestId();
  const requested = requestId === undefined ? job : { ...job, requestIds: [requestId] };
  const queue = await door.opened();
  await queue.add('statistics', requested, { removeOnComplete: true, removeOnFail: { count: KEPT_FAILED } });
}
