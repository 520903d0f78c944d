// What people gave and what they were told, and what lies in the store afterwards: all that the invariants are judged by.
// Plain data, as it is written beside a failure. Instants are epoch ms of this machine unless they say otherwise.
import type { Response } from '../schema/answers.ts';
import type { ControlAction, Hold } from '../schema/controls.ts';

/** An answer as its person gave it, under the revision that it was sent by. */
export type Given = {
  readonly item: number;
  readonly revision: number;
  readonly response: Response;
  readonly at: number;
};

/** "Saved" as it was told. `isThere`: what a look into the store found right afterwards; missing where nobody looked. */
export type Saved = { readonly item: number; readonly revision: number; readonly at: number; isThere?: boolean };

/** A sheet as somebody was shown it: asked for at this instant, so that all that was acknowledged before must be in it. */
export type Read = {
  readonly askedAt: number;
  readonly answers: readonly { readonly item: number; readonly revision: number; readonly response: Response }[];
};

/** What a programme shows when all is quiet. */
export type Shown = {
  readonly link: string;
  readonly unsaved: number;
  readonly answers: readonly { item: number; revision: number; response: Response; state: string }[];
  /** Instants of the server's clock. */
  readonly deadlineAt: number;
  readonly heldSince: number;
  /** What it shows as left, and the instant at which it did. */
  readonly remainingMs: number;
  readonly at: number;
};

export type PersonHistory = {
  readonly examineeId: string;
  readonly roomId: string;
  readonly label: string;
  readonly given: readonly Given[];
  readonly saved: readonly Saved[];
  readonly reads: readonly Read[];
  /** Controls of which this person's programmes were told, by id. */
  readonly heard: readonly string[];
  /** `item.revision` of saved answers for which another content was sent, and called saved as well. */
  readonly believed: readonly string[];
  /** Bytes of somebody else's, or of the paper before its start, that came to this person. */
  readonly foreignBytes: number;
  readonly earlyBytes: number;
  /** Told as submitted, with what counts. */
  readonly submitted?: { readonly revisions: readonly (readonly [item: number, revision: number])[] };
  /** How long it took from the healing until this person was in and had nothing unsaved; undefined where it took too long. */
  readonly backAfterMs: number | undefined;
  /** Whether there was anything to come back from when all was healed. */
  readonly wasAway: boolean;
  readonly shown: Shown;
  /** How many of this person's items the proctor's board shows as saved; missing where it shows nobody. */
  readonly boardCount?: number;
};

/** A control as its proctor issued it, and what the proctor was told of it. */
export type ControlHistory = {
  readonly controlId: string;
  readonly roomId: string;
  readonly action: ControlAction;
  readonly examineeIds: readonly string[] | null;
  readonly extraMs: number;
  readonly issuedAt: number;
  /** When the programme said anything; undefined where it never did. */
  readonly answeredAt: number | undefined;
  readonly told: 'applied' | 'failed' | 'pending' | 'silent';
};

export type Exit = { readonly name: string; readonly at: number };

export type History = {
  readonly planId: string;
  readonly durationMs: number;
  readonly people: readonly PersonHistory[];
  readonly controls: readonly ControlHistory[];
  /** Processes that ended though nobody ended them. */
  readonly exits: readonly Exit[];
};

export type StoredAnswer = {
  readonly examineeId: string;
  readonly item: number;
  readonly revision: number;
  readonly hash: string;
  /** Null of a pruned one. */
  readonly response: Response;
  readonly isPruned: boolean;
};

export type StoredRoom = {
  readonly roomId: string;
  readonly startsAt: number;
  readonly holds: readonly Hold[];
  readonly adjustments: readonly { readonly controlId: string; readonly extraMs: number }[];
};

/** What is shown of one examinee to whoever watches: from Redis, and from the store's own display fields. */
export type LiveView = {
  readonly examineeId: string;
  readonly row: { readonly link: string; readonly savedCount: number };
  readonly display: { readonly link: string; readonly savedCount: number };
  /** The sheet in Redis; empty where none is there, and then whoever asks is answered from the store. */
  readonly sheet: readonly (readonly [item: number, revision: number])[];
};

/** What lies in the store when all is quiet. */
export type Stored = {
  readonly answers: readonly StoredAnswer[];
  readonly rooms: readonly StoredRoom[];
  readonly sheets: readonly {
    readonly examineeId: string;
    readonly state: string;
    readonly vector: readonly (readonly [item: number, revision: number])[] | null;
  }[];
  readonly receipts: readonly { readonly controlId: string; readonly roomId: string; readonly state: string }[];
  /** Of everybody, or of nobody where it was not looked at. */
  readonly live: readonly LiveView[];
};
