// How sheets and rooms end in a simulated room: the passing of time, the grace, the vector. As rooms/timekeeper.ts and
// rooms/endings.ts have it: nothing ends before all controls up to then are known, and nobody is told before it is stored.
import { holds } from '../../exam/answer-sheet.ts';
import { hasRunOut } from '../../exam/clock.ts';
import { decideTime } from '../../exam/exam-room.ts';
import { isGraceOver } from '../../exam/grace.ts';
import { sourcesOf } from '../../exam/transitions.ts';
import type { ItemRevision } from '../../schema/messages.ts';
import { apply, ask, endOf, isFinal, lose, nowOf, type Room, type Seat, storing, tell, type Waiting } from './room.ts';
import { look } from './room-controls.ts';
import { beatsOf, beginClosing, beginEnding, graceOf } from './room-graces.ts';

const RETRY_MS = 500;

/** Does what is due by now. */
export function passTime(room: Room): void {
  if (room.isLost) return;
  const now = nowOf(room);
  if (!room.isDeciding) {
    const endsAt = endOf(room);
    const change = decideTime(room.facts, endsAt, now);
    if (change !== undefined && (change.status !== 'ended' || endsAt <= knownUntil(room, now))) apply(room, change);
    for (const seat of room.seats.values())
      if (seat.ending.step === 'none' && isOver(room, seat, now)) beginTimeout(room, seat, now);
    if (isSomethingDue(room, endsAt, now) && room.looking === undefined) look(room, () => {});
  }
  for (const seat of room.ending) {
    if (seat.ending.step === 'grace') driveGrace(room, seat, seat.ending, now);
    if (seat.ending.step === 'waiting' && now >= seat.ending.notBefore) driveSeat(room, seat, seat.ending, now);
  }
  if (isSettleable(room)) settle(room, now);
}

/** All controls that were stored up to this instant have been taken. */
function knownUntil({ lookedAt, host }: Room, now: number): number {
  return host.flaw === 'nobody looks for controls before the end' ? now : lookedAt;
}

/** Somebody's time is over, but for what may have been stored meanwhile. */
function isSomethingDue(room: Room, endsAt: number, now: number): boolean {
  if (room.facts.status === 'ended') return false;
  if (endsAt !== 0 && now >= endsAt && room.lookedAt < endsAt) return true;
  for (const seat of room.seats.values())
    if (seat.ending.step === 'none' && !isFinal(seat) && seat.status !== 'registered' && hasRunOut(seat.window, now))
      if (room.lookedAt < seat.window.deadlineAt) return true;
  return false;
}

function isOver(room: Room, seat: Seat, now: number): boolean {
  if (isFinal(seat)) return false;
  if (room.facts.status === 'ended') return true;
  if (seat.status === 'registered') return false;
  return hasRunOut(seat.window, Math.min(now, knownUntil(room, now)));
}

function beginTimeout(room: Room, seat: Seat, now: number): void {
  const { flaw, judge } = room.host;
  const grace = graceOf(room, seat);
  judge.seesEnd(room, seat, grace);
  const hasNone = seat.status === 'registered' || room.facts.startsAt === 0 || now >= grace.until;
  if (hasNone || flaw === 'no grace') return beginClosing(room, seat);
  if (seat.sheet !== undefined) seat.sheet.phase = 'grace';
  beginEnding(room, seat, { step: 'grace', grace });
}

function driveGrace(room: Room, seat: Seat, { grace }: Extract<Seat['ending'], { step: 'grace' }>, now: number): void {
  if (!isOver(room, seat, now)) {
    room.host.judge.goesOn(seat);
    seat.ending = { step: 'none' };
    if (seat.sheet !== undefined) seat.sheet.phase = 'in-progress';
    room.ending.delete(seat);
  } else if (isGraceOver(beatsOf(seat), grace, seat.sheet, now)) beginClosing(room, seat);
}

function driveSeat(room: Room, seat: Seat, ending: Waiting, now: number): void {
  const { sheet } = seat;
  const isHasty = room.host.flaw === 'a submit does not wait for the store' && ending.to === 'submitted';
  if (sheet !== undefined && !isHasty) {
    if (sheet.pending.size > 0) return;
    if (ending.to === 'submitted' && !holds(sheet, ending.named)) return takeBackSubmit(room, seat, now);
  }
  seat.ending = { step: 'storing' };
  const isDone = storing(room);
  endSeat(room, seat, ending, (isStored) => {
    if (isStored) room.ending.delete(seat);
    else seat.ending = { ...ending, notBefore: nowOf(room) + RETRY_MS };
    isDone();
  });
}

function takeBackSubmit(room: Room, seat: Seat, now: number): void {
  if (seat.sheet !== undefined) seat.sheet.phase = 'in-progress';
  seat.ending = { step: 'none' };
  room.ending.delete(seat);
  tell(seat, { type: 'sheet.refused', examineeId: seat.examineeId, code: 'SUBMIT_INCOMPLETE', retry: 'later' });
  if (isOver(room, seat, now)) beginTimeout(room, seat, now);
}

/** What the store holds is read, then named by compare-and-set, then the person's state is stored, then it is told. */
function endSeat(room: Room, seat: Seat, { to }: Waiting, then: (isStored: boolean) => void): void {
  const { store } = room.host;
  const { examineeId } = seat;
  if (seat.status === 'registered') return markAbsent(room, seat, then);
  ask(
    room,
    () => store.answers.current(examineeId),
    (read) => {
      if (!read.done) return then(false);
      const vector = read.value.map(({ item, revision }): ItemRevision => [item, revision]);
      ask(
        room,
        () => store.sheets.end(room.epoch, examineeId, to, vector, nowOf(room)),
        (ended) => {
          if (ended.done && ended.value === undefined) lose(room);
          if (!ended.done || ended.value === undefined) return then(false);
          const { vector: counting, state } = ended.value;
          const as = state === 'submitted' || state === 'timed-out' ? state : to;
          const status = seat.status === 'removed' ? 'removed' : as;
          ask(
            room,
            () => store.examinees.setStatus([examineeId], sourcesOf('examinee', status), status),
            (stored) => {
              if (!stored.done) return then(false);
              seat.status = status;
              if (seat.sheet !== undefined) seat.sheet.phase = as;
              seat.ending = { step: 'ended', vector: counting ?? [] };
              tell(seat, {
                type: as === 'submitted' ? 'sheet.submitted' : 'sheet.ended',
                examineeId,
                revisions: seat.ending.vector,
              });
              then(true);
            },
          );
        },
      );
    },
  );
}

/** Who entered and never reached this room is not absent, and ends like the others. */
function markAbsent(room: Room, seat: Seat, then: (isStored: boolean) => void): void {
  const { examinees } = room.host.store;
  const { examineeId } = seat;
  const mark = (): string | undefined => {
    examinees.setStatus([examineeId], sourcesOf('examinee', 'absent'), 'absent');
    return examinees.get(examineeId)?.status;
  };
  ask(room, mark, (marked) => {
    if (!marked.done) return then(false);
    if (marked.value !== 'absent') {
      seat.status = 'entered';
      return endSeat(room, seat, { step: 'waiting', to: 'timed-out', named: [], notBefore: 0 }, then);
    }
    seat.status = 'absent';
    seat.ending = { step: 'ended', vector: [] };
    then(true);
  });
}

function isSettleable(room: Room): boolean {
  const { facts, settledAt, isSettling, isReopening, ending } = room;
  if (facts.status !== 'ended' || settledAt !== 0 || isSettling || isReopening || ending.size > 0) return false;
  for (const seat of room.seats.values()) if (!isFinal(seat)) return false;
  return true;
}

function settle(room: Room, now: number): void {
  const { store } = room.host;
  const isDone = storing(room);
  room.isSettling = true;
  const end = (): void => {
    room.isSettling = false;
    isDone();
  };
  ask(
    room,
    () => store.sheets.settle(),
    (settled) => {
      if (!settled.done) return end();
      ask(
        room,
        () => store.rooms.change(room.epoch, { status: 'ended', settledAt: now }),
        (changed) => {
          if (changed.done && !changed.value) lose(room);
          if (changed.done && changed.value) Object.assign(room, { storedStatus: 'ended', settledAt: now });
          end();
        },
      );
    },
  );
}
