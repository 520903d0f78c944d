// When nobody served a room while its people's clocks ran: its process was dead, or hung. Found by whoever serves it next,
// from the instant until which it is known to have been served. Pure. Called by rooms/.
import type { Outage } from '../schema/losses.ts';
import type { RoomState } from '../schema/states.ts';

/** Shorter is what a link's trouble may last unseen, too (exam/grace.ts). */
export const LEAST_OUTAGE_MS = 4_000;

/** Whether clocks run, or stand for a while: only then is it a loss that nobody serves the room. */
export function needsService(status: RoomState): boolean {
  return status === 'running' || status === 'paused';
}

/** `servedUntil`: the last instant at which the room is known to have been served, 0 for none. `madeAt`: when this process made it. */
export type ServiceFacts = { readonly servedUntil: number; readonly madeAt: number };

/**
 * The stretch before `now` in which nobody served the room; undefined for none that counts. Where another process had it,
 * it ends with its making anew, else with the end of the sleep.
 */
export function outageBefore(
  { servedUntil, madeAt }: ServiceFacts,
  now: number,
): Pick<Outage, 'from' | 'to'> | undefined {
  if (servedUntil === 0) return undefined;
  const to = servedUntil < madeAt ? madeAt : now;
  return to - servedUntil < LEAST_OUTAGE_MS ? undefined : { from: Math.round(servedUntil), to: Math.round(to) };
}
