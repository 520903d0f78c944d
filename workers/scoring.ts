// Scores a plan that has ended: the answers that each settled sheet's vector names, by the newest key and by the marks of
// people, into results and figures of a new version, which then becomes current in one write. Whole and from the store
// alone. Must never score before every sheet is settled and every answer that needs one has a mark, and never count who
// has no settled sheet. Called by statistics.ts.
import { moreFigures } from '../exam/form-figures.ts';
import { addSheet, emptyForm, type FormSums, mergeForms, responseTimes } from '../exam/form-sums.ts';
import { summarise } from '../exam/item-analysis.ts';
import { keyInOrder } from '../exam/key-order.ts';
import { pointsOf } from '../exam/marking.ts';
import { changeBetween } from '../exam/score-change.ts';
import { type AnalysedItem, analysedItems } from '../exam/score-sums.ts';
import { type KeyEntry, scoreMarked } from '../exam/scoring.ts';
import { mayTransit } from '../exam/transitions.ts';
import type { MarkDocument } from '../schema/documents/mark.ts';
import type { KeyDocument, PaperDocument, PlanDocument } from '../schema/documents/plan.ts';
import type { ResultDocument, SheetDocument, StatisticsDocument } from '../schema/documents/sheet.ts';
import type { CurrentAnswer } from '../store/answers.ts';
import { markId } from '../store/marks.ts';
import type { Store } from '../store/open-store.ts';
import { statisticsId } from '../store/results.ts';
import { countUnmarked, isCounted } from '../store/unmarked.ts';

export type ScoringStores = Pick<
  Store,
  'plans' | 'rooms' | 'papers' | 'keys' | 'sheets' | 'answers' | 'marks' | 'scorings' | 'results' | 'statistics'
>;

/**
 * All but `scored` mean that the plan is as it was. `elsewhere`: another process scores it at this moment; `followed`: it
 * has taken this scoring for dead, and what this one wrote counts never.
 */
export type ScoringOutcome =
  | 'scored'
  | 'unsettled'
  | 'unmarked'
  | 'no-key'
  | 'not-ended'
  | 'gone'
  | 'stopped'
  | 'elsewhere'
  | 'followed';

export type ScoringGiven = {
  /** Ends it between pages of sheets. */
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => number;
  /** Another scoring that said nothing for so long is dead; another length is for tests. */
  readonly leaseMs?: number;
};

const SHEETS_A_PAGE = 200;
const READS_AT_ONCE = 8;
const ROOMS_A_WRITE = 20;

/** Scores by the newest key and makes it what counts; a plan that is scored may be scored again. Throws StoreFault. */
export async function scorePlan(
  store: ScoringStores,
  planId: string,
  { signal, now = Date.now, leaseMs }: ScoringGiven = {},
): Promise<ScoringOutcome> {
  const plan = await store.plans.get(planId);
  if (plan === null) return 'gone';
  if (!mayTransit('plan', plan.status, 'scored')) return 'not-ended';
  const [paper, key] = await Promise.all([store.papers.get(plan.paperId), store.keys.newest(plan.paperId)]);
  if (paper === null || key === null) return 'no-key';
  // Also a sheet that is empty yet may get answers while its room is in its grace.
  if ((await store.rooms.unfinished([planId])).length > 0) return 'unsettled';
  const need = await needOf(store, planId);
  if (need === 'unsettled') return 'unsettled';
  if (need === 'nothing' && (await isCurrent(store, plan, key))) return 'scored';
  if ((await countUnmarked(store, planId, keyInOrder(paper.items, key.entries))) > 0) return 'unmarked';
  const scoringId = await store.scorings.begin(planId, now(), leaseMs);
  if (scoringId === null) return 'elsewhere';
  const begun = await store.plans.get(planId);
  if (begun === null) return 'gone';
  const outcome = await scoreSheets({ store, plan: begun, paper, key, scoringId, now, signal });
  if (outcome === 'scored') await store.sheets.scored(planId);
  else if (outcome !== 'followed') await store.scorings.abandon(planId, scoringId);
  return outcome;
}

/** Nothing has come since the version that counts: no key, no mark. */
async function isCurrent(
  store: ScoringStores,
  { _id, status, scoring }: PlanDocument,
  key: KeyDocument,
): Promise<boolean> {
  if (status !== 'scored' || scoring?.keyVersion !== key.version) return false;
  return (await store.marks.lastAt(_id)) < scoring.at;
}

type Under = {
  readonly store: ScoringStores;
  readonly plan: PlanDocument;
  readonly paper: PaperDocument;
  readonly key: KeyDocument;
  readonly scoringId: string;
  readonly now: () => number;
  readonly signal: AbortSignal | undefined;
};

/** In `at`: the instant before the first read, so that whatever came later is known to be newer. */
async function scoreSheets(under: Under): Promise<'scored' | 'stopped' | 'unmarked' | 'followed'> {
  const { store, plan, scoringId, key, now, signal } = under;
  const at = now();
  await store.scorings.sweep(plan, scoringId);
  const folding = createFolding(under);
  let changedCount = 0;
  for await (const sheets of pagesOf(store, plan._id)) {
    if (signal?.aborted) return 'stopped';
    if (!(await store.scorings.stillMine(plan._id, scoringId, now()))) return 'followed';
    const results = await folding.page(sheets.filter(isCounted), at);
    if (results === 'unmarked') return 'unmarked';
    changedCount += results.filter(({ change }) => change !== undefined).length;
    await store.results.put(results);
  }
  await putStatistics(under, folding.rooms(), folding.items, at);
  const made = { scoringId, keyVersion: key.version, at };
  return (await store.scorings.makeCurrent(plan, made, changedCount)) === null ? 'followed' : 'scored';
}

/** Sums by room; the plan's are their sum. */
function createFolding({ store, plan, paper, key, scoringId }: Under) {
  const entries = keyInOrder(paper.items, key.entries);
  const numbers = paper.items.map(({ number }) => number);
  const options = new Map(paper.items.map((item) => [item.number, item.options.map(({ id }) => id)]));
  const items = analysedItems(entries, options);
  const rooms = new Map<string, FormSums>();
  const starts = new Map<string, Promise<number>>();
  const startOf = (roomId: string): Promise<number> => {
    const known = starts.get(roomId) ?? store.rooms.get(roomId).then((room) => room?.startsAt ?? 0);
    starts.set(roomId, known);
    return known;
  };

  function scoreOne(sheet: SheetDocument, answers: readonly CurrentAnswer[], marks: ReadonlyMap<string, MarkDocument>) {
    const responses = new Map(answers.map(({ item, response }) => [item, response]));
    const given = answers.flatMap(({ item, revision }): [number, number][] => {
      const points = pointsOf(marks.get(markId(sheet._id, item)), revision);
      return points === null ? [] : [[item, points]];
    });
    return scoreMarked(entries, responses, new Map(given));
  }

  return {
    items,
    rooms: () => rooms,
    /** Results of these sheets, which are counted; nothing may be counted where something waits for a mark. */
    async page(sheets: readonly SheetDocument[], at: number): Promise<ResultDocument[] | 'unmarked'> {
      const ids = sheets.map(({ _id }) => _id);
      const [marks, before, answers] = await Promise.all([
        marksOf(store, entries, ids),
        plan.scoring === undefined ? [] : store.results.of(plan.scoring.scoringId, ids),
        inTurns(sheets, ({ _id, planId, vector }) => store.answers.byVector(planId, _id, vector ?? [])),
      ]);
      const earlier = new Map(before.map((result) => [result.examineeId, result]));
      const results: ResultDocument[] = [];
      for (const [index, sheet] of sheets.entries()) {
        const theirs = answers[index] ?? [];
        const scored = scoreOne(sheet, theirs, marks);
        if (scored.unmarked.length > 0) return 'unmarked';
        const sums = rooms.get(sheet.roomId) ?? emptyForm(items);
        rooms.set(sheet.roomId, sums);
        const times = responseTimes(theirs, await startOf(sheet.roomId));
        addSheet(
          sums,
          scored,
          numbers.map((number) => times.get(number)),
        );
        results.push(resultOf(sheet, scored, earlier.get(sheet._id), at));
      }
      return results;
    },
  };

  function resultOf(
    { _id: examineeId, planId, roomId }: SheetDocument,
    scored: ReturnType<typeof scoreOne>,
    before: ResultDocument | undefined,
    at: number,
  ): ResultDocument {
    const scores = { points: scored.total, itemPoints: scored.items.map(({ points }) => points) };
    const change = before && changeBetween(before, scores, numbers);
    const named = { _id: `${examineeId}.${scoringId}`, planId, roomId, examineeId, scoringId, keyVersion: key.version };
    const stored = change && { change: change as NonNullable<ResultDocument['change']> };
    return { ...named, ...scores, ...stored, at: new Date(at) };
  }
}

async function marksOf(
  store: ScoringStores,
  entries: readonly KeyEntry[],
  examineeIds: readonly string[],
): Promise<Map<string, MarkDocument>> {
  const mayHave = entries.some(({ kind }) => kind === 'essay' || kind === 'file' || kind === 'shortText');
  const found = mayHave ? await store.marks.of(examineeIds) : [];
  return new Map(found.map((one) => [one._id, one]));
}

async function putStatistics(
  { store, plan, paper, key, scoringId }: Under,
  rooms: ReadonlyMap<string, FormSums>,
  items: readonly AnalysedItem[],
  at: number,
): Promise<void> {
  const documentOf = (roomId: string, sums: FormSums): StatisticsDocument => ({
    _id: statisticsId(plan._id, scoringId, roomId),
    ...{ planId: plan._id, roomId, scoringId, keyVersion: key.version },
    examineeCount: sums.scores.count,
    figures: summarise(sums.scores),
    more: moreFigures(sums),
    ...(roomId === '' ? { itemNames: paper.items.map(({ name }) => name) } : {}),
    at: new Date(at),
  });
  const all = [...rooms];
  for (let from = 0; from < all.length; from += ROOMS_A_WRITE)
    await store.statistics.put(all.slice(from, from + ROOMS_A_WRITE).map((room) => documentOf(...room)));
  await store.statistics.put([documentOf('', [...rooms.values()].reduce(mergeForms, emptyForm(items)))]);
}

/** Looked at before anything is written: what the plan's sheets need. */
async function needOf(store: ScoringStores, planId: string): Promise<'unsettled' | 'scoring' | 'nothing'> {
  let need: 'scoring' | 'nothing' = 'nothing';
  for await (const sheets of pagesOf(store, planId)) {
    if (sheets.some(isUnsettled)) return 'unsettled';
    if (sheets.some(({ state }) => state === 'settled')) need = 'scoring';
  }
  return need;
}

function isUnsettled({ state }: SheetDocument): boolean {
  return state === 'in-progress' || state === 'submitted' || state === 'timed-out';
}

async function* pagesOf(store: ScoringStores, planId: string): AsyncGenerator<SheetDocument[]> {
  let after: string | undefined;
  for (;;) {
    const sheets = await store.sheets.byPlan(planId, { after, limit: SHEETS_A_PAGE });
    yield sheets;
    after = sheets.at(-1)?._id;
    if (sheets.length < SHEETS_A_PAGE) return;
  }
}

/** The same as mapping, with a few at once, in the order of the rows. */
async function inTurns<T, R>(rows: readonly T[], work: (row: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let from = 0; from < rows.length; from += READS_AT_ONCE)
    done.push(...(await Promise.all(rows.slice(from, from + READS_AT_ONCE).map(work))));
  return done;
}
