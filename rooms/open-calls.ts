// The calls of a room of which somebody has still to hear: what is shown and told again. Changed by the room's actor between
// awaits only.
import type { Call } from '../schema/calls.ts';
import type { LiveRoom } from './live-room.ts';

/** What is waiting, by call; and for each examinee when a hand was last raised, and when its answer was last sent. */
export type Calls = {
  readonly waiting: Map<string, Call>;
  readonly raisedAt: Map<string, number>;
  readonly sentAt: Map<string, number>;
};

/** None yet. */
export function createCalls(): Calls {
  return { waiting: new Map(), raisedAt: new Map(), sentAt: new Map() };
}

/** Notes a call as it is now. */
export function noteCall({ calls, seats }: LiveRoom, call: Call): void {
  if (call.waiting) calls.waiting.set(call._id, call);
  else calls.waiting.delete(call._id);
  calls.raisedAt.set(call.examineeId, Math.max(call.at, calls.raisedAt.get(call.examineeId) ?? 0));
  const seat = seats.get(call.examineeId);
  if (seat !== undefined) seat.boardBehind = true;
}

/** Another room has this examinee. */
export function forgetCallsOf({ calls }: LiveRoom, examineeId: string): void {
  for (const [callId, call] of calls.waiting) if (call.examineeId === examineeId) calls.waiting.delete(callId);
}

/** The hand of this examinee that is up. */
export function handOf({ calls }: LiveRoom, examineeId: string): Call | undefined {
  for (const call of calls.waiting.values()) if (call.examineeId === examineeId && call.status === 'open') return call;
  return undefined;
}
