// What a room takes for irregular by itself: another device while the first is there, answers faster than anybody reads,
// a clock that jumps. Pure; each gets what was before and returns what is now. Called by rooms/.
import type { IncidentRules } from '../schema/incidents.ts';

/** Whether an enter comes from another device while the link of the one before is alive. '' = not known, never another. */
export function isSecondDevice(before: { readonly deviceKey: string; readonly isAlive: boolean }, deviceKey: string) {
  return before.isAlive && before.deviceKey !== '' && deviceKey !== '' && before.deviceKey !== deviceKey;
}

/** A run of different items that were answered soon after each other. `lastAt` in ms of one clock. */
export type Pace = { readonly lastAt: number; readonly items: readonly number[] };
export const NO_PACE: Pace = { lastAt: 0, items: [] };

/**
 * The pace after a message with these items; `tooFast` where the run has as many items as the rule says, and then the next
 * run begins. What came together says nothing about speed: it lay in an outbox.
 */
export function paceAfter(
  pace: Pace,
  items: readonly number[],
  at: number,
  { items: most, eachMs }: IncidentRules['speed'],
): { readonly pace: Pace; readonly tooFast: boolean } {
  const [item] = items;
  if (item === undefined || items.length > 1) return { pace: NO_PACE, tooFast: false };
  const goesOn = pace.items.length > 0 && at - pace.lastAt < eachMs;
  const run = goesOn ? [...pace.items.filter((one) => one !== item), item] : [item];
  return run.length < most ? { pace: { lastAt: at, items: run }, tooFast: false } : { pace: NO_PACE, tooFast: true };
}

/** Whether a client's clock moved against the server's by more than the plan lets pass. */
export function isClockJump(movedMs: number, { clockJumpMs }: Pick<IncidentRules, 'clockJumpMs'>): boolean {
  return Math.abs(movedMs) > clockJumpMs;
}
