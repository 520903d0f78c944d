// Simulated sockets between a device and a room. What goes over one is late, and in bad hours lost, doubled or out of
// turn; a socket may be cut, or be dead without either side hearing of it. Beats keep their turn: a real socket keeps
// that of everything. Called by devices (open, say) and rooms (tell).
import type { Agenda } from './agenda.ts';
import type { Chance } from './chance.ts';
import type { Down, Up } from './messages.ts';
import type { Process } from './processes.ts';

/** How bad it is on the wire: probabilities, and how late it may be. */
export type WireBadness = { lost: number; doubled: number; outOfTurn: number; slow: number };

export type Connection = {
  readonly process: Process;
  readonly examineeId: string;
  /** To the room; false where this end knows that the socket is closed. */
  say(message: Up): boolean;
  /** To the device. */
  tell(message: Down): void;
  /** The device's end: nothing comes to it any more, and the room hears of it a little later. */
  leave(): void;
  /** The room's end: the device hears of it a little later. */
  close(): void;
  /** Nothing goes through, and nobody is told. */
  goSilent(): void;
};

export type ConnectionEnds = {
  /** At the room, in the process's time. */
  readonly heard: (connection: Connection, message: Up) => void;
  readonly left: (connection: Connection) => void;
  /** At the device. */
  readonly told: (message: Down) => void;
  readonly closed: () => void;
};

const SLOW_MS = 1_500;

export function createConnection(
  agenda: Agenda,
  chance: Chance,
  badness: WireBadness,
  process: Process,
  examineeId: string,
  ends: ConnectionEnds,
): Connection {
  let isOpen = true;
  let isSilent = false;
  let upAt = 0;
  let downAt = 0;

  function lateMs(): number {
    return chance.happens(badness.slow) ? chance.between(100, SLOW_MS) : chance.between(2, 40);
  }

  /** When it comes: not before what went before, but for what is out of turn. */
  function comesAt(before: number, mayOvertake: boolean): number {
    const at = agenda.now() + lateMs();
    return mayOvertake && chance.happens(badness.outOfTurn) ? at : Math.max(at, before);
  }

  const connection: Connection = {
    process,
    examineeId,
    say(message) {
      if (!isOpen) return false;
      const copies = chance.happens(badness.doubled) ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        if (chance.happens(badness.lost)) continue;
        const at = comesAt(upAt, message.type !== 'heartbeat');
        if (message.type === 'heartbeat') upAt = at;
        process.after(at - agenda.now(), () => {
          if (!isSilent) ends.heard(connection, message);
        });
      }
      return true;
    },
    tell(message) {
      if (!isOpen || chance.happens(badness.lost)) return;
      downAt = comesAt(downAt, false);
      agenda.at(downAt, () => {
        if (isOpen && !isSilent) ends.told(message);
      });
    },
    leave() {
      if (!isOpen) return;
      isOpen = false;
      if (!isSilent) process.after(lateMs(), () => ends.left(connection));
    },
    close() {
      agenda.at(comesAt(downAt, false), () => {
        if (!isOpen || isSilent) return;
        isOpen = false;
        ends.closed();
      });
    },
    goSilent() {
      isSilent = true;
    },
  };
  return connection;
}
