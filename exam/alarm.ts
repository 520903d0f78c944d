// When an alarm rings and when it is over: the pure rule of all alarms. Two thresholds and two times keep a value that swings
// from ringing again and again. What is not known changes nothing: it neither rings nor says that all is well.
import type { Alarm } from '../schema/alarms.ts';

export type AlarmRule = Pick<Alarm, 'raise' | 'clear' | 'forSeconds' | 'clearForSeconds'>;

/** `since`: from when on the value has stood on the other side, ms; undefined where it does not. */
export type AlarmState = { readonly isRaised: boolean; readonly since?: number };
export type AlarmTurn = 'raised' | 'cleared';

export const AT_REST: AlarmState = { isRaised: false };

/** The state after this value at this instant, and whether it has turned by it. `at`: ms of any clock that only goes on. */
export function judgeAlarm(
  rule: AlarmRule,
  state: AlarmState,
  value: number | undefined,
  at: number,
): { readonly state: AlarmState; readonly turned?: AlarmTurn } {
  const { isRaised } = state;
  if (value === undefined || Number.isNaN(value)) return { state: { isRaised } };
  const isBeyond = isRaised ? isOver(rule, value) : isBad(rule, value);
  if (!isBeyond) return { state: { isRaised } };
  const since = state.since ?? at;
  const lastsMs = (isRaised ? rule.clearForSeconds : rule.forSeconds) * 1_000;
  if (at - since < lastsMs) return { state: { isRaised, since } };
  return { state: { isRaised: !isRaised }, turned: isRaised ? 'cleared' : 'raised' };
}

/** At the threshold of ringing, or beyond it. */
export function isBad({ raise, clear }: AlarmRule, value: number): boolean {
  return clear < raise ? value >= raise : value <= raise;
}

/** At the threshold of being over, or beyond it. */
export function isOver({ raise, clear }: AlarmRule, value: number): boolean {
  return clear < raise ? value <= clear : value >= clear;
}

/** A count as it stood at an instant, ms. */
export type Count = { readonly at: number; readonly count: number };

/**
 * By how much a count has grown within the window, and what is to be remembered of it. One that is smaller than before began
 * anew; growth of less than a window is that since the first look.
 */
export function growthOf(
  before: readonly Count[],
  now: Count,
  windowSeconds: number,
): { readonly growth: number; readonly counts: readonly Count[] } {
  const last = before.at(-1);
  const known = last !== undefined && now.count < last.count ? [] : before;
  const from = now.at - windowSeconds * 1_000;
  const begin = known.findLastIndex(({ at }) => at <= from);
  const counts = [...known.slice(Math.max(0, begin)), now];
  return { growth: now.count - (counts[0]?.count ?? now.count), counts };
}
