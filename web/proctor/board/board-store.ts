// The board of the chosen rooms as the page shows it: the SDK's rows in a store by id, so that a patch touches only what is
// different; the own link of each room; and what stands out for a moment. Made once for a choice of rooms.
import { batch, createSignal } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { ProctorEntry } from '../../../client/attendance.ts';
import type { BoardEntry } from '../../../client/board.ts';
import { type WatchedRoom, watchRooms } from '../../../client/boards.ts';
import type { RoomEvent } from '../../../client/events.ts';
import type { RoomWatch } from '../../../client/proctor.ts';
import type { ChargeView } from '../../../schema/charge.ts';
import type { CallView, IncidentView } from '../../../schema/replies.ts';
import { announceNeeding } from './announce-needing.ts';
import { type ChangeKind, changeOf } from './changes.ts';
import { countsOf, isNeeding } from './filters.ts';
import { followed, isCurrent, type OwnLink } from './own-link.ts';

/** How long a change stands out. */
const FRESH_MS = 8_000;

export type ShownRoom = {
  readonly roomId: string;
  readonly label: string;
  readonly link: WatchedRoom['link'];
  readonly refused: { readonly code: string; readonly message: string } | undefined;
  /** Of the SDK; there once the room has let this proctor in. */
  readonly watch: RoomWatch | undefined;
  readonly room: RoomEvent | undefined;
  readonly proctors: readonly ProctorEntry[];
  readonly charge: ChargeView | undefined;
};

export type BoardStore = ReturnType<typeof openBoard>;

/** Begins to enter the rooms. `lost` hears when the login has ended. */
export function openBoard(options: {
  readonly url: string;
  readonly token: string;
  readonly roomIds: readonly string[];
  readonly loginEnded: () => void;
}) {
  const boards = watchRooms(options);
  const [rows, setRows] = createSignal<readonly BoardEntry[]>([]);
  const [byId, setById] = createStore<Record<string, BoardEntry>>({});
  const [fresh, setFresh] = createStore<Record<string, ChangeKind | undefined>>({});
  const [rooms, setRoomsSignal] = createSignal<readonly ShownRoom[]>([...boards.rooms().values()].map(shown));
  const [links, setLinks] = createSignal<readonly OwnLink[]>([]);
  const [restarting, setRestarting] = createSignal<readonly string[]>([]);
  const [incidents, setIncidents] = createStore<Record<string, IncidentView>>({});
  const [calls, setCalls] = createStore<Record<string, CallView>>({});
  const heard = new Set<RoomWatch>();
  const known = new Map<string, BoardEntry>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  let isLeft = false;

  function markFresh(id: string, change: ChangeKind): void {
    setFresh(id, change);
    clearTimeout(timers.get(id));
    timers.set(
      id,
      setTimeout(() => {
        timers.delete(id);
        setFresh(id, undefined);
      }, FRESH_MS),
    );
  }

  /** Field by field: given a whole row, the store would look at each field's descriptor, which is garbage by the megabyte. */
  function changeShown(old: BoardEntry, row: BoardEntry): void {
    for (const name of Object.keys(row) as (keyof BoardEntry)[])
      if (old[name] !== row[name]) setById(row.examineeId, name, row[name]);
  }

  /** Somebody on the way from room to room is in both lists, so that their lengths alone say nothing. */
  function forgetOthers(next: readonly BoardEntry[]): void {
    const left = new Set<string>();
    for (const { examineeId } of next) left.add(examineeId);
    if (left.size === known.size) return;
    for (const id of [...known.keys()].filter((one) => !left.has(one))) {
      known.delete(id);
      setById(id, undefined as never);
    }
  }

  function takeRows(next: readonly BoardEntry[]): void {
    const needing: BoardEntry[] = [];
    batch(() => {
      for (const row of next) {
        const old = known.get(row.examineeId);
        if (old === row) continue;
        known.set(row.examineeId, row);
        if (old === undefined) setById(row.examineeId, { ...row });
        else changeShown(old, row);
        const change = old === undefined ? undefined : changeOf(old, row);
        if (change !== undefined) markFresh(row.examineeId, change);
        if (old !== undefined && isNeeding(row) && !isNeeding(old)) needing.push(row);
      }
      forgetOthers(next);
      setRows(next);
    });
    announceNeeding(needing);
  }

  function follow(watch: RoomWatch): void {
    const again = () => refresh();
    for (const name of ['room', 'proctor', 'charge'] as const) watch.on(name, again);
    const takeIncident = (incident: IncidentView) => setIncidents(incident.incidentId, reconcile(incident));
    const takeCall = (call: CallView) => setCalls(call.callId, reconcile(call));
    watch.on('incident', takeIncident);
    watch.on('call', takeCall);
    // What was decided while the own link was down is not told again: it is no longer open in the SDK's maps.
    watch.on('link', ({ state, why }) => {
      const others = restarting().filter((roomId) => roomId !== watch.info.roomId);
      setRestarting(why === 'restarting' ? [...others, watch.info.roomId] : others);
      if (state === 'online') setTimeout(() => prune(watch), 2_000);
    });
    for (const incident of watch.incidents().values()) takeIncident(incident);
    for (const call of watch.calls().values()) takeCall(call);
  }

  function prune(watch: RoomWatch): void {
    const { roomId } = watch.info;
    batch(() => {
      for (const [id, { roomId: of }] of Object.entries(incidents))
        if (of === roomId && !watch.incidents().has(id)) setIncidents(id, undefined as never);
      for (const [id, { roomId: of }] of Object.entries(calls))
        if (of === roomId && !watch.calls().has(id)) setCalls(id, undefined as never);
    });
  }

  function refresh(): void {
    if (isLeft) return;
    setRoomsSignal([...boards.rooms().values()].map(shown));
  }

  function takeRoom(room: WatchedRoom): void {
    if (room.watch !== undefined && !heard.has(room.watch)) {
      heard.add(room.watch);
      follow(room.watch);
    }
    const before = links().find(({ roomId }) => roomId === room.roomId);
    const next = followed(before, room, room.watch?.serverNow() ?? Date.now());
    setLinks([...links().filter(({ roomId }) => roomId !== room.roomId), next]);
    refresh();
    if (room.refusal?.refused === 'LOGIN_REQUIRED') options.loginEnded();
  }

  boards.on('changed', ({ rows: next }) => takeRows(next));
  boards.on('room', takeRoom);

  const watchOf = (roomId: string) => boards.rooms().get(roomId)?.watch;
  return {
    /** Plain rows, who needs a proctor most first; another list with each change. */
    rows,
    /** The same rows by id, in which a change touches only what is different. */
    byId: byId as Readonly<Record<string, BoardEntry | undefined>>,
    /** What has just changed of somebody. */
    fresh: fresh as Readonly<Record<string, ChangeKind | undefined>>,
    rooms,
    links,
    /** Rooms whose server has said that it is being restarted. */
    restarting,
    incidents: incidents as Readonly<Record<string, IncidentView | undefined>>,
    calls: calls as Readonly<Record<string, CallView | undefined>>,
    counts: () => countsOf(rows()),
    watchOf,
    room: (roomId: string) => rooms().find((one) => one.roomId === roomId),
    /** Whether the room is shown as it is now; reading it follows the link. */
    isCurrent: (roomId: string) => {
      const own = rooms().find((one) => one.roomId === roomId);
      return own !== undefined && isCurrent(own);
    },
    proctorName: (proctorId: string) =>
      rooms()
        .flatMap(({ proctors }) => proctors)
        .find((one) => one.proctorId === proctorId)?.label,
    serverNow: () =>
      [...boards.rooms().values()].find(({ watch }) => watch !== undefined)?.watch?.serverNow() ?? Date.now(),
    leave() {
      isLeft = true;
      for (const timer of timers.values()) clearTimeout(timer);
      boards.leave().catch(() => undefined); // a socket that does not close is nobody's any more
    },
  };
}

function shown({ roomId, label, link, refusal, watch }: WatchedRoom): ShownRoom {
  return {
    roomId,
    label: label === '' ? (watch?.info.label ?? '') : label,
    link,
    refused: refusal === undefined ? undefined : { code: refusal.refused, message: refusal.message },
    watch,
    room: watch?.room(),
    proctors: watch === undefined ? [] : [...watch.proctors().values()],
    charge: watch?.charge(),
  };
}
