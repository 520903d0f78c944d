// The instant at which a start begins: far enough ahead that every process has heard of it before. Pure; called by whoever
// stores a control, the api or a room.
import { allowing, type Refusal, refuse } from '../schema/refusals.ts';

/** So much later than the soonest, so that it is still far enough when it is looked at. */
const SLACK_MS = 500;

/** Of a start that names none. `now` and the instant are epoch ms, `aheadMs` is how far ahead it has to be at least. */
export function soonestStart(now: number, aheadMs: number): number {
  return now + aheadMs + SLACK_MS;
}

/** Whether a start may be at this instant. */
export function refusedStart(at: number, now: number, aheadMs: number): Refusal | undefined {
  if (at >= now + aheadMs) return undefined;
  return allowing([`${aheadMs / 1_000} s ahead or more`, 'none, for as soon as possible'], refuse('INSTANT_TOO_SOON'));
}
