// Whether somebody who comes late may still enter for the first time. Reads no clock. Called by the api at each enter.
// Must never keep out who has been in before: a reload or a new device is no late entry.
import type { LateEntry } from '../schema/late-entry.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';

/** What the decision follows from. `startsAt` as startForLate gives it, epoch ms, 0 before there is a start; `fence` 0 means never entered. */
export type Arrival = { readonly startsAt: number; readonly fence: number };

/** ENTRY_TOO_LATE where this is a first entry after the time that the plan's rule gives, and no proctor may allow it. */
export function lateEntryRefusal(rule: LateEntry, { startsAt, fence }: Arrival, now: number): Refusal | undefined {
  if (rule === 'always' || startsAt === 0 || fence > 0) return undefined;
  const until = startsAt + rule.allowedForMs;
  if (now <= until || rule.after === 'by-proctor') return undefined;
  const detail = `It was possible until ${new Date(until).toISOString()}; turn to the proctor.`;
  return { ...refuse('ENTRY_TOO_LATE', detail), at: until };
}
