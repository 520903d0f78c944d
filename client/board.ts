// A proctor's board as a plain map, made from the room's synchronised state: what changed is found by comparing, so that
// nothing here depends on how the state is encoded. Called by proctor.
import type { BoardRow } from '../schema/room-state.ts';

/** One examinee's row. Instants in epoch ms of the server's clock; `hold` is '' or what holds: plan, room, person, lock. */
export type BoardEntry = Pick<
  BoardRow,
  'examineeId' | 'label' | 'status' | 'link' | 'savedCount' | 'lastSeenAt' | 'deadlineAt' | 'heldSince' | 'hold'
>;

export type BoardChange =
  | { readonly kind: 'added' | 'changed'; readonly entry: BoardEntry }
  | { readonly kind: 'removed'; readonly examineeId: string };

export type Board = {
  all(): ReadonlyMap<string, BoardEntry>;
  /** Takes the state as it stands now; returns what is different from before. */
  synchronised(state: unknown): BoardChange[];
};

type State = { readonly board?: { forEach(call: (row: BoardEntry, examineeId: string) => void): void } };

/** An empty board. */
export function createBoard(): Board {
  const rows = new Map<string, BoardEntry>();
  return {
    all: () => rows,
    synchronised(state) {
      const changes: BoardChange[] = [];
      const gone = new Set(rows.keys());
      (state as State).board?.forEach((row, id) => {
        gone.delete(id);
        const known = rows.get(id);
        if (known !== undefined && isSame(known, row)) return;
        const entry = copyOf(row);
        rows.set(id, entry);
        changes.push({ kind: known === undefined ? 'added' : 'changed', entry });
      });
      for (const examineeId of gone) {
        rows.delete(examineeId);
        changes.push({ kind: 'removed', examineeId });
      }
      return changes;
    },
  };
}

function copyOf(row: BoardEntry): BoardEntry {
  const { examineeId, label, status, link, savedCount, lastSeenAt, deadlineAt, heldSince, hold } = row;
  return { examineeId, label, status, link, savedCount, lastSeenAt, deadlineAt, heldSince, hold };
}

function isSame(one: BoardEntry, other: BoardEntry): boolean {
  return (
    one.savedCount === other.savedCount &&
    one.lastSeenAt === other.lastSeenAt &&
    one.link === other.link &&
    one.status === other.status &&
    one.label === other.label &&
    one.deadlineAt === other.deadlineAt &&
    one.heldSince === other.heldSince &&
    one.hold === other.hold
  );
}
