// Chance of one schedule: everything is drawn from its seed, in the order of asking. Whole numbers as seeds, because the
// making of a generator must cost nothing.

export type Chance = {
  /** Uniform in [0, 1). */
  fraction(): number;
  /** Whether something of this probability happens; draws nothing where it never does. */
  happens(probability: number): boolean;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** One of these, which are not empty. */
  oneOf<T>(from: readonly [T, ...T[]]): T;
};

/** Mulberry32. */
export function chanceOf(seed: number): Chance {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    fraction,
    happens: (probability) => probability > 0 && fraction() < probability,
    between: (least, most) => least + Math.floor(fraction() * (most - least + 1)),
    oneOf: <T>(from: readonly [T, ...T[]]) => from[Math.floor(fraction() * from.length)] ?? from[0],
  };
}
