// A cheap client of a room: sends byte for byte what the SDK sends, its acknowledgement of the join included, and does
// not decode the synchronised state. No reconnecting, no outbox: what is lost is seen as lost. Called by crowd.ts.
import { Packr, unpack } from 'msgpackr';
import type { Incoming, IncomingType } from '../schema/messages.ts';
import type { Reservation } from '../schema/reservations.ts';
import { clientFrame } from './frames.ts';
import { openRawSocket, type RawSocket } from './raw-socket.ts';

/** First bytes of the framework's messages. */
const PROTOCOL = { join: 10, error: 11, data: 13, state: 14 } as const;
/** A text shorter than 32 bytes is packed with its length in the same byte. */
const SHORT_TEXT = 0xa0;

export type RawClientHandlers = { message(type: string, payload: unknown): void; closed(code: number): void };

export type RawClient = {
  send<T extends IncomingType>(type: T, payload: Incoming<T>): void;
  isOpen(): boolean;
  close(): void;
};

const packr = new Packr();
const prefixes = new Map<string, Buffer>();

/** The bytes of a message, as they go into a frame. */
export function messageBytes(type: IncomingType, payload: unknown): Buffer {
  let prefix = prefixes.get(type);
  if (prefix === undefined) {
    prefix = Buffer.concat([Buffer.from([PROTOCOL.data, SHORT_TEXT | type.length]), Buffer.from(type)]);
    prefixes.set(type, prefix);
  }
  return Buffer.concat([prefix, packr.pack(payload)]);
}

/** Joins at `address` (host:port), the reservation's own where it names one. Resolves with the first whole state. */
export async function joinRaw(
  address: string,
  reservation: Reservation,
  handlers: RawClientHandlers,
): Promise<RawClient> {
  const { processId, roomId, sessionId, publicAddress } = reservation;
  const joined = Promise.withResolvers<void>();
  joined.promise.catch(() => undefined); // where the socket never opens, the rejection of opening it is the one that counts
  const payload = (bytes: Buffer, socket: RawSocket): void => {
    switch (bytes[0]) {
      case PROTOCOL.data: {
        const length = (bytes[1] ?? 0) & 0x1f;
        return handlers.message(bytes.toString('latin1', 2, 2 + length), unpack(bytes.subarray(2 + length)));
      }
      case PROTOCOL.join:
        return socket.write(clientFrame(Buffer.from([PROTOCOL.join])));
      case PROTOCOL.state:
        return joined.resolve();
      case PROTOCOL.error:
        return joined.reject(new Error(`the room refused: ${bytes.toString('latin1', 1)}`));
      default: // patches: read, as the SDK reads them, but not decoded
    }
  };
  const closed = (code: number): void => {
    joined.reject(new Error(`closed with ${code} before it joined`));
    handlers.closed(code);
  };
  const path = `/${processId}/${roomId}?sessionId=${sessionId}`;
  const socket = await openRawSocket(publicAddress ?? address, path, { payload, closed });
  await joined.promise;
  return {
    send: (type, payload) => socket.write(clientFrame(messageBytes(type, payload))),
    isOpen: socket.isOpen,
    close: socket.close,
  };
}
