// A room that begins later than its start says: whoever sits in it gets the lost seconds back. Pure. Called by the room
// when it is about to begin.
import { type RoomTime, stoodMs } from './timeline.ts';

/** What a living room may take to notice that its start has come. */
export const LATE_MS = 1_000;

/**
 * What was lost by `now` and not given back yet, in ms, and how many times something was given: a room that was made anew on
 * its way to beginning has more to give. `controlIdAt` names the control of each time. 0: nothing that counts.
 */
export function lostAtStart(
  room: RoomTime,
  controlIdAt: (time: number) => string,
  now: number,
): { readonly ms: number; readonly times: number } {
  if (room.startsAt === 0) return { ms: 0, times: 0 };
  let ms = now - room.startsAt - stoodMs(room, now);
  for (let times = 0; ; times++) {
    const given = room.adjustments.find(({ controlId }) => controlId === controlIdAt(times));
    if (given === undefined) return { ms: ms < LATE_MS ? 0 : ms, times };
    ms -= given.extraMs;
  }
}
