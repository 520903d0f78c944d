// Where the framework must be held. A client gets no empty patches, no shared buffers, no endless backlog: a slow reader
// is ended and comes back by `enter`, and never gets corrupted state. A room that closes is not kept open by tickets.
import type { Duplex } from 'node:stream';
import { type Client, Protocol, type Room } from '@colyseus/core';
import type { WebSocket } from 'ws';
import { LIMITS } from '../schema/limits.ts';
import type { SeatAuth } from '../schema/reservations.ts';

/** Colyseus' client as its WebSocket transport makes it. */
type SocketClient = Client & {
  readonly ref: WebSocket & { readonly _socket: Duplex | undefined };
  _enqueuedMessages?: unknown[];
};

/** A socket that has been silent for so long is ended. */
export const DEAD_MS = 30_000;
/** Messages that may wait for a client which has not acknowledged its join. */
const WAITING_MESSAGES = 64;

/**
 * Wraps `client.raw`: drops 1-byte patches, copies what ws may keep, terminates beyond the backlog's bound. What a view was
 * given is in the full state, so that the next patch does not bring it again.
 */
export function guard(client: Client): void {
  const raw = client.raw.bind(client);
  const socket = socketOf(client);
  client.raw = (data, options, callback) => {
    if (data[0] === Protocol.ROOM_STATE) client.view?.changes.clear();
    if (data.length === 1 && data[0] === Protocol.ROOM_STATE_PATCH) return;
    if (socket.bufferedAmount > LIMITS.backlogBytes) return socket.terminate();
    writeTogether((client as SocketClient).ref._socket);
    raw(Buffer.from(data), options, callback);
  };
}

/** Connections that keep what they are to send until the end of this turn of the event loop. */
let together = new Set<Duplex>();

/** What one turn sends to a client goes out in one write: at a start each has a status, a control and a patch to hear. */
function writeTogether(connection: Duplex | undefined): void {
  if (connection === undefined || together.has(connection)) return;
  if (together.size === 0) setImmediate(writeAll);
  together.add(connection);
  connection.cork();
}

function writeAll(): void {
  const connections = together;
  together = new Set();
  for (const connection of connections) connection.uncork();
}

type Handshaking = { readonly _serializer: { handshake(): Uint8Array; handshakeCache?: Uint8Array } };
let sharedHandshake: Uint8Array | undefined;

/** What clients are told of the state's types is the same in all rooms: each would work it out for itself, and keep it. */
export function shareHandshake(room: Room): void {
  const { _serializer: serializer } = room as unknown as Handshaking;
  sharedHandshake ??= serializer.handshake();
  serializer.handshakeCache = sharedHandshake;
}

/** Whether what waits for a client that is still joining has passed its bound. */
export function hasOverfullInbox(client: Client): boolean {
  return ((client as SocketClient)._enqueuedMessages?.length ?? 0) > WAITING_MESSAGES;
}

/** Ends the socket at once, without a closing handshake that a dead peer would never answer. */
export function terminate(client: Client): void {
  socketOf(client).terminate();
}

function socketOf(client: Client): WebSocket {
  return (client as SocketClient).ref;
}

/** The framework's own books of seats that were reserved and not taken. */
type Reservations = {
  /** Options of the join, who it is, and whether the seat is being taken. */
  readonly _reservedSeats: Record<string, readonly [options: unknown, auth: SeatAuth, isTaken?: boolean]>;
  readonly _reservedSeatTimeouts: Record<string, NodeJS.Timeout>;
};

/** Forgets the seats that this same person has reserved and not taken: they would fill the room while sockets fail. */
export function forgetReservationsOf(room: Room, auth: SeatAuth): void {
  const { _reservedSeats: seats } = room as unknown as Reservations;
  for (const [sessionId, [, reserved, isTaken]] of Object.entries(seats))
    if (isTaken !== true && isSamePerson(reserved, auth)) forget(room, sessionId);
}

function isSamePerson(one: SeatAuth, other: SeatAuth): boolean {
  if (one.role === 'proctor') return other.role === 'proctor' && one.proctorId === other.proctorId;
  return other.role === 'examinee' && one.examineeId === other.examineeId;
}

function forget(room: Room, sessionId: string): void {
  const { _reservedSeats: seats, _reservedSeatTimeouts: timeouts } = room as unknown as Reservations;
  clearTimeout(timeouts[sessionId]);
  delete timeouts[sessionId];
  delete seats[sessionId];
}

/** Forgets seats that nobody has taken: each would keep a room that is closing open for as long as a reservation lives. */
export function forgetReservations(room: Room): void {
  const { _reservedSeats: seats } = room as unknown as Reservations;
  for (const sessionId of Object.getOwnPropertyNames(seats)) forget(room, sessionId);
}
