// A proctor's board over several rooms: opens each room's watch, which comes back by itself, and gives one list in the order
// of attention, with counts. However much happens, its programme is told a few times a second. Used by proctors' programmes.
import { byAttention } from '../exam/attention-order.ts';
import { type Refusal, RefusalError } from '../schema/refusals.ts';
import type { LinkState as ExamineeLink, ExamineeState, RoomState } from '../schema/states.ts';
import type { BoardEntry } from './board.ts';
import { deviceClock } from './clock.ts';
import { createEvents, type LinkState, type Listener } from './events.ts';
import { ClientFault } from './faults.ts';
import { type RoomWatch, type WatchOptions, watchRoom } from './proctor.ts';

/** One programme shows so many at once. */
export const MOST_ROOMS = 20;
/** Between two `changed` events; a person sees no difference below it. */
const UPDATE_MS = 250;

/** `entering` until the room lets this proctor in; `refused` for good, with why. What was seen of a room stays. */
export type WatchedRoom = {
  readonly roomId: string;
  readonly label: string;
  readonly status: RoomState | undefined;
  readonly link: LinkState | 'entering' | 'refused';
  readonly refusal: Refusal | undefined;
  readonly watch: RoomWatch | undefined;
};

/** Over all rooms. `needing` somebody, and of these the ones whom nobody has taken. */
export type BoardsCounts = {
  readonly roomCount: number;
  readonly roomsOnline: number;
  readonly examineeCount: number;
  readonly examinees: Readonly<Partial<Record<ExamineeState, number>>>;
  readonly links: Readonly<Partial<Record<ExamineeLink, number>>>;
  readonly unsaved: number;
  readonly openIncidents: number;
  readonly notReached: number;
  readonly needing: number;
  readonly needingUntaken: number;
};

export type BoardsEvents = {
  /** Something is different in `rows`, `counts` or `rooms`. At most once each 250 ms. */
  changed: { readonly rows: readonly BoardEntry[]; readonly counts: BoardsCounts };
  /** A room was entered, lost, entered again or refused. */
  room: WatchedRoom;
};

export type BoardsOptions = Omit<WatchOptions, 'roomId'> & { readonly roomIds: readonly string[] };

export type Boards = {
  on<N extends keyof BoardsEvents>(name: N, listener: Listener<BoardsEvents[N]>): () => void;
  /** Everybody of all rooms, who needs a proctor most first. */
  rows(): readonly BoardEntry[];
  counts(): BoardsCounts;
  /** The rooms by id, in the order in which they were given; `watch` issues controls, handles incidents, takes examinees. */
  rooms(): ReadonlyMap<string, WatchedRoom>;
  leave(): Promise<void>;
};

type Held = { room: WatchedRoom };

const ORDER = byAttention<BoardEntry>(({ examineeId }) => examineeId);

/** Begins to enter all of these rooms, and returns at once. Throws RangeError where they are more than 20. */
export function watchRooms({ roomIds, ...options }: BoardsOptions): Boards {
  if (roomIds.length > MOST_ROOMS) throw new RangeError(`at most ${MOST_ROOMS} rooms at once`);
  const { clock = deviceClock, log = () => {} } = options;
  const events = createEvents<BoardsEvents>((fault) => log('warn', fault.message, { code: fault.code }));
  const left = new AbortController();
  const held = new Map<string, Held>(roomIds.map((roomId) => [roomId, { room: entering(roomId) }]));
  let ordered: readonly BoardEntry[] | undefined;
  let cancel: (() => void) | undefined;

  const rows = () => {
    ordered ??= [...held.values()].flatMap(({ room }) => [...(room.watch?.board().values() ?? [])]).sort(ORDER);
    return ordered;
  };
  const counts = () =>
    countsOf(
      [...held.values()].map(({ room }) => room),
      rows(),
    );

  function touch(): void {
    ordered = undefined;
    if (left.signal.aborted) return;
    cancel ??= clock.after(UPDATE_MS, () => {
      cancel = undefined;
      events.emit('changed', { rows: rows(), counts: counts() });
    });
  }

  function become(one: Held, change: Partial<WatchedRoom>): void {
    const before = one.room;
    const room = { ...before, ...change };
    if ((Object.keys(room) as (keyof WatchedRoom)[]).every((name) => room[name] === before[name])) return;
    one.room = room;
    events.emit('room', one.room);
    touch();
  }

  /** Never rejects. */
  async function enter(roomId: string, one: Held): Promise<void> {
    const signal = options.signal === undefined ? left.signal : AbortSignal.any([options.signal, left.signal]);
    try {
      const watch = await watchRoom({ ...options, roomId, signal });
      if (left.signal.aborted) return void (await watch.leave());
      follow(one, watch);
    } catch (cause) {
      if (cause instanceof RefusalError) return become(one, { link: 'refused', refusal: cause.refusal });
      if (!(cause instanceof ClientFault && cause.code === 'LEFT')) throw cause; // a bug: nothing else is thrown
    }
  }

  function follow(one: Held, watch: RoomWatch): void {
    watch.on('board', touch);
    watch.on('room', ({ status }) => become(one, { status }));
    watch.on('link', ({ state: link }) => become(one, { link }));
    become(one, { watch, label: watch.info.label, status: watch.room().status, link: watch.link() });
  }

  for (const [roomId, one] of held) void enter(roomId, one);
  return {
    on: events.on,
    rows,
    counts,
    rooms: () => new Map([...held].map(([roomId, { room }]) => [roomId, room])),
    async leave() {
      left.abort();
      cancel?.();
      await Promise.all([...held.values()].flatMap(({ room }) => room.watch?.leave() ?? []));
    },
  };
}

function entering(roomId: string): WatchedRoom {
  return { roomId, label: '', status: undefined, link: 'entering', refusal: undefined, watch: undefined };
}

function countsOf(rooms: readonly WatchedRoom[], rows: readonly BoardEntry[]): BoardsCounts {
  const examinees: Partial<Record<string, number>> = {};
  const links: Partial<Record<string, number>> = {};
  const sums = { unsaved: 0, openIncidents: 0, notReached: 0, needing: 0, needingUntaken: 0 };
  for (const { status, link, unsavedCount, openIncidents, unreachedCount, attention, takenBy } of rows) {
    examinees[status] = (examinees[status] ?? 0) + 1;
    links[link] = (links[link] ?? 0) + 1;
    if (unsavedCount > 0) sums.unsaved++;
    sums.openIncidents += openIncidents;
    if (unreachedCount > 0) sums.notReached++;
    if (attention === 0) continue;
    sums.needing++;
    if (takenBy === '') sums.needingUntaken++;
  }
  const roomsOnline = rooms.filter(({ link }) => link === 'online').length;
  return { roomCount: rooms.length, roomsOnline, examineeCount: rows.length, examinees, links, ...sums };
}
