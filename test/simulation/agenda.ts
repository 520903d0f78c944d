// Simulated time: what is due, in the order of its instants, one thing after the other. Nothing here waits, and the same
// calls come in the same order each time. Called by everything of the simulation.

type Due = { readonly at: number; readonly order: number; readonly call: () => void };

export type Agenda = {
  /** The true time, epoch ms; processes and devices have clocks of their own. */
  now(): number;
  /** Calls at this instant, or now where it has passed; of one instant in the order of asking. */
  at(instant: number, call: () => void): void;
  after(delayMs: number, call: () => void): void;
  /** Does what is due until `isOver` or until the instant has come. Returns how many things it did. */
  run(until: number, isOver: () => boolean): number;
};

/** An agenda whose time begins at this instant. */
export function createAgenda(start: number): Agenda {
  const heap: Due[] = [];
  let time = start;
  let order = 0;

  function at(instant: number, call: () => void): void {
    const due = { at: Math.max(instant, time), order: ++order, call };
    let place = heap.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, due)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = due;
  }

  function take(): Due | undefined {
    const [first] = heap;
    const last = heap.pop();
    if (first === last || last === undefined) return first;
    sink(last);
    return first;
  }

  /** From the top, where nothing stands, to its place. */
  function sink(due: Due): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      let least = heap[child];
      if (least === undefined) break;
      const other = heap[child + 1];
      if (other !== undefined && isBefore(other, least)) {
        child++;
        least = other;
      }
      if (isBefore(due, least)) break;
      heap[place] = least;
      place = child;
    }
    heap[place] = due;
  }

  return {
    now: () => time,
    at,
    after: (delayMs, call) => at(time + delayMs, call),
    run(until, isOver) {
      let count = 0;
      while (!isOver()) {
        const due = take();
        if (due === undefined || due.at > until) break;
        time = due.at;
        due.call();
        count++;
      }
      return count;
    },
  };
}

function isBefore(one: Due, other: Due): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
