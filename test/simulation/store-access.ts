// The way from a process to the store and back: it takes time, the request may be lost, and so may the word that it was
// done. Who asked then knows nothing. Nothing happens while the store is down. Called by all that asks the store.
import type { Agenda } from './agenda.ts';
import type { Chance } from './chance.ts';
import type { Process } from './processes.ts';

export type Outcome<T> = { readonly done: true; readonly value: T } | { readonly done: false };
const UNKNOWN = { done: false } as const;

/** How bad it is on the way, as probabilities. */
export type Badness = { lostRequest: number; lostReply: number };

export type StoreAccess = {
  /** Does the work in the store in one moment; `then` comes in the same life of the process, or never. */
  ask<T>(by: Process, work: () => T, then: (outcome: Outcome<T>) => void): void;
  /** Calls when the store has done the next request of this process, before that hears of it. */
  amid(by: Process, call: () => void): void;
  /** Nothing reaches the store until then. */
  goDown(until: number): void;
  readonly badness: Badness;
};

const FAILS_AFTER_MS = 400;

export function createStoreAccess(agenda: Agenda, chance: Chance): StoreAccess {
  let downUntil = 0;
  let amid: { readonly by: Process; readonly call: () => void } | undefined;
  const badness: Badness = { lostRequest: 0, lostReply: 0 };
  return {
    badness,
    amid(by, call) {
      amid = { by, call };
    },
    goDown(until) {
      downUntil = Math.max(downUntil, until);
    },
    ask(by, work, then) {
      const wayMs = chance.between(1, 20);
      const isLost = chance.happens(badness.lostRequest);
      const isReplyLost = chance.happens(badness.lostReply);
      const reply = by.bound(then);
      agenda.after(wayMs, () => {
        if (isLost || agenda.now() < downUntil) return reply(FAILS_AFTER_MS, UNKNOWN);
        const value = work();
        if (amid?.by === by) {
          amid.call();
          amid = undefined;
        }
        if (isReplyLost) reply(FAILS_AFTER_MS, UNKNOWN);
        else reply(wayMs, { done: true, value });
      });
    },
  };
}
