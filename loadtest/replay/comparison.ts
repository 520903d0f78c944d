// Whether the store holds what the file says: every final answer, one by one, and everybody's points. An omitted item is
// one without an answer, or with one that was taken back. Pure. Called by the replay after the end.
import type { Response } from '../../schema/answers.ts';

/** Places at which the store lacks an answer, and those at which it has another one, or other points. */
export type Comparison = { compared: number; lost: number; different: number; examples: string[] };

const EXAMPLES = 10;

/** Nothing compared yet. */
export function emptyComparison(): Comparison {
  return { compared: 0, lost: 0, different: 0, examples: [] };
}

/** Compares one examinee's sheet with the recorded responses, item 1 first, and adds it to `comparison`. */
export function compareSheet(
  comparison: Comparison,
  label: string,
  recorded: readonly (string | null)[],
  stored: readonly { item: number; response: Response }[],
): void {
  const byItem = new Map(stored.map(({ item, response }) => [item, response]));
  recorded.forEach((response, index) => {
    comparison.compared += 1;
    const found = byItem.get(index + 1) ?? null;
    if (found === response) return;
    const kind = found === null ? 'lost' : 'different';
    comparison[kind] += 1;
    if (comparison.examples.length < EXAMPLES) comparison.examples.push(`${label}, item ${index + 1}: ${kind}`);
  });
  const foreign = stored.filter(({ item }) => item < 1 || item > recorded.length).length;
  comparison.different += foreign;
}

/** Compares one examinee's points, in thousandths, with what the recorded responses are worth at one point an item. */
export function compareScore(
  comparison: Comparison,
  label: string,
  recorded: readonly (string | null)[],
  key: readonly string[],
  points: number | undefined,
): void {
  const expected = recorded.filter((response, index) => response !== null && response === key[index]).length * 1_000;
  if (points === expected) return;
  comparison.different += 1;
  const found = points === undefined ? 'no result' : `${points / 1_000} points`;
  if (comparison.examples.length < EXAMPLES) comparison.examples.push(`${label}: ${found}, not ${expected / 1_000}`);
}
