// Reads shared by those who ask at about the same time: a whole hall enters one plan within seconds. What it gives is
// at most `lifeMs` old (with `behindMs` that much more), so it is for what may be a second late, never for a compare-and-set.

export type ShortCache<T> = { get(id: string): Promise<T> };

const MOST = 5_000;

type Known<T> = { readonly value: Promise<T>; readonly readAt: number; isFollowed: boolean };

/**
 * One read of an id at a time; a failed read is forgotten at once. For `behindMs` after its life a value is given while the
 * next one is read, so that nobody waits for what many ask for again and again. `now` in ms, monotonic.
 */
export function createShortCache<T>(
  read: (id: string) => Promise<T>,
  lifeMs: number,
  now: () => number = () => performance.now(),
  behindMs = 0,
): ShortCache<T> {
  const known = new Map<string, Known<T>>();

  function begin(id: string): Known<T> {
    const entry = { value: read(id), readAt: now(), isFollowed: false };
    entry.value.catch(() => {
      if (known.get(id) === entry) known.delete(id);
    });
    return entry;
  }

  /** The next value takes its place when it is there. */
  function follow(id: string, cached: Known<T>): void {
    if (cached.isFollowed) return;
    cached.isFollowed = true;
    const next = begin(id);
    next.value.then(
      () => known.set(id, next),
      () => known.delete(id),
    );
  }
  return {
    get(id) {
      const cached = known.get(id);
      const age = cached === undefined ? Number.POSITIVE_INFINITY : now() - cached.readAt;
      if (cached !== undefined && age < lifeMs + behindMs) {
        if (age >= lifeMs) follow(id, cached);
        return cached.value;
      }
      if (known.size >= MOST) known.clear();
      const entry = begin(id);
      known.set(id, entry);
      return entry.value;
    },
  };
}
