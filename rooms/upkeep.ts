// What a room brings to the store beside answers, each second: statuses that followed from stored facts by time alone,
// and display fields. All of it can be late; nothing of it is promised to anybody.

import { savedCount } from '../exam/answer-sheet.ts';
import { roomClock } from '../exam/exam-room.ts';
import { begunLate } from './late-start.ts';
import type { LiveRoom, Seat } from './live-room.ts';
import { releasePaper } from './paper-release.ts';
import type { RoomContext } from './room-context.ts';
import { needsOf } from './room-needs.ts';
import { isStillOwned } from './still-owned.ts';

/**
 * Stores what is behind, one write of a kind at a time: beside a slow store each second would begin the same writes again,
 * and make it slower. Throws where the store is away: it stays behind, and comes with the next upkeep.
 */
export async function storeStatuses(context: RoomContext): Promise<void> {
  const { room } = context;
  if (room.isStoringStatuses) return;
  room.isStoringStatuses = true;
  try {
    do await storeBehind(context);
    while (!room.lost && (room.storedStatus !== room.facts.status || room.begun.size > 0));
  } finally {
    room.isStoringStatuses = false;
  }
}

async function storeBehind(context: RoomContext): Promise<void> {
  const { room, services, fenced } = context;
  const { status } = room.facts;
  const isBehind = room.storedStatus !== status;
  if (isBehind) {
    const now = services.now();
    const set = { status, servedUntil: now, ...begunLate(room, now) };
    const stored = await services.store.rooms.change(room.roomId, room.epoch, set);
    if (stored === null) return fenced();
    room.storedStatus = status;
  }
  await releasePaper(context);
  if (room.begun.size === 0) return;
  if (!isBehind && !(await isStillOwned(context))) return; // else the epoch went with the room's status just now
  const begun = [...room.begun];
  const ids = begun.map(([{ examineeId }]) => examineeId);
  await services.store.examinees.beginAnswering(ids);
  await services.store.sheets.begin(ids);
  const { planId, roomId } = room;
  for (const [seat, at] of begun) {
    room.begun.delete(seat);
    const subject = seat.examineeId;
    services.recorder.log({ planId, roomId, stream: 'examinee', subject, kind: 'examinee.began', at, data: {} });
  }
}

const ROWS_A_JOB = 200;

/** Each so many times all who have been here are told of, because jobs may be lost with Redis. */
const ALL_EVERY = 12;

/** Whether monitors still show another state of the room: that a room has begun or ended does not wait with the counts. */
export function isShownLate({ facts, displayedStatus }: LiveRoom): boolean {
  return displayedStatus !== facts.status;
}

/** Hands the display fields of changed seats to the states worker; `sequence` orders them within the epoch. */
export function storeDisplay({ room, services }: RoomContext, sequence: number): void {
  const isAll = sequence % ALL_EVERY === 0;
  const behind = [...room.seats.values()].filter((seat) => seat.displayBehind || (isAll && seat.lastSeenAt > 0));
  const { status, startsAt } = room.facts;
  const shown = { status, startsAt, deadlineAt: roomClock(room.facts, room.seats.values()).deadlineAt };
  const needs = needsOf(room, services.now());
  const displayed = JSON.stringify([shown, needs]);
  const isChanged = room.displayed !== displayed;
  room.displayed = displayed;
  room.displayedStatus = status;
  for (let from = 0; from < behind.length || (from === 0 && isChanged); from += ROWS_A_JOB) {
    const seats = behind.slice(from, from + ROWS_A_JOB);
    services.recorder.states(room.planId, {
      roomId: room.roomId,
      epoch: room.epoch,
      sequence,
      room: shown,
      needs,
      examinees: seats.map(displayOf),
    });
    for (const seat of seats) seat.displayBehind = false;
  }
}

function displayOf(seat: Seat) {
  const { examineeId, status, link, lastSeenAt, moved } = seat;
  const moves = moved === undefined ? {} : { moves: moved.count };
  return {
    ...moves,
    examineeId,
    status,
    link,
    lastSeenAt,
    savedCount: seat.sheet === undefined ? seat.storedCount : savedCount(seat.sheet),
  };
}
