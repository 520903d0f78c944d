// Boards of one room of 300 in which everybody answers: each animation frame is a patch that changes every row, as in a live
// room each quarter of a second. How many it were stands in the data of the page's root element. In the place of client/boards.ts.
import type { BoardEntry } from '../../client/board.ts';
import type { Boards, BoardsCounts, BoardsEvents, WatchedRoom } from '../../client/boards.ts';
import { createEvents } from '../../client/events.ts';

const PEOPLE = 300;
const ITEMS = 60;
const ROOM_ID = 'simulated';
/** Of 300 so many need a proctor at a time, and others with each patch. */
const NEEDING = 5;

const ROOM: WatchedRoom = {
  ...{ roomId: ROOM_ID, label: 'Simulated', status: 'running', link: 'online' },
  ...{ refusal: undefined, watch: undefined },
};

/** As the SDK's own. */
export function watchRooms(): Boards {
  /** A page that throws takes no more patches, and the bench hears of it. */
  const events = createEvents<BoardsEvents>((fault) => {
    throw fault;
  });
  const counts = {} as BoardsCounts; // the page counts by itself
  let rows = rowsOf(0);
  let patch = 0;
  let frame = requestAnimationFrame(step);
  function step(): void {
    patch++;
    rows = rowsOf(patch);
    events.emit('changed', { rows, counts });
    document.documentElement.dataset.patches = String(patch);
    frame = requestAnimationFrame(step);
  }
  return {
    on: events.on,
    rows: () => rows,
    counts: () => counts,
    rooms: () => new Map([[ROOM_ID, ROOM]]),
    async leave() {
      cancelAnimationFrame(frame);
    },
  };
}

/** Everybody as they are after so many patches, who needs somebody first. */
function rowsOf(patch: number): BoardEntry[] {
  const isNeeding = (place: number) => (place + patch) % PEOPLE < NEEDING;
  const all = Array.from({ length: PEOPLE }, (_, place) => rowOf(place, patch, isNeeding(place)));
  return all.sort((one, other) => other.attention - one.attention);
}

function rowOf(place: number, patch: number, isNeeding: boolean): BoardEntry {
  const answered = (place + patch) % (ITEMS + 1);
  return {
    ...{ roomId: ROOM_ID, examineeId: `person-${place}`, label: `Examinee ${place}`, seat: `A${place}` },
    ...{ status: 'answering', link: 'online', linkAt: 0, answeredCount: answered, savedCount: answered },
    ...{ unsavedCount: isNeeding ? 1 : 0, unsavedSince: isNeeding ? Date.now() - 20_000 : 0 },
    ...{ deadlineAt: Date.now() + 3_600_000, heldSince: 0, hold: '', deviceWaitingSince: 0, admission: 'admitted' },
    ...{ device: 'Chrome 141, Windows', clockAheadMs: 0, openIncidents: 0, worstSeverity: 0 },
    ...{ noticeId: '', notice: '', unreachedCount: 0, takenBy: '' },
    ...{ attention: isNeeding ? 40 : 0, reasons: isNeeding ? 'unsaved' : '' },
  };
}
