// One WebSocket to one room, for one reservation, through Colyseus' SDK with its own reconnecting and its buffer switched
// off: what is not sent at once is not sent. No token ever comes near it. Called by link alone.
import { Client, type Room } from '@colyseus/sdk';
import type { Reservation } from '../schema/reservations.ts';

/** `closed` comes exactly once, also where the socket never opened; nothing comes after it. */
export type SocketHandlers = {
  joined(): void;
  message(type: string, payload: unknown): void;
  /** The room's synchronised state, decoded, after each change; one object that changes in place. */
  changed(state: unknown): void;
  closed(code: number): void;
};

export type Socket = {
  /** False where the socket is not open: nothing was sent. */
  send(type: string, payload: unknown): boolean;
  /** `leave` says goodbye, so that the room knows; `drop` just closes. Handlers hear nothing more of it. */
  close(how: 'leave' | 'drop'): void;
};

/** Opens a socket; handlers are called later, never before it returns. */
export type OpenSocket = (reservation: Reservation, handlers: SocketHandlers) => Socket;

/** 1006: closed without a reason given. */
const ABNORMAL = 1006;

/** Opens sockets at the api's address, or at the address that the reservation names. */
export function colyseusSocket(url: string): OpenSocket {
  return (reservation, handlers) => {
    let room: Room | undefined;
    let isJoined = false;
    let isOver = false;
    const join = () => {
      if (isOver || isJoined) return;
      isJoined = true;
      handlers.joined();
    };
    const close = (code: number) => {
      if (isOver) return;
      isOver = true;
      handlers.closed(code);
    };
    const prepare = (made: Room) => {
      room = made;
      made.reconnection.enabled = false;
      made.reconnection.maxEnqueuedMessages = 0;
      made.onLeave((code) => close(code));
      made.onMessage('*', (type, payload: unknown) => {
        join();
        if (!isOver) handlers.message(String(type), payload);
      });
      made.onStateChange((state) => {
        join();
        if (!isOver) handlers.changed(state);
      });
    };
    new PreparedClient(url, prepare)
      .consumeSeatReservation(reservation)
      .then(join)
      .catch((cause: unknown) => close(codeOf(cause)));
    return {
      send(type, payload) {
        if (isOver || room === undefined || !room.connection.isOpen) return false;
        room.send(type, payload);
        return true;
      },
      close(how) {
        isOver = true;
        if (room === undefined) return;
        if (how === 'leave' && room.connection.isOpen)
          room.leave().catch(() => undefined); // never rejects
        else room.connection.close();
      },
    };
  };
}

function codeOf(cause: unknown): number {
  return typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'number'
    ? cause.code
    : ABNORMAL;
}

/** Listens before the socket opens: in Node the first messages may arrive in the same turn as the join. */
class PreparedClient extends Client {
  readonly #prepare: (room: Room) => void;
  constructor(url: string, prepare: (room: Room) => void) {
    super(url);
    this.#prepare = prepare;
  }
  protected override createRoom<T>(name: string) {
    const room = super.createRoom<T>(name);
    this.#prepare(room);
    return room;
  }
}
