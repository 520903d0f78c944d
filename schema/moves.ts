// A move from one room of a plan to another: what goes along with a person. Who may, and what follows, is said by
// exam/moving.ts.

/** What stood still for one person by name, and goes on standing in the new room until somebody there ends it. */
export const CARRIED_HOLDS = ['person', 'lock'] as const;
export type CarriedHold = (typeof CARRIED_HOLDS)[number];

/**
 * One person's time at the instant of the move, in ms. `leftMs`: what the clock showed; null where it had not begun, and then
 * `addedMs` is what controls of the old room had added.
 */
export type Carried = {
  readonly leftMs: number | null;
  readonly addedMs: number;
  readonly holds: readonly CarriedHold[];
};

/** Stored with the room that they leave, by examinee, before anything is carried out. */
export type Move = {
  readonly fromRoomId: string;
  readonly toRoomId: string;
  /** The seat there, which is promised to the one who goes. */
  readonly seat?: string;
  readonly carried: Readonly<Record<string, Carried>>;
};

/**
 * Stored with the examinee, in the one write that moves: the new room takes it from there. `count` counts
 * the moves of this person, `leftRoomIds` are all rooms that they have left.
 */
export type Moved = Carried & {
  readonly controlId: string;
  readonly fromRoomId: string;
  /** From when on the new room's time counts, epoch ms. */
  readonly at: number;
  readonly count: number;
  readonly leftRoomIds: readonly string[];
};
