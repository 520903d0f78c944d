// Scores a plan that has ended: the answers that each settled sheet's vector names, by the newest key, into results and
// the figures of its items. Whole and from the store alone, so that doing it again changes nothing. Must never score
// before every sheet is settled, and never count who has no settled sheet. Called by main.ts.
import { summarise } from '../exam/item-analysis.ts';
import { add, analysedItems, emptySums, type ScoreSums } from '../exam/score-sums.ts';
import { type KeyEntry, scoreSheet } from '../exam/scoring.ts';
import { mayTransit, sourcesOf } from '../exam/transitions.ts';
import type { Item } from '../schema/answers.ts';
import type { KeyDocument, PaperDocument } from '../schema/documents/plan.ts';
import type { ResultDocument, SheetDocument } from '../schema/documents/sheet.ts';
import { StatisticsJob } from '../schema/jobs.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { Store } from '../store/open-store.ts';
import { codeOf, isInfrastructure } from './faults.ts';
import { type RunnerParts, type RunningWorker, startWorker } from './runner.ts';
import { startSweep } from './sweep.ts';

type ScoringStores = Pick<
  Store,
  'plans' | 'rooms' | 'papers' | 'keys' | 'sheets' | 'answers' | 'results' | 'statistics'
>;

export type StatisticsOptions = RunnerParts & {
  readonly store: ScoringStores;
  /** How often plans that have ended are looked for; another length is for tests. */
  readonly sweepEveryMs?: number;
};

/** All but `scored` mean that the plan is as it was; of a `stopped` scoring some results may be there, and come again. */
type ScoringOutcome = 'scored' | 'unsettled' | 'no-key' | 'not-ended' | 'gone' | 'stopped';

const SWEEP_EVERY_MS = 2_000;
const SHEETS_A_PAGE = 200;
const READS_AT_ONCE = 8;
/** A plan that cannot be scored is left alone this long, doubled each time. */
const FIRST_REST_MS = 10_000;
const LONGEST_REST_MS = 300_000;

/** Starts the queue's worker and the sweep, which depends on no queue. */
export async function startStatistics(options: StatisticsOptions): Promise<RunningWorker> {
  const { store, log } = options;
  const under = new Map<string, Promise<ScoringOutcome>>();
  const resting = new Map<string, { until: number; ms: number }>();

  /** One scoring of a plan at a time in this process; who asks meanwhile gets another after it. */
  async function score(planId: string, signal?: AbortSignal): Promise<ScoringOutcome> {
    const before = under.get(planId);
    const begin = () => scorePlan(store, planId, signal);
    // Whether the one before failed is the business of who asked for it.
    const scoring = before === undefined ? begin() : before.then(begin, begin);
    under.set(planId, scoring);
    try {
      const outcome = await scoring;
      if (outcome === 'scored') tellRooms(planId);
      return outcome;
    } finally {
      if (under.get(planId) === scoring) under.delete(planId);
    }
  }

  function tellRooms(planId: string): void {
    options.connection.publish(redisKeys.planHints(), planId).catch((error: unknown) => {
      log.debug({ err: error, planId }, 'rooms were not told that their plan is scored; they look by themselves');
    });
  }

  async function scoreEnded(signal: AbortSignal): Promise<void> {
    for (const { _id } of await store.plans.byStates(['ended'])) {
      if (signal.aborted) return;
      if (under.has(_id) || (resting.get(_id)?.until ?? 0) > performance.now()) continue;
      await scoreFound(_id, signal);
    }
  }

  async function scoreFound(planId: string, signal: AbortSignal): Promise<void> {
    try {
      const outcome = await score(planId, signal);
      if (outcome === 'scored') resting.delete(planId);
      if (outcome === 'no-key') rest(planId, 'NO_KEY');
      log[outcome === 'scored' ? 'info' : 'debug']({ planId, outcome }, 'plan that has ended was found');
    } catch (error) {
      if (isInfrastructure(error)) throw error;
      options.metrics.count('statistics', 'failed');
      log.error({ err: error, planId }, 'plan cannot be scored');
      rest(planId, codeOf(error));
    }
  }

  function rest(planId: string, code: string): void {
    const ms = Math.min((resting.get(planId)?.ms ?? FIRST_REST_MS / 2) * 2, LONGEST_REST_MS);
    resting.set(planId, { until: performance.now() + ms, ms });
    log.warn({ planId, code, ms }, 'scoring of a plan rests');
  }

  const sweep = startSweep('plans that have ended', options.sweepEveryMs ?? SWEEP_EVERY_MS, scoreEnded, log);
  const worker = await startWorker({
    ...options,
    queue: 'statistics',
    concurrency: 1,
    parse: (data) => StatisticsJob.parse(data),
    async process({ planId }) {
      const outcome = await score(planId);
      log.info({ planId, outcome }, 'statistics asked for');
    },
  });
  return {
    async stop() {
      await Promise.all([worker.stop(), sweep.stop()]);
    },
  };
}

/**
 * Scores by the newest key and stores everything that follows; a plan that is scored may be scored again. The signal ends
 * it between pages of sheets. Throws StoreFault.
 */
export async function scorePlan(store: ScoringStores, planId: string, signal?: AbortSignal): Promise<ScoringOutcome> {
  const plan = await store.plans.get(planId);
  if (plan === null) return 'gone';
  if (!mayTransit('plan', plan.status, 'scored')) return 'not-ended';
  const [paper, key] = await Promise.all([store.papers.get(plan.paperId), store.keys.newest(plan.paperId)]);
  if (paper === null || key === null) return 'no-key';
  // Also a sheet that is empty yet may get answers while its room is in its grace.
  if ((await store.rooms.unfinished([planId])).length > 0) return 'unsettled';
  const need = await needOf(store, planId);
  if (need === 'unsettled') return 'unsettled';
  const isDone = need === 'nothing' && (await store.statistics.newest(planId))?.keyVersion === key.version;
  if (!isDone && !(await scoreSheets(store, planId, paper, key, signal))) return 'stopped';
  await store.sheets.scored(planId);
  await store.plans.change(planId, sourcesOf('plan', 'scored'), { status: 'scored' });
  return 'scored';
}

/** False where the signal ended it before the figures were stored. */
async function scoreSheets(
  store: ScoringStores,
  planId: string,
  paper: PaperDocument,
  key: KeyDocument,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const scoring = createScoring(paper, key);
  for await (const sheets of pagesOf(store, planId)) {
    if (signal?.aborted) return false;
    const counted = sheets.filter(isCounted);
    await store.results.put(await inTurns(counted, (sheet) => scoreOne(store, scoring, sheet)));
  }
  await store.statistics.put({
    _id: `${planId}.${key.version}`,
    planId,
    keyVersion: key.version,
    examineeCount: scoring.sums.count,
    figures: summarise(scoring.sums),
    itemNames: paper.items.map(({ name }) => name),
    at: new Date(),
  });
  return true;
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

type Scoring = { readonly key: readonly KeyEntry[]; readonly keyVersion: number; readonly sums: ScoreSums };

/** The key in the paper's order; an item without an entry is scored by nobody, as an essay is. */
function createScoring(paper: PaperDocument, key: KeyDocument): Scoring {
  const entries = new Map(key.entries.map((entry) => [entry.item, entry]));
  const inOrder = paper.items.map(({ number }): KeyEntry => entries.get(number) ?? { item: number, kind: 'essay' });
  const options = new Map(paper.items.map((item) => [item.number, optionsOf(item)]));
  return { key: inOrder, keyVersion: key.version, sums: emptySums(analysedItems(inOrder, options)) };
}

function optionsOf({ options }: Item): string[] {
  return options.map(({ id }) => id);
}

async function scoreOne(store: ScoringStores, scoring: Scoring, sheet: SheetDocument): Promise<ResultDocument> {
  const { _id, planId } = sheet;
  const answers = await store.answers.byVector(planId, _id, sheet.vector ?? []);
  const scored = scoreSheet(scoring.key, new Map(answers.map(({ item, response }) => [item, response])));
  add(scoring.sums, scored);
  return {
    _id: `${_id}.${scoring.keyVersion}`,
    planId,
    examineeId: _id,
    keyVersion: scoring.keyVersion,
    points: scored.total,
    itemPoints: scored.items.map(({ points }) => points),
    at: new Date(),
  };
}

/** Who never came keeps an empty sheet, and does not count. */
function isCounted({ state }: SheetDocument): boolean {
  return state === 'settled' || state === 'scored';
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
