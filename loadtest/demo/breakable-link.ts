// A network that can be cut: what an examinee's programme sees when its cable is pulled. HTTP and socket go down
// together, and come back together. Called by the demo alone.
import type { OpenSocket, SocketHandlers } from '../../client/socket.ts';

export type BreakableLink = {
  readonly open: OpenSocket;
  readonly fetch: typeof fetch;
  /** Cuts the link: what is open closes, and nothing opens until `mend`. */
  cut(): void;
  mend(): void;
};

const NO_REASON = 1006;

/** A link over this one, whole until it is cut. */
export function createBreakableLink(open: OpenSocket): BreakableLink {
  let isCut = false;
  const closers = new Set<() => void>();
  const openThrough: OpenSocket = (reservation, handlers: SocketHandlers) => {
    if (isCut) {
      setTimeout(() => handlers.closed(NO_REASON), 0);
      return { send: () => false, close: () => {} };
    }
    const socket = open(reservation, {
      ...handlers,
      closed(code) {
        closers.delete(breakOff);
        handlers.closed(code);
      },
    });
    const breakOff = (): void => {
      closers.delete(breakOff);
      socket.close('drop');
      handlers.closed(NO_REASON);
    };
    closers.add(breakOff);
    return {
      send: socket.send,
      close(how) {
        closers.delete(breakOff);
        socket.close(how);
      },
    };
  };
  return {
    open: openThrough,
    fetch: (...args) => (isCut ? Promise.reject(new TypeError('the link is cut')) : fetch(...args)),
    cut() {
      isCut = true;
      for (const breakOff of [...closers]) breakOff();
    },
    mend() {
      isCut = false;
    },
  };
}
