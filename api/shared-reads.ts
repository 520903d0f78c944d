// Reads shared by those who ask at once. Unlike the short cache it holds nothing back: each gets what was read after it had
// asked, so it is for what must hold at this moment, such as who has a session. Called by who-is-it.ts.

export type SharedReads<T> = { get(id: string): Promise<T> };

/**
 * One read of an id runs at a time; whoever asks while it runs shares the next one, which begins when that has ended. A read
 * that fails fails for those who share it alone.
 */
export function createSharedReads<T>(read: (id: string) => Promise<T>): SharedReads<T> {
  /** Until it has ended, however it ends. */
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<T>>();

  function begin(id: string): Promise<T> {
    waiting.delete(id);
    const value = read(id);
    const over = (): void => {
      if (running.get(id) === ended) running.delete(id);
    };
    const ended = value.then(over, over);
    running.set(id, ended);
    return value;
  }

  return {
    get(id) {
      const earlier = running.get(id);
      if (earlier === undefined) return begin(id);
      const next = waiting.get(id) ?? earlier.then(() => begin(id));
      waiting.set(id, next);
      return next;
    },
  };
}
