// Which answers of a plan wait for people: those that count on settled sheets, that no key decides, and whose marks do not
// say yet what counts. Read page by page. Called by the statistics worker, before it scores, and by the api.
import { type MarkState, markState } from '../exam/marking.ts';
import { isLeftToPeople, type KeyEntry, needsMark } from '../exam/scoring.ts';
import type { MarkDocument } from '../schema/documents/mark.ts';
import type { SheetDocument } from '../schema/documents/sheet.ts';
import type { CurrentAnswer } from './answers.ts';
import { markId } from './marks.ts';
import type { Store } from './open-store.ts';

type Stores = Pick<Store, 'sheets' | 'answers' | 'marks'>;

export type Unmarked = {
  readonly examineeId: string;
  readonly roomId: string;
  readonly answer: CurrentAnswer;
  readonly state: Exclude<MarkState, 'marked'>;
  readonly marks: MarkDocument['marks'];
};

const SHEETS_A_PAGE = 100;

/** After this examinee (all without one), in the order of examinees and then of items; at most one page of sheets is in memory. */
export async function* unmarkedOf(
  stores: Stores,
  planId: string,
  key: readonly KeyEntry[],
  after?: string,
): AsyncGenerator<Unmarked> {
  const entries = new Map(key.filter(isLeftToPeople).map((entry) => [entry.item, entry]));
  if (entries.size === 0) return;
  let from = after;
  for (;;) {
    const sheets = await stores.sheets.byPlan(planId, { after: from, limit: SHEETS_A_PAGE });
    yield* unmarkedIn(stores, planId, entries, sheets.filter(isCounted));
    from = sheets.at(-1)?._id;
    if (sheets.length < SHEETS_A_PAGE) return;
  }
}

/** How many there are. */
export async function countUnmarked(stores: Stores, planId: string, key: readonly KeyEntry[]): Promise<number> {
  let count = 0;
  for await (const _ of unmarkedOf(stores, planId, key)) count++;
  return count;
}

/** Whose answers are scored: who never came keeps an empty sheet, and does not count. */
export function isCounted({ state }: Pick<SheetDocument, 'state'>): boolean {
  return state === 'settled' || state === 'scored';
}

async function* unmarkedIn(
  { answers, marks }: Stores,
  planId: string,
  entries: ReadonlyMap<number | string, KeyEntry>,
  sheets: readonly SheetDocument[],
): AsyncGenerator<Unmarked> {
  const vectors = sheets.map(({ _id, vector }) => {
    return [_id, (vector ?? []).filter(([item]) => entries.has(item))] as const;
  });
  const [given, found] = await Promise.all([
    answers.byVectors(planId, vectors),
    marks.of(vectors.filter(([, vector]) => vector.length > 0).map(([examineeId]) => examineeId)),
  ]);
  const marked = new Map(found.map((one) => [one._id, one]));
  for (const { _id: examineeId, roomId } of sheets)
    for (const answer of given.get(examineeId) ?? []) {
      const entry = entries.get(answer.item);
      const before = marked.get(markId(examineeId, answer.item));
      const state = markState(before, answer.revision);
      if (entry === undefined || state === 'marked' || !needsMark(entry, answer.response)) continue;
      yield { examineeId, roomId, answer, state, marks: before?.revision === answer.revision ? before.marks : [] };
    }
}
