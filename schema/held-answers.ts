// What a fenced device still held when another one went on, and what became of each of its answers. Shapes alone; the rule
// is exam/held-answer.ts.

/**
 * `held`: stored, and nobody has looked yet. `offered`: the live session has written the item since, so a person chooses.
 * `applied`: it is the item's answer under the live session. `taken`: the person writes it anew. `dropped`: the person does
 * not want it. `outdated`: a later answer of the same device is known, or the same one. `refused`: it fits no item.
 */
export const HELD_STATES = ['held', 'offered', 'applied', 'taken', 'dropped', 'outdated', 'refused'] as const;
export type HeldState = (typeof HELD_STATES)[number];

/** Those of which nothing has been decided. */
export const UNDECIDED: readonly HeldState[] = ['held', 'offered'];

export const HELD_CHOICES = ['take', 'drop'] as const;
export type HeldChoice = (typeof HELD_CHOICES)[number];
