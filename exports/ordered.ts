// What a kept export was ordered to be, as text or bytes. Reads what is there when it is asked, page by page. Called by the
// workers.
import type { PlanDocument, Scoring } from '../schema/documents/plan.ts';
import type { ExportOrder } from '../schema/documents/upload.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import { BY_ID } from '../schema/sorting.ts';
import { pagesOf } from '../store/listing.ts';
import type { ExportParts } from './parts.ts';
import { sheetArchive } from './sheet-archive.ts';
import { tableText } from './table.ts';

type Bytes = AsyncGenerator<string | Buffer>;

const PAGE = 200;

/** `noted` hears of each row, or person of an archive. Refuses PLAN_UNKNOWN, and RESULT_UNKNOWN for scores that are gone. */
export async function orderedExport(
  parts: ExportParts,
  planId: string,
  { what, format, version, roomId }: Omit<ExportOrder, 'quotaBytes'>,
  { at, noted }: { readonly at: number; noted(): void },
): Promise<Bytes | Refusal> {
  const plan = await parts.store.plans.get(planId);
  if (plan === null) return refuse('PLAN_UNKNOWN');
  if (what === 'sheets' || format === 'tar')
    return sheetArchive(parts, await endedSheets(parts, planId, roomId), at, noted);
  if (what !== 'results') return tableText(parts, what, format, { plan, scores: undefined, items: [], roomId }, noted);
  const scores = scoresOf(plan, version);
  if (scores === undefined) return refuse('RESULT_UNKNOWN');
  const paper = await parts.store.papers.get(plan.paperId);
  const items = (paper?.items ?? []).map(({ number }) => number);
  return tableText(parts, what, format, { plan, scores, items, roomId }, noted);
}

function scoresOf({ scoring }: PlanDocument, version: number | undefined): Scoring | undefined {
  return scoring === undefined ? undefined : [scoring, ...scoring.earlier].find((one) => one.version === version);
}

/** Whose sheets have ended, in the order of their ids. */
async function endedSheets({ store }: ExportParts, planId: string, roomId: string | undefined): Promise<string[]> {
  const ids: string[] = [];
  for await (const sheets of pagesOf({ id: BY_ID }, (page) => store.sheets.byPlan(planId, page), PAGE))
    for (const { _id, endedAt, roomId: room } of sheets)
      if (endedAt > 0 && (roomId === undefined || room === roomId)) ids.push(_id);
  return ids;
}
