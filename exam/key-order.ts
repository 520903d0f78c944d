// A key in the order of its paper, an entry for each item. Pure. Called by who scores and by who looks what waits for marks.
import type { Item, KeyEntry as StoredEntry } from '../schema/answers.ts';
import type { KeyEntry } from './scoring.ts';

/** An item without an entry counts for nobody. */
export function keyInOrder(items: readonly Pick<Item, 'number'>[], entries: readonly StoredEntry[]): KeyEntry[] {
  const byItem = new Map<number, KeyEntry>(entries.map((entry) => [entry.item, entry]));
  return items.map(({ number }): KeyEntry => byItem.get(number) ?? { item: number, kind: 'essay' });
}
