// What another version of the scores changed for one person. Pure. Called by the worker that scores again.
import type { ItemId } from './scoring.ts';

/** Points in thousandths, null where the item counted for nobody. */
export type ItemChange = { readonly item: ItemId; readonly before: number | null; readonly after: number | null };
export type ScoreChange = { readonly before: number; readonly items: readonly ItemChange[] };

type Scores = { readonly points: number; readonly itemPoints: readonly (number | null)[] };

/** What differs, by item; undefined where nothing does. Both are of the same items in the same order. */
export function changeBetween(before: Scores, after: Scores, items: readonly ItemId[]): ScoreChange | undefined {
  const changed = items.flatMap((item, index): ItemChange[] => {
    const [was, is] = [before.itemPoints[index] ?? null, after.itemPoints[index] ?? null];
    return was === is ? [] : [{ item, before: was, after: is }];
  });
  return changed.length === 0 && before.points === after.points ? undefined : { before: before.points, items: changed };
}
