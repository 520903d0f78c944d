// What every part of the board's screen works with: the board, the roster, whom the proctor looks at, whom he has selected.
// Made with the screen, ended with it.

import { createContext, createMemo, createSignal, onCleanup, useContext } from 'solid-js';
import type { BoardEntry } from '../../client/board.ts';
import { openBoard } from './board/board-store.ts';
import { createRoster } from './board/roster.ts';
import { createViewState } from './board/view-state.ts';
import { type Acts, createActs } from './controls/acts.ts';
import type { Asked } from './controls/draft.ts';
import { setServerClock } from './seconds.ts';
import { type Account, API, expire, me } from './session.ts';

export type Desk = ReturnType<typeof openDesk>;

export function openDesk(account: Account, roomIds: readonly string[]) {
  const board = openBoard({ url: API, token: account.token, roomIds, loginEnded: expire });
  setServerClock(board.serverNow);
  const roster = createRoster(account.staff, () => me()?.rooms ?? [], roomIds);
  const assigned = (roomId: string) => me()?.rooms.find((room) => room.roomId === roomId);
  const acts: Acts = createActs(board, {
    url: API,
    token: account.token,
    planOfShut(roomId) {
      const room = assigned(roomId);
      return room?.planStatus === 'scheduled' && me()?.chief === true ? room.planId : undefined;
    },
  });
  const view = createViewState();
  const [asked, ask] = createSignal<Asked>();
  const [reportOf, setReport] = createSignal<string>();
  const [personId, setPerson] = createSignal<string>();
  const [selected, setSelected] = createSignal<readonly string[]>([]);
  const watchers = createMemo(() => {
    const others = board.rooms().flatMap(({ proctors }) => proctors);
    const watching = others.filter((one) => one.watching !== '' && one.proctorId !== me()?.subjectId);
    return Map.groupBy(watching, (one) => one.watching);
  });
  const person = createMemo(() => {
    const id = personId();
    return id === undefined ? undefined : board.byId[id];
  });

  /** Says to the other proctors whom this one looks at; nobody where it is left out. */
  function look(examineeId: string | undefined): void {
    const before = person();
    const next = examineeId === undefined ? undefined : board.byId[examineeId];
    if (before !== undefined && before.roomId !== next?.roomId) board.watchOf(before.roomId)?.lookAt();
    if (next !== undefined) board.watchOf(next.roomId)?.lookAt(next.examineeId);
    setPerson(examineeId);
  }

  onCleanup(() => {
    setServerClock(undefined);
    board.leave();
  });
  return {
    account,
    roomIds,
    board,
    roster,
    acts,
    view,
    personId,
    person,
    /** Whether the exam of this room was not open when it was looked at last. */
    isShut: (roomId: string) => board.room(roomId)?.watch === undefined && assigned(roomId)?.planStatus === 'scheduled',
    /** Of a room, also while it was not entered. */
    roomLabel: (roomId: string) => board.room(roomId)?.label || (assigned(roomId)?.label ?? ''),
    /** The room whose report is shown in the place of the board. */
    reportOf,
    setReport,
    /** What is being asked for in a dialog. */
    asked,
    ask,
    look,
    /** Opens the panel of somebody, and goes there. */
    open(examineeId: string) {
      look(examineeId);
      document.getElementById('person')?.focus();
    },
    /** Closes the panel, and goes back to where the person stands. */
    close() {
      const id = personId();
      look(undefined);
      (
        document.getElementById(`row-${id}`) ??
        document.getElementById(`seat-${id}`) ??
        document.getElementById('people')
      )?.focus();
    },
    take: (row: BoardEntry) => board.watchOf(row.roomId)?.take(row.examineeId),
    giveBack: (row: BoardEntry) => board.watchOf(row.roomId)?.giveBack(row.examineeId),
    selected,
    setSelected,
    toggleSelected: (id: string) =>
      setSelected(selected().includes(id) ? selected().filter((one) => one !== id) : [...selected(), id]),
    /** The other proctors who look at somebody, by name. */
    watchersOf: (examineeId: string) => (watchers().get(examineeId) ?? []).map(({ label }) => label),
    /** The own id as a proctor; '' while it is not known. */
    ownId: () => me()?.subjectId ?? '',
  };
}

const Context = createContext<Desk>();
export const DeskProvider = Context.Provider;

export function useDesk(): Desk {
  const desk = useContext(Context);
  if (desk === undefined) throw new Error('outside of the board’s screen');
  return desk;
}
