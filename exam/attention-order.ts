// The order of labels, and of people who need a proctor: by score, then by label, then by id, so that it never depends on who
// came first. Pure; called by proctors' programmes and pages, by the report of a room and by the api.

type Ranked = { readonly attention: number; readonly label: string };

/** For sort: the highest attention first. `one` and `other` are equal only where id and everything else is. */
export function byAttention<T extends Ranked>(idOf: (ranked: T) => string): (one: T, other: T) => number {
  return (one, other) =>
    other.attention - one.attention || compareLabels(one.label, other.label) || compare(idOf(one), idOf(other));
}

/** Of one language, so that every machine has one order. */
const AS_PEOPLE_COUNT = new Intl.Collator('en', { numeric: true, caseFirst: 'upper' });

/** As people count, for sort: Examinee 2 before Examinee 10, A2 before A10. 0 only for the same label. */
export function compareLabels(one: string, other: string): number {
  return AS_PEOPLE_COUNT.compare(one, other) || compare(one, other);
}

/** By code units, the same on every machine whatever its language. */
function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
