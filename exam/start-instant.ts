// The instant at which a control begins. A start is far enough ahead that every process has heard of it before. Pure; called
// by whoever stores a control, the api or a room.
import { allowing, type Refusal, refuse } from '../schema/refusals.ts';

/** So much later than the soonest, so that it is still far enough when it is looked at. */
const SLACK_MS = 500;

/**
 * The instant of a control that is ordered now, and what is said against it: of a start the one that it names, or the soonest;
 * of everything else now. `now` and instants are epoch ms, `aheadMs` is how far ahead a start has to be at least.
 */
export function instantOf(
  { action, at: named }: { readonly action: string; readonly at?: number | undefined },
  now: number,
  aheadMs: number,
): { readonly at: number; readonly tooSoon: Refusal | undefined } {
  if (action !== 'start') return { at: now, tooSoon: undefined };
  const at = named ?? now + aheadMs + SLACK_MS;
  return { at, tooSoon: at >= now + aheadMs ? undefined : refusedStart(aheadMs) };
}

function refusedStart(aheadMs: number): Refusal {
  return allowing([`${aheadMs / 1_000} s ahead or more`, 'none, for as soon as possible'], refuse('INSTANT_TOO_SOON'));
}
