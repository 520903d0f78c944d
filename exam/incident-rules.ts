// What a room takes for irregular by itself: another device while the first is there, answers faster than anybody reads,
// a clock that jumps. Pure; each gets what was before and returns what is now. Called by rooms/.
import type { IncidentRules } from '../schema/incidents.ts';
import { type ExamClock, hasRunOut } from './clock.ts';

/** Whether an enter comes from another device while the link of the one before is alive. '' = not known, never another. */
export function isSecondDevice(before: { readonly deviceKey: string; readonly isAlive: boolean }, deviceKey: string) {
  return before.isAlive && before.deviceKey !== '' && deviceKey !== '' && before.deviceKey !== deviceKey;
}

/** A run of different items that were answered soon after each other. Instants in ms of one clock. */
export type Pace = { readonly lastAt: number; readonly items: readonly number[]; readonly quietUntil: number };
export const NO_PACE: Pace = { lastAt: 0, items: [], quietUntil: Number.NEGATIVE_INFINITY };

/** Who goes on too fast says nothing new for so long: a load test must not load the system with its incidents. */
const TOO_FAST_AGAIN_MS = 60_000;

/**
 * The pace after a message with these items; `tooFast` where the run has as many items as the rule says, once a minute, and
 * then the next run begins. What came together says nothing about speed: it lay in an outbox.
 */
export function paceAfter(
  pace: Pace,
  items: readonly number[],
  at: number,
  { items: most, eachMs }: IncidentRules['speed'],
): { readonly pace: Pace; readonly tooFast: boolean } {
  const [item] = items;
  const { quietUntil } = pace;
  if (item === undefined || items.length > 1) return { pace: { ...NO_PACE, quietUntil }, tooFast: false };
  const goesOn = pace.items.length > 0 && at - pace.lastAt < eachMs;
  const run = goesOn ? [...pace.items.filter((one) => one !== item), item] : [item];
  if (run.length < most) return { pace: { lastAt: at, items: run, quietUntil }, tooFast: false };
  if (at < quietUntil) return { pace: { ...NO_PACE, quietUntil }, tooFast: false };
  return { pace: { ...NO_PACE, quietUntil: at + TOO_FAST_AGAIN_MS }, tooFast: true };
}

/** Whether a client's clock moved against the server's by more than the plan lets pass. */
export function isClockJump(movedMs: number, { clockJumpMs }: Pick<IncidentRules, 'clockJumpMs'>): boolean {
  return Math.abs(movedMs) > clockJumpMs;
}

/** Whether something happened while this examinee sat the exam. `endedAt`: when the own sheet ended, 0 before. */
export function isWithinExam(at: number, window: ExamClock & { readonly startsAt: number }, endedAt: number): boolean {
  const hasBegun = window.startsAt !== 0 && at >= window.startsAt;
  return hasBegun && !hasRunOut(window, at) && (endedAt === 0 || at <= endedAt);
}
