// A recorded exam as what the API takes: items, key and roster. Labels of the file stay labels.
// What the system has no room for was refused when the file was read. Called by response-file.ts, the replay and its tests.
import { Item, type KeyEntry } from '../../schema/answers.ts';
import type { RehearsalRoom } from '../rehearsal.ts';
import type { RecordedExam } from './response-file.ts';

const FILLER = 'another option';
const SHARED_MOST = 8;

/**
 * The options of each item, in the items' order. A file knows only what somebody chose; where its items together know at
 * most eight options, as with A to D, each item has them all, so that one that nobody chose is counted as 0.
 */
export function optionsOf({ items }: RecordedExam): string[][] {
  const shared = [...new Set(items.flatMap(({ options }) => options))].sort();
  return items.map(({ options }) => withTwo(shared.length <= SHARED_MOST ? shared : options));
}

function withTwo(options: readonly string[]): string[] {
  return options.length < 2 ? [...options, FILLER] : [...options];
}

/** Items numbered from 1 in the file's order. Throws ZodError where the exam was not read by readResponseFile and does not fit. */
export function paperOf(exam: RecordedExam): Item[] {
  const options = optionsOf(exam);
  return exam.items.map(({ name }, index) => {
    const listed = options[index]?.map((option) => ({ id: option, text: option }));
    return Item.parse({ number: index + 1, name, kind: 'singleChoice', options: listed });
  });
}

/** One point for the right option of each item. */
export function keyOf(exam: RecordedExam): KeyEntry[] {
  return exam.items.map(({ name }, index) => {
    const correct = exam.key.get(name);
    if (correct === undefined) throw new RangeError(`item ${name} has no key`);
    return { item: index + 1, kind: 'singleChoice', correct, points: 1_000 };
  });
}

/** The rooms with the labels of their people. */
export function roomsOf(exam: RecordedExam): RehearsalRoom[] {
  return exam.rooms.map(({ label, examinees }) => ({
    label,
    examinees: examinees.map((person) => ({ label: person.label })),
  }));
}
