// Scoring: a response against its key entry gives points, in integer thousandths of a point.
// Pure: no clock, no I/O. It must never send a key anywhere, and never give part of an item's points.
// Called by whoever scores a settled sheet, and by the statistics of a running exam.

/** A response as an examinee gives it: an option or a text, the options of a multiple choice, or a number. */
export type Response = string | string[] | number;

/** An item by its number in the paper, or by its name where there is no paper (a recorded exam). */
export type ItemId = number | string;

type EntryBase = {
  item: ItemId;
  /** Points for a right response, in integer thousandths, 0 or more; 1000 (one point) if not given. */
  points?: number | undefined;
};

/** What is right for one item, by the item's kind. The key document of schema/ is one without essays. */
export type KeyEntry = EntryBase &
  (
    | { kind: 'singleChoice'; correct: string }
    | { kind: 'multipleChoice'; correct: readonly string[] }
    | { kind: 'shortText'; correct: readonly string[] }
    | { kind: 'number'; correct: number; tolerance?: number | undefined }
    | { kind: 'essay'; correct?: null | undefined }
  );

/** One item of a scored sheet. */
export type ScoredResponse = {
  item: ItemId;
  /** Integer thousandths; null where no machine scores it (an essay). */
  points: number | null;
  /** The options chosen, each once; empty for an answered item without options; null if it was omitted. */
  chosen: readonly string[] | null;
};

/** A whole sheet, its items in the key's order. `total` is the sum of the machine-scored points, in thousandths. */
export type ScoredSheet = { total: number; items: ScoredResponse[] };

const DEFAULT_POINTS = 1000;

/** The most that an item gives, in integer thousandths; null where no machine scores it (an essay). */
export function maxPoints(entry: KeyEntry): number | null {
  return entry.kind === 'essay' ? null : (entry.points ?? DEFAULT_POINTS);
}

/** Whether nothing was answered: no response, a blank text, or no option. The number 0 is an answer. */
export function isOmitted(response: Response | null | undefined): response is null | undefined {
  if (response === null || response === undefined) return true;
  if (typeof response === 'number') return false;
  return typeof response === 'string' ? response.trim() === '' : response.length === 0;
}

/**
 * Points of one response in integer thousandths: all of the entry's points or 0. An omitted response and one of
 * another type than the item's kind give 0; an essay gives null, answered or not.
 */
export function scoreResponse(entry: KeyEntry, response: Response | null | undefined): number | null {
  const max = maxPoints(entry);
  if (max === null) return null;
  return !isOmitted(response) && isCorrect(entry, response) ? max : 0;
}

/**
 * Scores every item of the key; `responses` is by item. An item without a response is omitted, and a response to
 * an item that the key does not have counts for nothing.
 */
export function scoreSheet(
  key: readonly KeyEntry[],
  responses: ReadonlyMap<ItemId, Response | null | undefined>,
): ScoredSheet {
  const items = key.map((entry) => {
    const response = responses.get(entry.item);
    return { item: entry.item, points: scoreResponse(entry, response), chosen: chosenOptions(entry, response) };
  });
  return { total: items.reduce((sum, { points }) => sum + (points ?? 0), 0), items };
}

function isCorrect(entry: KeyEntry, response: Response): boolean {
  switch (entry.kind) {
    case 'singleChoice':
      return response === entry.correct;
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
