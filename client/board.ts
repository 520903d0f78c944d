// A proctor's board as a plain map, made from the room's synchronised state: what changed is found by comparing, so that
// nothing here depends on how the state is encoded. Called by proctor.
import type { BoardRow } from '../schema/room-state.ts';

type Fields = Pick<BoardRow, (typeof FIELDS)[number]>;

/** One examinee's row, as schema/room-state.ts has it, and its room. Instants in epoch ms of the server's clock. */
export type BoardEntry = Fields & { roomId: string };

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

type State = { readonly board?: Pick<ReadonlyMap<string, Fields>, 'forEach' | 'has' | 'size'> };

/** The empty board of a room. */
export function createBoard(roomId: string): Board {
  const rows = new Map<string, BoardEntry>();
  return {
    all: () => rows,
    synchronised(state) {
      const changes: BoardChange[] = [];
      const { board } = state as State;
      board?.forEach((row, id) => {
        const known = rows.get(id);
        if (known !== undefined && isSame(known, row)) return;
        const entry = copyOf(row, roomId);
        rows.set(id, entry);
        changes.push({ kind: known === undefined ? 'added' : 'changed', entry });
      });
      if (rows.size === (board?.size ?? 0)) return changes; // all of the state's are here: nobody is gone
      for (const examineeId of [...rows.keys()].filter((id) => board?.has(id) !== true)) {
        rows.delete(examineeId);
        changes.push({ kind: 'removed', examineeId });
      }
      return changes;
    },
  };
}

/** Without a list of pairs: of hundreds of rows a second that is most of a page's garbage. */
function copyOf(row: Fields, roomId: string): BoardEntry {
  const entry: Record<string, unknown> = { roomId };
  for (const field of FIELDS) entry[field] = row[field];
  return entry as BoardEntry;
}

function isSame(one: Fields, other: Fields): boolean {
  return FIELDS.every((field) => one[field] === other[field]);
}
