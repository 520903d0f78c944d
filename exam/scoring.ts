// Scoring: a response against its key entry gives points, in integer thousandths of a point. Rules of the entry: what it is
// worth, part of it for a part of a multiple choice, a penalty for what is wrong, and items that were voided.
// Pure: no clock, no I/O. It must never send a key anywhere, and never give a fraction of a thousandth.
// Called by whoever scores a settled sheet, and by the statistics of a running exam.

/** A response as an examinee gives it: an option or a text, the options of a multiple choice, or a number. */
export type Response = string | string[] | number;

/** An item by its number in the paper, or by its name where there is no paper (a recorded exam). */
export type ItemId = number | string;

type EntryBase = {
  item: ItemId;
  /** Points for a right response, in integer thousandths, 0 or more; 1000 (one point) if not given. */
  points?: number | undefined;
  /** What a wrong response takes away, in integer thousandths; an omitted one costs nothing. */
  penalty?: number | undefined;
  /** `everybody` has all of its points; for `nobody` it counts. */
  voided?: 'everybody' | 'nobody' | undefined;
};

/** What is right for one item, by the item's kind. The key document of schema/ is one. An essay or a file with points is marked by people, one without counts for nobody. */
export type KeyEntry = EntryBase &
  (
    | { kind: 'singleChoice'; correct: string; alsoCorrect?: readonly string[] | undefined }
    | { kind: 'multipleChoice'; correct: readonly string[]; partial?: 'none' | 'share' | 'balance' | undefined }
    | { kind: 'shortText'; correct: readonly string[]; unmatched?: 'mark' | undefined }
    | { kind: 'number'; correct: number; tolerance?: number | undefined }
    | { kind: 'essay' | 'file'; correct?: null | undefined }
  );

/** One item of a scored sheet. */
export type ScoredResponse = {
  item: ItemId;
  /** Integer thousandths, below 0 where a penalty was taken; null where it counts for nobody, or waits for a mark. */
  points: number | null;
  /** The options chosen, each once; empty for an answered item without options; null if it was omitted. */
  chosen: readonly string[] | null;
};

/** A whole sheet, its items in the key's order. `total` is the sum of the points, in thousandths; `unmarked` are the items that wait for people. */
export type ScoredSheet = { total: number; items: ScoredResponse[] };
export type MarkedSheet = ScoredSheet & { unmarked: ItemId[] };

const DEFAULT_POINTS = 1000;

/** The most that an item gives, in integer thousandths; null where it counts for nobody: an essay or a file without points, or an item voided so. */
export function maxPoints(entry: KeyEntry): number | null {
  if (entry.voided === 'nobody') return null;
  return isByHand(entry) ? (entry.points ?? null) : (entry.points ?? DEFAULT_POINTS);
}

/** Whether nothing was answered: no response, a blank text, or no option. The number 0 is an answer. */
export function isOmitted(response: Response | null | undefined): response is null | undefined {
  if (response === null || response === undefined) return true;
  if (typeof response === 'number') return false;
  return typeof response === 'string' ? response.trim() === '' : response.length === 0;
}

/** What no key decides, whatever was answered. */
function isByHand({ kind }: KeyEntry): boolean {
  return kind === 'essay' || kind === 'file';
}

/** Whether people mark this response: an essay or a file that counts, or a short text that the key leaves to them. */
export function needsMark(entry: KeyEntry, response: Response | null | undefined): boolean {
  if (entry.voided !== undefined || isOmitted(response) || maxPoints(entry) === null) return false;
  return isByHand(entry) || (isLeftToPeople(entry) && shareOf(entry, response).parts === 0);
}

/** Whether responses to this item may need a mark. */
export function isLeftToPeople(entry: KeyEntry): boolean {
  if (entry.voided !== undefined || maxPoints(entry) === null) return false;
  return isByHand(entry) || (entry.kind === 'shortText' && entry.unmatched === 'mark');
}

/**
 * Points of one response in integer thousandths. An omitted response gives 0, and so does one of another type than the
 * item's kind, less the penalty; what people mark gives null.
 */
export function scoreResponse(entry: KeyEntry, response: Response | null | undefined): number | null {
  const max = maxPoints(entry);
  if (max === null || needsMark(entry, response)) return null;
  if (entry.voided === 'everybody') return max;
  if (isOmitted(response)) return 0;
  const { parts, of } = shareOf(entry, response);
  return parts === 0 ? 0 - (entry.penalty ?? 0) : Math.floor((max * parts) / of);
}

/**
 * Scores every item of the key; `responses` is by item, and so are the points of `marks`. An item without a response is
 * omitted, and a response to an item that the key does not have counts for nothing.
 */
export function scoreSheet(
  key: readonly KeyEntry[],
  responses: ReadonlyMap<ItemId, Response | null | undefined>,
): ScoredSheet {
  const { total, items } = scoreMarked(key, responses, new Map());
  return { total, items };
}

/** The same with what people gave, in thousandths by item; what still waits for them is named. */
export function scoreMarked(
  key: readonly KeyEntry[],
  responses: ReadonlyMap<ItemId, Response | null | undefined>,
  marks: ReadonlyMap<ItemId, number>,
): MarkedSheet {
  const unmarked: ItemId[] = [];
  const items = key.map((entry) => {
    const response = responses.get(entry.item);
    const isMarked = needsMark(entry, response);
    const points = isMarked ? (marks.get(entry.item) ?? null) : scoreResponse(entry, response);
    if (isMarked && points === null) unmarked.push(entry.item);
    return { item: entry.item, points, chosen: chosenOptions(entry, response) };
  });
  return { total: items.reduce((sum, { points }) => sum + (points ?? 0), 0), items, unmarked };
}

/** How many parts of it are right. Whole numbers, so that no third is rounded before it is a third of the points. */
function shareOf(entry: KeyEntry, response: Response): { parts: number; of: number } {
  if (isCorrect(entry, response)) return { parts: 1, of: 1 };
  if (entry.kind !== 'multipleChoice' || !Array.isArray(response)) return { parts: 0, of: 1 };
  const right = new Set(entry.correct);
  const chosen = [...new Set(response)];
  const hits = chosen.filter((option) => right.has(option)).length;
  return { parts: partsOf(entry.partial, hits, chosen.length - hits), of: Math.max(1, right.size) };
}

function partsOf(partial: 'none' | 'share' | 'balance' | undefined, hits: number, misses: number): number {
  switch (partial) {
    case 'share':
      return misses > 0 ? 0 : hits;
    case 'balance':
      return Math.max(0, hits - misses);
    default:
      return 0;
  }
}

function isCorrect(entry: KeyEntry, response: Response): boolean {
  switch (entry.kind) {
    case 'singleChoice':
      return typeof response === 'string' && [entry.correct, ...(entry.alsoCorrect ?? [])].includes(response);
    case 'multipleChoice':
      return Array.isArray(response) && isSameSet(new Set(response), new Set(entry.correct));
    case 'shortText':
      return typeof response === 'string' && entry.correct.map(foldText).includes(foldText(response));
    case 'number':
      return (
        typeof response === 'number' &&
        Number.isFinite(response) &&
        isWithin(response, entry.correct, entry.tolerance ?? 0)
      );
    case 'essay':
    case 'file':
      return false;
  }
}

function chosenOptions(entry: KeyEntry, response: Response | null | undefined): readonly string[] | null {
  if (isOmitted(response)) return null;
  if (entry.kind === 'singleChoice' && typeof response === 'string') return [response];
  if (entry.kind === 'multipleChoice' && Array.isArray(response)) return [...new Set(response)];
  return [];
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((member) => b.has(member));
}

/** Upper case first, so that ß meets SS and both Greek sigmas meet; the Turkish dotless i folds to i. */
function foldText(text: string): string {
  return text.normalize('NFC').trim().toUpperCase().toLowerCase().normalize('NFC');
}

/** The bounds are inside. A few units in the last place are given away, so that 1.1 is within 0.1 of 1. */
function isWithin(response: number, correct: number, tolerance: number): boolean {
  const rounding = 4 * Number.EPSILON * Math.max(Math.abs(response), Math.abs(correct));
  return Math.abs(response - correct) <= tolerance + rounding;
}
