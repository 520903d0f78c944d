// The roles that have to do with rooms: a process of the api reaches them, one of the rooms has them, and both share the
// matchmaker. What only one of the two needs is loaded where it is. Called by the composition root.
import { matchMaker } from '@colyseus/core';
import type { Logger } from 'pino';
import { createLeaveTaking } from '../api/leave-taking.ts';
import type { Config } from '../config.ts';
import { openPresence } from '../rooms/channels.ts';
import { placeRoom } from '../rooms/directory.ts';
import type { RoomsRole } from '../rooms/main.ts';
import { OwnedDriver } from '../rooms/owned-driver.ts';
import { listen, openServer, plainApp } from './http.ts';
import { keepPm2Out } from './matchmaker-statistics.ts';
import type { Connections, Part, Serving } from './parts.ts';
import { reporting } from './reporting.ts';

/** Above a proxy's, so that no request meets a socket that is just closing. */
const KEEP_ALIVE_MS = 65_000;

/** The api and the rooms share the matchmaker; a process without the rooms role never takes one. */
export async function serveExams(
  config: Config,
  log: Logger,
  connections: Connections,
  parts: Part[],
): Promise<Serving> {
  const { store, redis, metrics, now, mayTakeRooms } = connections;
  const takesRooms = config.roles.includes('rooms');
  const isApi = config.roles.includes('api');
  // Before the first other process hears of this one, since loading keeps the loop from everything else.
  const code = {
    rooms: takesRooms ? { ...(await import('../rooms/main.ts')), ...(await import('./sockets.ts')) } : undefined,
    api: isApi ? await import('./api.ts') : undefined,
  };
  keepPm2Out();
  const driver = new OwnedDriver(redis, () => matchMaker.processId, log);
  await matchMaker.setup(openPresence(config.redisUrl), driver, config.publicAddress, placeRoom);
  const { redisUrl, startAheadMs } = config;
  const roomsLog = log.child({ role: 'rooms' });
  const rooms = await code.rooms?.startRooms({
    store,
    redisUrl,
    log: roomsLog,
    metrics,
    now,
    mayTakeRooms,
    startAheadMs,
  });
  const leaving = createLeaveTaking(config.leaveMs);
  parts.push(reporting(config, log, connections, rooms));
  const given = { ...connections, ...leaving };
  const app = (await code.api?.addApi(config, log, given, driver, parts)) ?? plainApp(metrics);
  const server = openServer(config, log, metrics, parts).on('request', app);
  leaving.watch(server);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  code.rooms?.acceptSockets(server, config);
  await matchMaker.accept(!takesRooms);
  const port = await listen(server, config, parts);
  if (rooms !== undefined) parts.push({ name: 'rooms', stop: () => rooms.stop() });
  parts.push({ name: 'matchmaker', stop: () => matchMaker.gracefullyShutdown() });
  if (isApi) parts.push({ name: 'api', stop: () => leaving.leave(server) });
  return {
    port,
    async drain() {
      if (rooms !== undefined && config.drainMs > 0) await drainRooms(rooms, config, log);
    },
  };
}

async function drainRooms(rooms: RoomsRole, { drainMs }: Config, log: Logger): Promise<void> {
  const from = performance.now();
  log.info({ rooms: rooms.roomCount(), clients: rooms.clientCount() }, 'draining');
  const drained = await rooms.drain(drainMs);
  log.info({ ...drained, ms: Math.round(performance.now() - from) }, 'drained');
}
