// A proctor's board as a plain map, made from the room's synchronised state: what changed is found by comparing, so that
// nothing here depends on how the state is encoded. Called by proctor.
import type { BoardRow } from '../schema/room-state.ts';

/** One examinee's row, as schema/room-state.ts has it. Instants in epoch ms of the server's clock. */
export type BoardEntry = Pick<BoardRow, (typeof FIELDS)[number]>;

const FIELDS = [
  'examineeId',
  'label',
  'seat',
  'status',
  'link',
  'linkAt',
  'answeredCount',
  'savedCount',
  'unsavedCount',
  'unsavedSince',
  'deadlineAt',
  'heldSince',
  'hold',
  'admission',
  'device',
  'deviceWaitingSince',
  'clockAheadMs',
  'openIncidents',
  'worstSeverity',
  'noticeId',
  'notice',
  'unreachedCount',
  'takenBy',
  'attention',
  'reasons',
] as const satisfies readonly (keyof BoardRow)[];

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

/** Without a list of pairs: of hundreds of rows a second that is most of a page's garbage. */
function copyOf(row: BoardEntry): BoardEntry {
  const entry: Record<string, unknown> = {};
  for (const field of FIELDS) entry[field] = row[field];
  return entry as BoardEntry;
}

function isSame(one: BoardEntry, other: BoardEntry): boolean {
  return FIELDS.every((field) => one[field] === other[field]);
}
