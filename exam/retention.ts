// When people of an archived plan are to be erased. Pure; called by the api where a plan is archived, and where the days change.
import { DAY_MS } from '../schema/retention.ts';

/** When people of a plan that was archived then are to be erased: nothing where they are kept. */
export function erasingOf(archivedAt: number, retentionDays: number | null | undefined): { eraseAt?: number } {
  return retentionDays == null ? {} : { eraseAt: archivedAt + retentionDays * DAY_MS };
}
