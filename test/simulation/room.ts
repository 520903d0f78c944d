// A simulated room: the shell around the pure core, as small as it can be and with the same order of steps as rooms/:
// decided purely, stored, then applied, then told. Everything between two steps may be the moment in which its process
// dies, sleeps or loses the room. What it holds is here; controls, endings and sheets are beside it.
import type { AnswerSheet, SheetWindow } from '../../exam/answer-sheet.ts';
import { FINAL_STATES, type RoomChange, type RoomFacts, roomEnd, windowFor } from '../../exam/exam-room.ts';
import { type Grace, type LastBeats, NO_BEATS } from '../../exam/grace.ts';
import { isHeld } from '../../exam/timeline.ts';
import { sourcesOf } from '../../exam/transitions.ts';
import type { Ledger } from '../../rooms/ledger.ts';
import type { Item } from '../../schema/answers.ts';
import type { ControlDocument, ReceiptDocument } from '../../schema/documents/control.ts';
import type { Turn } from '../../schema/documents/room.ts';
import type { ItemRevision } from '../../schema/messages.ts';
import type { ExamineeState, RoomState } from '../../schema/states.ts';
import type { Chance } from './chance.ts';
import type { Connection } from './connections.ts';
import type { Flaw } from './flaws.ts';
import type { Journal } from './journal.ts';
import type { Judge } from './judge.ts';
import type { Down } from './messages.ts';
import type { Process } from './processes.ts';
import type { SimulatedStore, StoredRoom, StoredSheet } from './store.ts';
import type { Outcome, StoreAccess } from './store-access.ts';

export type Plan = Pick<RoomFacts, 'durationMs' | 'windowEndsAt' | 'lockStopsClock'> & { readonly graceMs: number };
export type Enrolled = { readonly examineeId: string; readonly extraMs: number };

/** What a room is given by its process. */
export type RoomHost = {
  readonly plan: Plan;
  readonly people: readonly Enrolled[];
  readonly items: ReadonlyMap<number, Item>;
  readonly process: Process;
  readonly store: SimulatedStore;
  readonly access: StoreAccess;
  readonly journal: Journal;
  readonly chance: Chance;
  readonly judge: Judge;
  readonly flaw: Flaw | undefined;
  /** Another owner has this room by now: it reads these people's sheets again. */
  readonly orphaned: (examineeIds: readonly string[]) => void;
};

export type Waiting = {
  readonly step: 'waiting';
  readonly to: 'submitted' | 'timed-out';
  readonly named: readonly ItemRevision[];
  readonly notBefore: number;
};
export type Ending =
  | { readonly step: 'none' }
  | { readonly step: 'grace'; readonly grace: Grace }
  | Waiting
  | { readonly step: 'storing' }
  | { readonly step: 'ended'; readonly vector: readonly ItemRevision[] };

export type Seat = {
  readonly examineeId: string;
  readonly extraMs: number;
  status: ExamineeState;
  window: SheetWindow;
  sheet: AnswerSheet | undefined;
  connection: Connection | undefined;
  beats: LastBeats;
  beatsBy: Connection | undefined;
  ending: Ending;
};

export type Room = {
  readonly host: RoomHost;
  readonly epoch: number;
  readonly madeAt: number;
  facts: RoomFacts;
  readonly seats: Map<string, Seat>;
  readonly applied: Set<string>;
  /** As the rebuild found them, until their controls are seen. */
  readonly receipts: Map<string, ReceiptDocument>;
  readonly ledgers: Map<string, Ledger>;
  /** All controls that were read, and how many of them are taken. */
  controls: readonly ControlDocument[];
  takenCount: number;
  looking: ((isTaken: boolean) => void)[] | undefined;
  lookedAt: number;
  readonly ending: Set<Seat>;
  storingCount: number;
  whenQuiet: (() => void)[];
  isDeciding: boolean;
  isReopening: boolean;
  isStoringStatus: boolean;
  turn: Turn | undefined;
  readonly begun: Set<Seat>;
  storedStatus: RoomState;
  settledAt: number;
  isSettling: boolean;
  isLost: boolean;
};

const BEFORE_ANSWERING = sourcesOf('examinee', 'answering', 'system');

export function isFinal({ status }: Pick<Seat, 'status'>): boolean {
  return FINAL_STATES.includes(status);
}

/** The room as it is stored, with the next epoch. */
export function makeRoom(
  host: RoomHost,
  stored: StoredRoom & { readonly epoch: number; readonly applied: readonly string[] },
): Room {
  const { plan, flaw } = host;
  const holds = flaw === 'a rebuild forgets holds' && stored.epoch > 1 ? [] : stored.holds;
  const facts: RoomFacts = { ...plan, ...stored, holds, status: statusOf({ ...stored, holds }) };
  const now = host.process.now();
  const receipts = host.store.controls.receipts();
  const room: Room = {
    host,
    epoch: stored.epoch,
    madeAt: now,
    facts,
    seats: seatsOf(host, facts),
    applied: new Set(stored.applied),
    receipts: new Map(receipts.map((receipt) => [receipt.controlId, receipt])),
    ledgers: new Map(),
    controls: [],
    takenCount: 0,
    looking: undefined,
    lookedAt: 0,
    ending: new Set(),
    storingCount: 0,
    whenQuiet: [],
    isDeciding: false,
    isReopening: false,
    isStoringStatus: false,
    turn: undefined,
    begun: new Set(),
    storedStatus: stored.status,
    settledAt: stored.settledAt,
    isSettling: false,
    isLost: false,
  };
  host.judge.seesTime(room);
  return room;
}

/** A process that died between the end of a sheet and the status of its examinee has left the status behind. */
export function finishStatuses({ sheets, examinees }: SimulatedStore): void {
  for (const [examineeId, { state, vector }] of sheets.all()) {
    const to = state === 'timed-out' ? 'timed-out' : 'submitted';
    if (vector !== null) examinees.setStatus([examineeId], sourcesOf('examinee', to), to);
  }
}

/**
 * What is held stands, whatever a write of the status that came late says. So does a room that goes on: one that time has
 * ended is ended by it again, when all controls up to then are known.
 */
function statusOf({ status, holds, endsAt, settledAt, startsAt }: StoredRoom): RoomState {
  const stands = isHeld(holds, 'plan') || isHeld(holds, 'room');
  const isByTime = status === 'ended' && endsAt === 0 && settledAt === 0 && startsAt !== 0;
  return status === 'running' || isByTime ? (stands ? 'paused' : 'running') : status;
}

function seatsOf({ people, store, flaw }: RoomHost, facts: RoomFacts): Map<string, Seat> {
  const statuses = store.examinees.statuses();
  const sheets = store.sheets.all();
  return new Map(
    people.map(({ examineeId, extraMs }): [string, Seat] => {
      const sheet = sheets.get(examineeId);
      const stored = statuses.get(examineeId) ?? 'registered';
      const isEnded = sheet !== undefined && sheet.vector !== null;
      const status = statusOfSeat(stored, isEnded ? sheet : undefined);
      const window = windowOf(facts, examineeId, extraMs, flaw);
      const ending: Ending = isEnded ? { step: 'ended', vector: sheet.vector ?? [] } : { step: 'none' };
      const nobody = { sheet: undefined, connection: undefined, beats: NO_BEATS, beatsBy: undefined };
      return [examineeId, { examineeId, extraMs, status, window, ending, ...nobody }];
    }),
  );
}

/** A sheet ends, and is opened again, before its examinee's state follows: the sheet is right. */
function statusOfSeat(stored: ExamineeState, ended: StoredSheet | undefined): ExamineeState {
  if (ended !== undefined) return FINAL_STATES.includes(stored) ? stored : endedAs(ended);
  return stored === 'submitted' || stored === 'timed-out' ? 'answering' : stored;
}

function endedAs({ state }: StoredSheet): 'submitted' | 'timed-out' {
  return state === 'timed-out' ? 'timed-out' : 'submitted';
}

function windowOf(facts: RoomFacts, examineeId: string, extraMs: number, flaw: Flaw | undefined): SheetWindow {
  const window = windowFor(facts, examineeId, extraMs);
  if (flaw !== 'holds are added up' || window.deadlineAt === 0) return window;
  const own = facts.holds.filter(
    ({ to, examineeIds }) => to !== 0 && (examineeIds === null || examineeIds.includes(examineeId)),
  );
  const summed = own.reduce((sum, { from, to }) => sum + Math.max(0, to - Math.max(from, facts.startsAt)), 0);
  const without = windowFor({ ...facts, holds: [] }, examineeId, extraMs);
  return { ...window, deadlineAt: without.deadlineAt + summed };
}

/** The time that this room goes by. */
export function nowOf({ host: { process, flaw } }: Room): number {
  return flaw === 'a deadline follows the wall clock' ? process.wallNow() : process.now();
}

/** Asks the store; nothing follows once another process owns the room. */
export function ask<T>({ host }: Room, work: () => T, then: (outcome: Outcome<T>) => void): void {
  host.access.ask(host.process, work, then);
}

export function tell({ connection }: Seat, message: Down): void {
  connection?.tell(message);
}

/** Applies what was stored, or what follows from stored facts by time alone. */
export function apply(room: Room, { settledAt, turn, ...change }: RoomChange): void {
  room.facts = { ...room.facts, ...change };
  if (settledAt === 0) unsettle(room);
  room.turn = turn ?? room.turn;
  for (const seat of room.seats.values()) {
    seat.window = windowOf(room.facts, seat.examineeId, seat.extraMs, room.host.flaw);
    beginAnswering(room, seat);
    tell(seat, { type: 'room.status', examineeId: seat.examineeId, window: seat.window });
  }
  room.host.judge.seesTime(room);
}

function unsettle(room: Room): void {
  room.settledAt = 0;
  for (const seat of room.seats.values()) {
    if (seat.status !== 'absent') continue;
    seat.ending = { step: 'none' };
    if (seat.sheet !== undefined) seat.sheet.phase = 'in-progress';
  }
}

export function beginAnswering(room: Room, seat: Seat): void {
  if (room.facts.status !== 'running' || !BEFORE_ANSWERING.includes(seat.status)) return;
  seat.status = 'answering';
  room.begun.add(seat);
}

export function endOf(room: Room): number {
  return roomEnd(room.facts, room.seats.values());
}

/** Another process owns the room: nothing is written from now on, and everybody is sent to it. */
export function lose(room: Room): void {
  if (room.isLost || room.host.flaw === 'an old owner goes on writing') return;
  room.isLost = true;
  for (const seat of room.seats.values()) {
    seat.connection?.close();
    seat.connection = undefined;
  }
}

/** An end begins to be stored; who waits for quiet waits for its last. */
export function storing(room: Room): () => void {
  room.storingCount++;
  return () => {
    if (--room.storingCount > 0) return;
    const waiting = room.whenQuiet;
    room.whenQuiet = [];
    for (const call of waiting) quiet(room, call);
  };
}

/** Calls when no end is being stored. */
export function quiet(room: Room, call: () => void): void {
  if (room.storingCount === 0) call();
  else room.whenQuiet.push(call);
}
