// What an outbox keeps on its device, and how changes apply to it. Rows belong to one examinee each, so that the next
// person at the same device never sees or sends them. Implemented by outbox-memory, -file and -indexeddb.
import type { Answer } from '../schema/answers.ts';

/**
 * One unsaved answer. `at` is the device's clock, for people only. `held` ones are kept and never sent by themselves.
 * `written`: under which revision it was first written, where a reload or a choice has given it another one.
 */
export type OutboxEntry = Answer & {
  readonly written?: number;
  readonly examineeId: string;
  readonly at: number;
  readonly place: 'outbox' | 'held';
};

/** For whom an export of a session is sealed (client/sealed-export.ts): the plan's public key, and whose session it is. */
export type SealingTarget = {
  readonly planId: string;
  readonly roomId: string;
  readonly keyId: string;
  readonly publicKey: string;
  readonly proof: string;
};

/**
 * The last session of an examinee on this device: its fence, and a counter not below any revision it may have sent. `target` is
 * missing from rows of older programmes.
 */
export type StoredSession = {
  readonly examineeId: string;
  readonly fence: number;
  readonly counter: number;
  readonly target?: SealingTarget;
};

export type OutboxChange =
  | { readonly kind: 'put'; readonly entry: OutboxEntry }
  | { readonly kind: 'remove'; readonly examineeId: string; readonly revision: number }
  /** The session has its fence: its entry is confirmed, and the entry id forgotten. */
  | { readonly kind: 'session'; readonly session: StoredSession }
  /** About to enter with this id. */
  | { readonly kind: 'entering'; readonly entryId: string };

export type StoredOutbox = {
  /** An id that was about to be used for entering, with no answer seen: a programme that starts again uses it again. */
  readonly entryId: string | undefined;
  readonly sessions: readonly StoredSession[];
  readonly entries: readonly OutboxEntry[];
};

export type OutboxStorage = {
  /** Opens, and returns everything on this device. May be called again after `close`. */
  load(): Promise<StoredOutbox>;
  /** Applies all of the changes or none; durable against the end of this programme once it returns or resolves. */
  write(changes: readonly OutboxChange[]): void | Promise<void>;
  close(): Promise<void>;
};

/** A stored outbox that changes are folded into. */
export type OutboxFold = { apply(changes: readonly OutboxChange[]): void; stored(): StoredOutbox };

/** Folds changes in their order; the result of a prefix is what a kill at that moment leaves. */
export function createOutboxFold(): OutboxFold {
  const entries = new Map<string, OutboxEntry>();
  const sessions = new Map<string, StoredSession>();
  let entryId: string | undefined;
  const apply = (change: OutboxChange): void => {
    switch (change.kind) {
      case 'put':
        entries.set(`${change.entry.examineeId} ${change.entry.revision}`, change.entry);
        return;
      case 'remove':
        entries.delete(`${change.examineeId} ${change.revision}`);
        return;
      case 'session':
        sessions.set(change.session.examineeId, change.session);
        entryId = undefined;
        return;
      case 'entering':
        entryId = change.entryId;
    }
  };
  return {
    apply: (changes) => changes.forEach(apply),
    stored: () => ({ entryId, sessions: [...sessions.values()], entries: [...entries.values()] }),
  };
}
