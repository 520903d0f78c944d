// Which older revisions of a text item may lose their content, once newer ones are durable. Of each half minute the newest
// revision stays, and with it the current one; what a vector names stays as well. Pure. Called by the answers worker,
// which asks only while the sheet is in progress.

/** Of each period of this length, counted from the epoch, one revision keeps its content. */
export const PRUNING_PERIOD_MS = 30_000;

/** A durable revision of one item. `at` is the instant of its accepting, epoch ms. */
export type WrittenRevision = { readonly revision: number; readonly at: number };

/**
 * The revisions whose content may be emptied, ascending: those with a newer one in the same half minute, unless they are
 * `kept` (what a vector named before the sheet was reopened). The highest revision is never among them.
 */
export function prunableRevisions(
  written: readonly WrittenRevision[],
  kept: ReadonlySet<number> = new Set(),
): number[] {
  const newest = new Map<number, number>();
  for (const { revision, at } of written) {
    const period = periodOf(at);
    if (revision > (newest.get(period) ?? 0)) newest.set(period, revision);
  }
  const stays = new Set([...newest.values(), ...kept]);
  const prunable = new Set(written.map(({ revision }) => revision).filter((revision) => !stays.has(revision)));
  return [...prunable].sort((a, b) => a - b);
}

/** The number of the half minute that holds this instant. */
export function periodOf(at: number): number {
  return Math.floor(at / PRUNING_PERIOD_MS);
}
