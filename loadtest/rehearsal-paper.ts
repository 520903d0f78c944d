// A generated paper for rehearsals: items of the usual kinds that ask nothing real, so that no question of a real exam
// leaks through a rehearsal, and responses that fit them. Called by the bots' runner, the storm and the demo.
import type { Item, KeyEntry, Response } from '../schema/answers.ts';
import { between, pick, type Random } from './random.ts';

const OPTIONS = ['A', 'B', 'C', 'D'].map((id) => ({ id, text: `option ${id}` }));
const WORDS = ['room', 'river', 'letter', 'winter', 'bridge', 'garden', 'number', 'window', 'paper', 'silver'];
const ESSAY_WORDS = { least: 8, most: 60 } as const;

/** So many items, four of five with one right option, the others in turn of several options, text, number and essay. */
export function rehearsalPaper(itemCount: number): { items: Item[]; key: KeyEntry[] } {
  const items = Array.from({ length: itemCount }, (_, index) => rehearsalItem(index + 1));
  return { items, key: items.flatMap((item) => keyEntry(item) ?? []) };
}

const KINDS = ['multipleChoice', 'shortText', 'number', 'essay'] as const;

function rehearsalItem(number: number): Item {
  const kind = number % 5 === 0 ? (KINDS[(number / 5 - 1) % KINDS.length] ?? 'essay') : 'singleChoice';
  const options = kind === 'singleChoice' || kind === 'multipleChoice' ? OPTIONS : [];
  return { number, name: `item ${number}`, kind, text: `Rehearsal item ${number}.`, options };
}

/** The right response of a generated item; undefined for an essay, which no machine scores. */
function keyEntry({ number, kind }: Item): KeyEntry | undefined {
  const item = { item: number, points: 1_000 };
  switch (kind) {
    case 'singleChoice':
      return { ...item, kind, correct: 'A' };
    case 'multipleChoice':
      return { ...item, kind, correct: ['A', 'C'] };
    case 'shortText':
      return { ...item, kind, correct: WORDS.slice(0, 3) };
    case 'number':
      return { ...item, kind, correct: 5, tolerance: 2 };
    case 'essay':
    case 'file':
      return undefined;
  }
}

/** A response that fits this item. */
export function anyResponse(item: Item, random: Random): Response {
  switch (item.kind) {
    case 'singleChoice':
      return pick(random, item.options)?.id ?? null;
    case 'multipleChoice':
      return item.options.filter(() => random() < 0.5).map(({ id }) => id);
    case 'shortText':
      return pick(random, WORDS) ?? null;
    case 'number':
      return between(random, 0, 10);
    case 'essay':
      return essay(random);
    case 'file':
      return null; // a file has to be brought first
  }
}

function essay(random: Random): string {
  const length = between(random, ESSAY_WORDS.least, ESSAY_WORDS.most);
  return `${Array.from({ length }, () => pick(random, WORDS)).join(' ')}.`;
}
