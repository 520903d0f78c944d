// Controls in a simulated room: read in their order, decided purely, their receipt written once, the change stored under
// the epoch, then applied, then people's states, then told until everybody has it. As rooms/control-watch.ts,
// rooms/controls.ts, rooms/turns.ts and rooms/deliveries.ts have it.
import { decideControl, type RoomChange, type RoomControl, type Roster, TURNS } from '../../exam/exam-room.ts';
import { sourcesOf } from '../../exam/transitions.ts';
import { concernedBy, NOTHING } from '../../rooms/ledger.ts';
import type { ControlAction } from '../../schema/controls.ts';
import type { ControlDocument, ReceiptDocument } from '../../schema/documents/control.ts';
import type { Turn } from '../../schema/documents/room.ts';
import { isRefusal, type Refusal } from '../../schema/refusals.ts';
import { apply, ask, beginAnswering, isFinal, lose, nowOf, quiet, type Room, type Seat, tell } from './room.ts';
import { deliver, openLedger } from './room-deliveries.ts';
import { beginClosing, beginEnding } from './room-graces.ts';
import { PLAN_ID, ROOM_ID, type SimulatedStore, type StoredRoom } from './store.ts';

/** More time may bring somebody back, too. */
const MAY_TURN: readonly ControlAction[] = [...TURNS, 'extend'];

/** Reads what was stored after the last look and takes it; true where all of it is taken. One look at a time. */
export function look(room: Room, then: (isTaken: boolean) => void): void {
  if (room.isLost) return then(false);
  if (room.looking !== undefined) return void room.looking.push(then);
  room.looking = [];
  const began = nowOf(room);
  const after = room.controls.at(-1)?.sequence ?? 0;
  const end = (isTaken: boolean): void => {
    if (isTaken) room.lookedAt = Math.max(room.lookedAt, began);
    const following = room.looking ?? [];
    room.looking = undefined;
    then(isTaken);
    if (following.length > 0)
      look(room, (isNext) => {
        for (const call of following) call(isNext);
      });
  };
  ask(
    room,
    () => room.host.store.controls.after(after),
    (read) => {
      if (!read.done) return end(false);
      room.controls = [...room.controls, ...read.value];
      takeNext(room, end);
    },
  );
}

/** A control that could not be taken now stops the rest until the next look. */
function takeNext(room: Room, then: (isTaken: boolean) => void): void {
  const control = room.controls[room.takenCount];
  if (control === undefined) return then(true);
  takeControl(room, control, (isTaken) => {
    if (!isTaken) return then(false);
    room.takenCount++;
    deliver(room);
    takeNext(room, then);
  });
}

function takeControl(room: Room, control: ControlDocument, then: (isTaken: boolean) => void): void {
  const { store, flaw } = room.host;
  if (room.isLost) return then(false);
  if (room.applied.has(control._id)) return takenBefore(room, control, then);
  // A receipt is for good and carries no epoch, so who was replaced must know it before writing one.
  ask(
    room,
    () => store.rooms.epoch(),
    (epoch) => {
      if (!epoch.done) return then(false);
      if (epoch.value !== room.epoch && flaw !== 'an old owner goes on writing') {
        lose(room);
        return then(false);
      }
      if (!MAY_TURN.includes(control.action)) return decide(room, control, then);
      room.isReopening = true;
      quiet(room, () =>
        decide(room, control, (isTaken) => {
          room.isReopening = false;
          then(isTaken);
        }),
      );
    },
  );
}

function takenBefore(room: Room, control: ControlDocument, then: (isTaken: boolean) => void): void {
  finishTurn(room, (isDone) => {
    if (!isDone) return then(false);
    const receipt = room.receipts.get(control._id);
    if (receipt !== undefined) openLedger(room, control, receipt);
    then(true);
  });
}

function decide(room: Room, control: ControlDocument, then: (isTaken: boolean) => void): void {
  const { store, flaw } = room.host;
  room.isDeciding = true;
  const end = (isTaken: boolean): void => {
    room.isDeciding = false;
    then(isTaken);
  };
  const now = nowOf(room);
  const asked = controlFor(control);
  const decision = decideControl(room.facts, rosterOf(room), asked, now);
  const made = receiptOf(room, control, asked, decision, now);
  ask(
    room,
    () => store.controls.receipt(made),
    (kept) => {
      if (!kept.done) return end(false);
      const receipt = kept.value;
      const isOwn = receipt.at === made.at && receipt.state === made.state;
      if (isOwn && !isRefusal(decision)) return storeChange(receipt, decision);
      ask(
        room,
        () => writtenBefore(room, control._id),
        (before) => {
          if (!before.done) return end(false);
          storeChange(receipt, changeBy(room, asked, receipt, before.value));
        },
      );
    },
  );

  function storeChange(receipt: ReceiptDocument, change: RoomChange): void {
    ask(
      room,
      () => store.rooms.applied(room.epoch, control._id, storedPart(change)),
      (stored) => {
        if (!stored.done && flaw === 'a control is applied again with each try') applyOnce(room, control, change);
        if (!stored.done) return end(false);
        if (!stored.value) {
          lose(room);
          return end(false);
        }
        applyOnce(room, control, change);
        room.isDeciding = false;
        openLedger(room, control, receipt);
        finishTurn(room, then);
      },
    );
  }
}

/** What the store has of it already, where only the word that it was written was lost: people may have changed since. */
function writtenBefore(room: Room, controlId: string): RoomChange | undefined {
  const { applied, turn, epoch, startsAt, endsAt, endedBy, holds, adjustments } = room.host.store.rooms.get();
  const isForgotten = room.host.flaw === 'a control whose storing was not heard of is decided anew';
  if (isForgotten || epoch !== room.epoch || !applied.includes(controlId)) return undefined;
  return { startsAt, endsAt, endedBy, holds, adjustments, ...(turn?.controlId === controlId ? { turn } : {}) };
}

function applyOnce(room: Room, control: ControlDocument, change: RoomChange): void {
  if (room.host.flaw !== 'a control is applied again with each try') room.applied.add(control._id);
  if (change.status !== undefined) room.storedStatus = change.status;
  room.host.judge.applies(room, control);
  apply(room, change);
  room.host.judge.seesStored(room);
}

function storedPart({ releases: _, ...change }: RoomChange): Partial<StoredRoom> {
  return change;
}

/** What a receipt that was there before says of the change; the room says in its log where nothing of it can be done now. */
function changeBy(
  room: Room,
  asked: RoomControl,
  { state, at }: ReceiptDocument,
  before: RoomChange | undefined,
): RoomChange {
  if (state !== 'applied') return {};
  const change = decideControl(room.facts, rosterOf(room), asked, at);
  if (!isRefusal(change)) return { ...change, ...before };
  if (before === undefined) room.host.judge.loses(asked.controlId);
  return before ?? {};
}

function rosterOf({ seats }: Room): Roster {
  return new Map(
    [...seats].map(([examineeId, { extraMs, status, ending }]) => {
      const isSubmitted = ending.step === 'waiting' && ending.to === 'submitted';
      return [examineeId, { extraMs, status: isSubmitted ? 'submitted' : status }];
    }),
  );
}

function controlFor({
  _id: controlId,
  roomId,
  action,
  at,
  expiresAt,
  examineeIds,
  extraMs,
  time,
  undoes,
}: ControlDocument): RoomControl {
  const whom = examineeIds.length === 0 ? null : examineeIds;
  return {
    controlId,
    scope: roomId === '' ? 'plan' : 'room',
    action,
    at,
    expiresAt,
    extraMs,
    time,
    undoes,
    examineeIds: whom,
  };
}

function receiptOf(
  room: Room,
  control: ControlDocument,
  { examineeIds }: RoomControl,
  decision: RoomChange | Refusal,
  at: number,
): ReceiptDocument {
  const ids = { _id: `${control._id}.${ROOM_ID}`, controlId: control._id, roomId: ROOM_ID, planId: PLAN_ID, at };
  if (isRefusal(decision))
    return { ...ids, state: 'failed', code: decision.refused, message: decision.message, ledger: {} };
  const back = decision.turn?.examineeIds ?? [];
  const concerned = TURNS.includes(control.action)
    ? back
    : new Set([...concernedBy(examineeIds, room.seats.values()), ...back]);
  return {
    ...ids,
    state: 'applied',
    code: '',
    message: '',
    ledger: Object.fromEntries([...concerned].map((id) => [id, NOTHING])),
  };
}

/** What a control began about people; comes again until it is stored. */
export function storeTurn({ sheets, examinees }: SimulatedStore, { controlId, to, examineeIds }: Turn): void {
  if (to === 'submitted') return sheets.submitFor(examineeIds, controlId);
  if (to !== 'answering' && to !== 'entered' && to !== 'removed') return;
  if (to !== 'removed') sheets.reopen(examineeIds, controlId);
  examinees.turn(examineeIds, controlId, sourcesOf('examinee', to, 'control.issue'), to);
}

function finishTurn(room: Room, then: (isDone: boolean) => void): void {
  const { turn } = room;
  if (turn === undefined) return then(true);
  const seats = turn.examineeIds.flatMap((examineeId) => room.seats.get(examineeId) ?? []);
  if (turn.to === 'answering' || turn.to === 'entered') for (const seat of seats) stopTimeout(room, seat);
  quiet(room, () =>
    ask(
      room,
      () => storeTurn(room.host.store, turn),
      (stored) => {
        if (!stored.done) return then(false);
        room.turn = undefined;
        for (const seat of seats) turnSeat(room, seat, turn);
        then(true);
      },
    ),
  );
}

function turnSeat(room: Room, seat: Seat, { to }: Turn): void {
  if (to === 'removed' && !isFinal(seat)) sendOut(room, seat);
  if (to === 'submitted') submitFor(room, seat);
  if ((to !== 'answering' && to !== 'entered') || !isFinal(seat)) return;
  seat.status = to;
  seat.ending = { step: 'none' };
  if (seat.sheet !== undefined) seat.sheet.phase = 'in-progress';
  beginAnswering(room, seat);
  tell(seat, { type: 'sheet.open', examineeId: seat.examineeId });
  room.host.judge.goesOn(seat);
}

export function sendOut(room: Room, seat: Seat): void {
  const { step } = seat.ending;
  seat.status = 'removed';
  room.host.judge.goesOn(seat);
  if (step !== 'ended' && step !== 'storing') beginClosing(room, seat);
}

export function submitFor(room: Room, seat: Seat): void {
  if (isFinal(seat) || seat.ending.step === 'ended' || seat.ending.step === 'storing') return;
  room.host.judge.goesOn(seat);
  if (seat.sheet !== undefined) seat.sheet.phase = 'closing';
  beginEnding(room, seat, { step: 'waiting', to: 'submitted', named: [], notBefore: 0 });
}

function stopTimeout(room: Room, seat: Seat): void {
  const { ending } = seat;
  if (ending.step !== 'grace' && (ending.step !== 'waiting' || ending.to !== 'timed-out')) return;
  room.host.judge.goesOn(seat);
  room.ending.delete(seat);
  seat.ending = { step: 'none' };
  if (seat.sheet !== undefined) seat.sheet.phase = 'in-progress';
}
