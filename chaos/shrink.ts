// The smallest part of a list that still fails (ddmin: Zeller and Hildebrandt 2002), where trying it may come out one way
// and the other: a candidate fails if any of so many tries does. Pure: the trying is given. Called by run.ts.

export type Trial<T> = (candidate: readonly T[]) => Promise<boolean>;

/**
 * `fails` says whether a candidate fails; it is asked at most `mostTries` times. Returns what is left, and how often it was
 * asked. The whole list is taken to fail.
 */
export async function smallest<T>(
  all: readonly T[],
  fails: Trial<T>,
  mostTries: number,
): Promise<{ readonly left: readonly T[]; readonly tries: number }> {
  let left = all;
  let parts = 2;
  let tries = 0;
  while (left.length > 1 && tries < mostTries) {
    const found = await firstFailing(candidatesOf(left, parts), async (candidate) => {
      if (tries >= mostTries) return false;
      tries += 1;
      return fails(candidate);
    });
    if (found !== undefined) {
      parts = found.length < left.length / 2 + 1 ? 2 : Math.max(2, parts - 1);
      left = found;
    } else if (parts >= left.length) break;
    else parts = Math.min(left.length, parts * 2);
  }
  return { left, tries };
}

/** Each part alone, and then all but each part. */
function candidatesOf<T>(all: readonly T[], parts: number): T[][] {
  const size = Math.ceil(all.length / parts);
  const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, index) => [index * size, (index + 1) * size]);
  const alone = pieces.map(([from, to]) => all.slice(from, to));
  if (pieces.length <= 2) return alone;
  return [...alone, ...pieces.map(([from = 0, to = 0]) => [...all.slice(0, from), ...all.slice(to)])];
}

async function firstFailing<T>(candidates: readonly T[][], fails: Trial<T>): Promise<T[] | undefined> {
  for (const candidate of candidates) if (await fails(candidate)) return candidate;
  return undefined;
}
