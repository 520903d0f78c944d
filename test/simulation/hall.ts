// The simulated hall: who owns the room, how it is made anew when its process dies, sleeps or loses it, and how devices
// come in. As rooms/leases.ts, rooms/ownerless.ts and the api's enter have it, with their waits.
import type { Agenda } from './agenda.ts';
import { type Connection, createConnection, type WireBadness } from './connections.ts';
import type { DeviceParts } from './device.ts';
import { createJournal, type QueueBadness } from './journal.ts';
import type { Up } from './messages.ts';
import { createProcess, type Process } from './processes.ts';
import { finishStatuses, lose, makeRoom, type Room, type RoomHost, type Seat } from './room.ts';
import { look, sendOut, storeTurn, submitFor } from './room-controls.ts';
import { confirm, deliver, deliverAgain, noteReceived, storeDeliveries } from './room-deliveries.ts';
import { passTime } from './room-endings.ts';
import { admit, beat, depart, openTally, reread, saveAnswers, submitSheet } from './room-sheets.ts';
import type { Revision } from './store.ts';

export type Hall = {
  /** The room as its owner has it; undefined while nobody does. */
  room(): Room | undefined;
  /** Somebody has stored a control. */
  hint(): void;
  kill(downMs: number): void;
  sleep(ms: number): void;
  /** The same, just when the store has done what it asked for. */
  sleepAmid(ms: number): void;
  /** Another process takes the room though this one is awake. */
  snatch(): void;
  setWall(aheadMs: number): void;
  readonly askToEnter: DeviceParts['askToEnter'];
  readonly connect: DeviceParts['connect'];
};

export type HallParts = Omit<RoomHost, 'process' | 'journal' | 'orphaned'> & {
  readonly agenda: Agenda;
  readonly api: Process;
  readonly wire: WireBadness;
  readonly queue: QueueBadness;
  readonly errors: readonly [number, number];
};

type Place = {
  readonly process: Process;
  host: RoomHost;
  room: Room | undefined;
  /** How many times it has begun to make the room: only the last time counts. */
  makings: number;
};

/** Between two looks at the time: while somebody's end has begun, and else. */
const BUSY_TICK_MS = 150;
const QUIET_TICK_MS = 400;
const UPKEEP_MS = 1_000;
const LEASE_MS = 3_000;

export function createHall(parts: HallParts): Hall {
  const { agenda, chance, store, access, api, wire, queue, flaw } = parts;
  const places = parts.errors.map((errorMs, index) => placeOf(`rooms ${index + 1}`, errorMs));
  let owner: Place | undefined;

  function placeOf(name: string, errorMs: number): Place {
    const process = createProcess(agenda, name, errorMs);
    return { process, room: undefined, host: hostOf(process), makings: 0 };
  }

  /** What a process has for its room in this life. */
  function hostOf(process: Process): RoomHost {
    const journal = createJournal({ chance, process, worker: api, access, store, badness: queue, flaw, orphaned });
    return { ...parts, process, journal, orphaned };
  }

  function orphaned(examineeIds: readonly string[]): void {
    const room = owner?.room;
    if (room !== undefined) for (const examineeId of new Set(examineeIds)) reread(room, examineeId);
  }

  /** The lease is taken at once; the room is there when all is read. */
  function take(place: Place): void {
    if (owner !== undefined && owner !== place && owner.process.isAlive()) loseLater(owner);
    owner = place;
    place.room = undefined;
    make(place);
  }

  function make(place: Place): void {
    const { process, host } = place;
    const making = ++place.makings;
    const isWanted = (): boolean => owner === place && place.makings === making;
    const again = (): void => process.after(500, () => isWanted() && make(place));
    access.ask(
      process,
      () => store.rooms.take(),
      (taken) => {
        if (!taken.done) return again();
        const { turn, epoch } = taken.value;
        const finish = (): void => {
          store.sheets.own(epoch);
          if (turn !== undefined && flaw !== 'a rebuild forgets what a control began about people')
            storeTurn(store, turn);
          finishStatuses(store);
        };
        access.ask(process, finish, (finished) => {
          if (!finished.done) return again();
          access.ask(
            process,
            () => makeRoom(host, taken.value),
            (made) => {
              if (!made.done) return again();
              if (isWanted()) open(place, made.value);
            },
          );
        });
      },
    );
  }

  function open(place: Place, room: Room): void {
    place.room = room;
    for (const seat of room.seats.values()) goOn(room, seat);
    look(room, () => {});
    const tick = (): void => {
      if (place.room !== room) return;
      passTime(room);
      place.process.after(room.ending.size > 0 ? BUSY_TICK_MS : QUIET_TICK_MS, tick);
    };
    const upkeep = (): void => {
      if (place.room !== room) return;
      if (room.isLost) return takeAgain(place, room);
      keepUp(room);
      place.process.after(UPKEEP_MS, upkeep);
    };
    place.process.after(chance.between(1, QUIET_TICK_MS), tick);
    place.process.after(chance.between(1, UPKEEP_MS), upkeep);
  }

  /** Who was fenced gives the lease back, and whoever looks for rooms without an owner takes it. */
  function takeAgain(place: Place, room: Room): void {
    agenda.after(chance.between(100, 1_000), () => {
      if (owner === place && place.room === room) take(chance.happens(0.5) ? place : other(place));
    });
  }

  /** What controls have begun about this sheet and what a process that died has not ended. */
  function goOn(room: Room, seat: Seat): void {
    if (seat.ending.step !== 'none') return;
    if (seat.status === 'removed') sendOut(room, seat);
    else if (store.sheets.get(seat.examineeId)?.submittedFor !== '') submitFor(room, seat);
  }

  function keepUp(room: Room): void {
    look(room, () => {});
    storeStatus(room);
    deliver(room);
    storeDeliveries(room);
  }

  function storeStatus(room: Room): void {
    if (room.isStoringStatus) return;
    const { status } = room.facts;
    const begun = [...room.begun];
    if (room.storedStatus === status && begun.length === 0) return;
    room.isStoringStatus = true;
    const ids = begun.map(({ examineeId }) => examineeId);
    const write = (): boolean => {
      if (room.storedStatus !== status && !store.rooms.change(room.epoch, { status })) return false;
      store.examinees.beginAnswering(ids);
      store.sheets.begin(ids);
      return true;
    };
    access.ask(room.host.process, write, (written) => {
      room.isStoringStatus = false;
      if (!written.done) return;
      if (!written.value) return lose(room);
      room.storedStatus = status;
      for (const seat of begun) room.begun.delete(seat);
    });
  }

  /** An owner that lives hears at its next keeping of the lease that it has lost the room. */
  function loseLater({ process, room }: Place): void {
    if (room !== undefined) process.after(chance.between(1, 1_000), () => lose(room));
  }

  /** Another process takes the room when the lease has run out. */
  function sleep(place: Place, ms: number): void {
    place.process.sleep(ms);
    if (ms > LEASE_MS) agenda.after(LEASE_MS + chance.between(0, 500), () => owner === place && take(other(place)));
  }

  function other(place: Place): Place {
    return places.find((one) => one !== place) ?? place;
  }

  function heard(place: Place, connection: Connection, message: Up): void {
    const { room } = place;
    const seat = room?.seats.get(connection.examineeId);
    if (room === undefined || seat === undefined) return;
    if (seat.connection !== connection && flaw !== 'an older session goes on') return;
    switch (message.type) {
      case 'answer.save':
        return saveAnswers(room, seat, message.answers);
      case 'sheet.submit':
        return submitSheet(room, seat, message.revisions);
      case 'heartbeat':
        beat(room, seat, connection, message.tally, message.over);
        return connection.tell({
          type: 'heartbeat',
          examineeId: seat.examineeId,
          sentAt: message.sentAt,
          at: place.process.now(),
        });
      case 'tally.open':
        return openTally(seat, message.entries);
      case 'control.received':
        return noteReceived(room, seat, message.controlId);
      case 'control.confirm':
        return confirm(room, seat, message.controlId);
    }
  }

  const [first] = places;
  if (first !== undefined) take(first);

  return {
    room: () => owner?.room,
    hint() {
      const room = owner?.room;
      if (room !== undefined && chance.happens(0.9))
        owner?.process.after(chance.between(1, 20), () => look(room, () => {}));
    },
    kill(downMs) {
      const dead = owner;
      if (dead === undefined) return;
      dead.process.kill();
      dead.room = undefined;
      owner = undefined;
      agenda.after(downMs, () => {
        dead.process.start();
        dead.host = hostOf(dead.process);
        if (owner === undefined) take(chance.happens(0.5) ? dead : other(dead));
      });
    },
    sleep: (ms) => owner !== undefined && sleep(owner, ms),
    sleepAmid(ms) {
      const place = owner;
      if (place !== undefined) access.amid(place.process, () => sleep(place, ms));
    },
    snatch() {
      if (owner?.room !== undefined) take(other(owner));
    },
    setWall: (aheadMs) => owner?.process.setWall(aheadMs),

    askToEnter(examineeId, entryId, then) {
      const enter = (): { fence: number; answers: Revision[] } => ({
        fence: store.examinees.enter(examineeId, entryId),
        answers: store.answers.current(examineeId),
      });
      access.ask(api, enter, (entered) => then(entered.done ? entered.value : undefined));
    },
    connect({ examineeId, fence, told, closed }) {
      const place = owner;
      const room = place?.room;
      if (place === undefined || room === undefined || place.process.isAsleep()) return undefined;
      const connection = createConnection(agenda, chance, wire, place.process, examineeId, {
        heard: (by, message) => heard(place, by, message),
        left: (by) => place.room !== undefined && depart(place.room, by),
        told,
        closed,
      });
      const come = place.process.bound((isNewest: boolean) => {
        if (place.room !== room) return connection.close();
        if (!isNewest) connection.tell({ type: 'session.fenced', examineeId });
        if (!isNewest) return connection.close();
        admit(room, examineeId, fence, connection, () => {
          const seat = room.seats.get(examineeId);
          if (seat !== undefined) deliverAgain(room, seat);
        });
      });
      access.ask(
        api,
        () => store.examinees.get(examineeId)?.fence === fence,
        (read) => {
          if (read.done) come(chance.between(2, 30), read.value);
          else connection.close();
        },
      );
      return connection;
    },
  };
}
