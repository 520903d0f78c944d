// The rows of each export, page by page from the store: however many there are, one page is in memory. Instants are
// ISO 8601, what is a list or an object is JSON. Called by table.ts.
import type { ExportRow } from '../exam/export-text.ts';
import type { PlanDocument, Scoring } from '../schema/documents/plan.ts';
import type { SheetDocument } from '../schema/documents/sheet.ts';
import type { ExportName } from '../schema/exports.ts';
import { LISTS } from '../schema/lists.ts';
import { BY_ID } from '../schema/sorting.ts';
import { withTexts } from '../store/audit-reading.ts';
import { pagesOf } from '../store/listing.ts';
import type { ExportParts } from './parts.ts';

type Parts = Pick<ExportParts, 'store'>;
type Rows = AsyncGenerator<ExportRow>;

const PAGE = 200;

/** `scores` and `items` are of results alone. Without a `roomId` it is all of the plan. */
export type ExportGiven = {
  readonly plan: PlanDocument;
  readonly scores: Scoring | undefined;
  /** The numbers of the paper's items, in its order. */
  readonly items: readonly number[];
  readonly roomId?: string | undefined;
};

export function exportRows(parts: Parts, what: ExportName, given: ExportGiven): Rows {
  const rows = rowsOf(parts, what, given);
  return given.roomId === undefined ? rows : ofRoom(rows, given.roomId);
}

async function* ofRoom(rows: Rows, roomId: string): Rows {
  for await (const row of rows) if (row.roomId === roomId) yield row;
}

function rowsOf(parts: Parts, what: ExportName, given: ExportGiven): Rows {
  const planId = given.plan._id;
  switch (what) {
    case 'results':
      return resultRows(parts, given);
    case 'answers':
      return answerRows(parts, planId, given.roomId);
    case 'incidents':
      return incidentRows(parts, planId);
    case 'logs':
      return logRows(parts, planId);
    case 'audit':
      return auditRows(parts, planId);
  }
}

/** The name of an item's column. */
export function itemColumn(item: number): string {
  return `item ${item}`;
}

async function* resultRows({ store }: Parts, { plan, scores, items }: ExportGiven): Rows {
  if (scores === undefined) return;
  const { version, scoringId } = scores;
  const pages = pagesOf(LISTS.results.sorts, (page) => store.results.byScoring(plan._id, scoringId, page), PAGE);
  for await (const page of pages) {
    const people = await store.examinees.byIds(page.map(({ examineeId }) => examineeId));
    const labels = new Map(people.map(({ _id, label }) => [_id, label]));
    for (const { examineeId, roomId, keyVersion, points, itemPoints } of page) {
      const byItem = items.map((item, place) => [itemColumn(item), itemPoints[place] ?? null] as const);
      const who = { examineeId, label: labels.get(examineeId) ?? null, roomId };
      yield { ...who, version, keyVersion, points, ...Object.fromEntries(byItem) };
    }
  }
}

/** Every revision, also what counts no more. */
async function* answerRows({ store }: Parts, planId: string, roomId: string | undefined): Rows {
  for await (const sheets of pagesOf({ id: BY_ID }, (page) => store.sheets.byPlan(planId, page), PAGE))
    for (const sheet of sheets.filter((one) => roomId === undefined || one.roomId === roomId))
      for (const answer of await store.answers.history(planId, sheet._id)) {
        const { item, revision, response, hash, at, late = false, pruned = false } = answer;
        const about = { examineeId: sheet._id, roomId: sheet.roomId, item, revision, at: isoOf(at) };
        const text = typeof response === 'object' && response !== null ? JSON.stringify(response) : response;
        yield { ...about, counts: isCounting(sheet, item, revision), late, pruned, response: text, hash };
      }
}

/** Null while the sheet is in progress: nothing counts for good yet. */
function isCounting({ vector }: SheetDocument, item: number, revision: number): boolean | null {
  return vector === null ? null : vector.some(([number, counting]) => number === item && counting === revision);
}

async function* incidentRows({ store }: Parts, planId: string): Rows {
  for await (const page of pagesOf(LISTS.incidents.sorts, (at) => store.incidents.byPlan(planId, {}, at), PAGE))
    for (const { _id: incidentId, roomId, examineeId, kind, severity, status, count, ...times } of page) {
      const what = {
        incidentId,
        roomId,
        examineeId,
        kind,
        severity,
        state: status,
        reports: count,
        at: isoOf(times.at),
      };
      const { raisedAt, acknowledgedAt, decidedAt } = times;
      yield { ...what, raisedAt: isoOf(raisedAt), acknowledgedAt: isoOf(acknowledgedAt), decidedAt: isoOf(decidedAt) };
    }
}

async function* logRows({ store }: Parts, planId: string): Rows {
  for await (const page of pagesOf(LISTS.logs.sorts, (at) => store.logs.byPlan(planId, at), PAGE))
    for (const { _id: logId, at, stream, roomId, subject, kind, data } of page)
      yield { logId, at: isoOf(at), stream, roomId, subject, kind, data: JSON.stringify(data) };
}

async function* auditRows({ store }: Parts, planId: string): Rows {
  for await (const page of pagesOf(LISTS.audit.sorts, (at) => store.audit.list(planId, at), PAGE))
    for (const { _id: source, planId: _, at, data, texts, ...entry } of await withTexts(store, page))
      yield { ...entry, source, at: isoOf(at), data: JSON.stringify(data), texts: JSON.stringify(texts) };
}

/** An instant that has not come is nothing. */
function isoOf(at: number): string | null {
  return at === 0 ? null : new Date(at).toISOString();
}
