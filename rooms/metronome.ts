// One beat for all rooms of a process, by which each looks whether its time has come. A timer for each of hundreds of rooms
// costs more than what they do, and they would begin one after the other. Called by main.ts.
import type { Logger } from 'pino';

/** Does what the passing of time brings; one that throws is logged and stops no other. */
export type Timed = { readonly roomId: string; passTime(): void };

const BEAT_MS = 100;

/** Beats until `stop`, for what `rooms` has at each beat. */
export function startMetronome(rooms: () => Iterable<Timed>, log: Logger): { stop(): void } {
  const timer = setInterval(() => {
    for (const room of rooms())
      try {
        room.passTime();
      } catch (error) {
        log.error({ err: error, roomId: room.roomId }, 'the time of a room did not pass');
      }
  }, BEAT_MS);
  return { stop: () => clearInterval(timer) };
}
