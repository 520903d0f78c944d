// Waiting, for what is no room: rooms have the framework's clock.

/** Resolves after so many ms, at once where there are none. */
export function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
