// Where a proctor is with a room: assigned until the first entering, present while something is heard, else away. Pure;
// called by rooms/ to decide, and by api/ to show a proctor's rooms as one.
import type { ProctorState } from '../schema/states.ts';

/** What a proctor who was `before` is after this silence. Nobody who has not come yet is away. */
export function presenceOf(before: ProctorState, silentMs: number, droppedMs: number): ProctorState {
  if (silentMs < droppedMs) return 'present';
  return before === 'assigned' ? 'assigned' : 'away';
}

/** Of several rooms: present where one of them has the proctor, away where one had. */
export function presenceIn(rooms: readonly ProctorState[]): ProctorState {
  if (rooms.includes('present')) return 'present';
  return rooms.includes('away') ? 'away' : 'assigned';
}
