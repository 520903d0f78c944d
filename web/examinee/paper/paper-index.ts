// The paper as it is gone through: items in their order, the section of each, and where one may go. Pure.
import type { Item } from '../../../schema/answers.ts';
import type { Navigation } from '../../../schema/navigation.ts';
import type { Section } from '../../../schema/paper.ts';
import type { PaperReply } from '../../../schema/replies.ts';

/** Items in the paper's order; `sections` in the order of their first items. */
export type PaperIndex = { readonly items: readonly Item[]; readonly sections: readonly Section[] };

export function indexOf(paper: Pick<PaperReply, 'items' | 'sections'>): PaperIndex {
  const items = [...paper.items].sort((one, other) => one.number - other.number);
  const sections = [...paper.sections].sort((one, other) => one.fromItem - other.fromItem);
  return { items, sections };
}

/** The section that the item of this number lies in; undefined before the first one. */
export function sectionOf({ sections }: PaperIndex, number: number): Section | undefined {
  return sections.findLast(({ fromItem }) => fromItem <= number);
}

/** Items by section, in order; those before the first section under undefined. */
export function bySection(
  index: PaperIndex,
): readonly { readonly section: Section | undefined; readonly items: readonly Item[] }[] {
  const groups: { section: Section | undefined; items: Item[] }[] = [];
  for (const item of index.items) {
    const section = sectionOf(index, item.number);
    const last = groups.at(-1);
    if (last !== undefined && last.section === section) last.items.push(item);
    else groups.push({ section, items: [item] });
  }
  return groups;
}

/** Whether the item at `to` may be looked at, from the furthest that was reached. Places count from 0. */
export function mayGo(navigation: Navigation, reached: number, to: number): boolean {
  return navigation === 'free' || to === reached || to === reached + 1;
}

/** The furthest place that was reached: what was seen at this device, or answered at any. */
export function reachedPlace({ items }: PaperIndex, seen: number, answered: readonly number[]): number {
  const last = items.findLastIndex(({ number }) => answered.includes(number));
  return Math.min(Math.max(seen, last, 0), Math.max(0, items.length - 1));
}
