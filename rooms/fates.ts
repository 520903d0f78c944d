// Who waits for what becomes of some answers of a seat, and hears it once: requests over HTTP, which have no socket on which
// it could be told later. Told by the seat's receiver; nothing waits for longer than it said.
import type { Seat } from './live-room.ts';

/** What an answer came to that was taken. Only `saved` and `superseded` are durable. */
export type Fate = 'saved' | 'superseded' | 'ANSWER_CONFLICT' | 'ANSWER_REFUSED';

/** Calls the work after so many ms, and returns what takes that back: the room's own clock. */
export type After = (ms: number, work: () => void) => () => void;

type Waiter = { readonly open: Set<number>; readonly fates: Map<number, Fate>; done(): void };

const waiters = new WeakMap<Seat, Set<Waiter>>();

/** This revision of the seat's came to this. */
export function noteFate(seat: Seat, revision: number, fate: Fate): void {
  for (const waiter of waiters.get(seat) ?? []) {
    if (!waiter.open.delete(revision)) continue;
    waiter.fates.set(revision, fate);
    if (waiter.open.size === 0) waiter.done();
  }
}

/** What these came to by then; what is not known after `mostMs` is left out. Ask in the turn in which they were taken. */
export function fatesOf(
  seat: Seat,
  revisions: readonly number[],
  mostMs: number,
  after: After,
): Promise<ReadonlyMap<number, Fate>> {
  const fates = new Map<number, Fate>();
  if (revisions.length === 0) return Promise.resolve(fates);
  const own = waiters.get(seat) ?? new Set();
  waiters.set(seat, own);
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      own.delete(waiter);
      resolve(fates);
    };
    const waiter: Waiter = { open: new Set(revisions), fates, done };
    const cancel = after(mostMs, done);
    own.add(waiter);
  });
}
