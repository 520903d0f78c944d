// Reads shared by those who ask at about the same time: a whole hall enters one plan within seconds. What it gives is
// at most `lifeMs` old, so it is for what may be a second late, never for a compare-and-set.

export type ShortCache<T> = { get(id: string): Promise<T> };

const MOST = 5_000;

/** One read of an id at a time; a failed read is forgotten at once. `now` in ms, monotonic. */
export function createShortCache<T>(
  read: (id: string) => Promise<T>,
  lifeMs: number,
  now: () => number = () => performance.now(),
): ShortCache<T> {
  const known = new Map<string, { readonly value: Promise<T>; readonly readAt: number }>();
  return {
    get(id) {
      const cached = known.get(id);
      if (cached !== undefined && now() - cached.readAt < lifeMs) return cached.value;
      if (known.size >= MOST) known.clear();
      const entry = { value: read(id), readAt: now() };
      known.set(id, entry);
      entry.value.catch(() => {
        if (known.get(id) === entry) known.delete(id);
      });
      return entry.value;
    },
  };
}
