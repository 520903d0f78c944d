// The sockets of rooms: who may open one, and how its first frames go. Called by exams.ts in a process with the rooms role.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketTransport } from '@colyseus/ws-transport';
import type { Config } from '../config.ts';
import { LIMITS } from '../schema/limits.ts';

/** The rooms' sockets. Pings are off: the rooms have a heartbeat of their own, which does not stall the loop. */
export function acceptSockets(server: Server, config: Config): void {
  const allowed = [...config.origins, ...(URL.canParse(config.publicUrl) ? [new URL(config.publicUrl).origin] : [])];
  const verifyClient = ({ req }: { req: IncomingMessage }) =>
    isAllowedOrigin(req.headers.origin, req.headers.host, allowed);
  server.prependListener('upgrade', (_request, socket) => joinFirstFrames(socket));
  new WebSocketTransport({ server, maxPayload: LIMITS.messageBytes, pingInterval: 0, verifyClient });
}

/** The upgrade's answer and what the room says in the same turn of the loop go in one write: each costs as much as a join's rest. */
function joinFirstFrames(socket: Duplex): void {
  socket.cork();
  setImmediate(() => socket.uncork());
}

/** Programmes send no origin; pages must come from this host, from the public address, or from an allowed one. */
function isAllowedOrigin(origin: string | undefined, host: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
