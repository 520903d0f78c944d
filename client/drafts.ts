// When a text that is still being typed is sent: one second after the last key, ten seconds after the first unsent one at
// the latest, and in time before the deadline. Pure: monotonic ms are given. Called by session.

/** Lengths in ms. From `lastCallMs` before the deadline on, spread by `spreadMs` so that a room does not send as one, texts go at once. */
export const DRAFT_WAITS = {
  quietMs: 1_000,
  mostMs: 10_000,
  lastCallMs: 1_500,
  spreadMs: 1_000,
  lastQuietMs: 100,
} as const;

export type Drafts = {
  /** When this item's text, typed now, is due. `deadline` is monotonic, undefined where none is known. */
  dueAt(item: number, now: number, deadline: number | undefined): number;
  /** The item's text was sent: the next key is the first of a new draft. */
  sent(item: number): void;
  /** The instant at which all drafts must go; undefined where no deadline is known. */
  lastCall(deadline: number | undefined): number | undefined;
};

/** `random` in [0, 1) is this session's place in the spread. */
export function createDrafts(random: number): Drafts {
  const firstKeyAt = new Map<number, number>();
  const lastCall = (deadline: number | undefined) =>
    deadline === undefined ? undefined : deadline - DRAFT_WAITS.lastCallMs - random * DRAFT_WAITS.spreadMs;
  return {
    dueAt(item, now, deadline) {
      const first = firstKeyAt.get(item) ?? now;
      firstKeyAt.set(item, first);
      const last = lastCall(deadline);
      if (last !== undefined && now >= last) return now + DRAFT_WAITS.lastQuietMs;
      return Math.min(now + DRAFT_WAITS.quietMs, first + DRAFT_WAITS.mostMs, last ?? Number.POSITIVE_INFINITY);
    },
    sent: (item) => void firstKeyAt.delete(item),
    lastCall,
  };
}
