// What a room shows of itself to whoever watches from outside: each five seconds a row of everybody who has changed, for
// the live data. The store has the same rows beside its people, and each costs it as much as an answer does: where a
// process has many people, it gets those in which somebody only has more answers less often. All of it can be late;
// nothing of it is promised to anybody. Called by the room.

import { savedCount } from '../exam/answer-sheet.ts';
import { roomClock } from '../exam/exam-room.ts';
import { weightOf } from '../exam/placement.ts';
import type { LiveRoom, Seat } from './live-room.ts';
import type { RoomContext } from './room-context.ts';
import { needsOf } from './room-needs.ts';

/** A round of the display of one room. */
export const DISPLAY_MS = 5_000;
const ROWS_A_JOB = 200;
/** Each so many rounds all who have been here are told of, because jobs may be lost with Redis. Not of all rooms at once. */
const ALL_EVERY = 12;
/** Rows of people who only have more answers, of all rooms of a process, for the store in one round: 250 a second. */
const KEPT_A_ROUND = 1_250;

/** Rounds between two such rows of one person, in a process with so many people. */
export function roundsBetween(people: number): number {
  return Math.max(1, Math.ceil(people / KEPT_A_ROUND));
}

/** Whether monitors still show another state of the room: that a room has begun or ended does not wait with the counts. */
export function isShownLate({ facts, displayedStatus }: LiveRoom): boolean {
  return displayedStatus !== facts.status;
}

type Shown = Pick<Seat, 'status' | 'link' | 'lastSeenAt' | 'sheet' | 'storedCount' | 'displayBehind' | 'kept'>;
/** `turn` counts the room's rounds, and begins at another number in each room. */
type Round = { readonly turn: number; readonly rounds: number; readonly isEnded: boolean };
/** `isKept`: by the store, too. */
type Row<S extends Shown> = { readonly seat: S; readonly isKept: boolean };

/**
 * Whom this round tells of; they count as told. Live data gets everybody who has changed, the store too where the status or
 * the link has; that there are more answers, once in `rounds`, which is another moment in each room.
 */
export function takeRows<S extends Shown>(seats: Iterable<S>, { turn, rounds, isEnded }: Round): Row<S>[] {
  const isAll = turn % ALL_EVERY === 0;
  const isTurn = isAll || isEnded || turn % rounds === 0;
  const rows: Row<S>[] = [];
  for (const seat of seats) {
    const words = wordsOf(seat);
    const isKept = isTurn || seat.kept.words !== words;
    if (!seat.displayBehind && !(isAll && seat.lastSeenAt > 0) && !(seat.kept.isBehind && isKept)) continue;
    rows.push({ seat, isKept });
    seat.displayBehind = false;
    seat.kept = isKept ? { words, isBehind: false } : { ...seat.kept, isBehind: true };
  }
  return rows;
}

function wordsOf({ status, link }: Shown): string {
  return `${status} ${link}`;
}

function countOf({ sheet, storedCount }: Pick<Seat, 'sheet' | 'storedCount'>): number {
  return sheet === undefined ? storedCount : savedCount(sheet);
}

/** Hands them to the states worker; `sequence` counts the rounds, and orders them within the epoch. */
export function storeDisplay({ room, services }: RoomContext, sequence: number): void {
  const { status, startsAt } = room.facts;
  const turn = sequence + (weightOf(room.roomId) % ALL_EVERY);
  const round = { turn, rounds: services.displayRounds(), isEnded: status === 'ended' };
  const rows = takeRows(room.seats.values(), round);
  const shown = { status, startsAt, deadlineAt: roomClock(room.facts, room.seats.values()).deadlineAt };
  const needs = needsOf(room, services.now());
  const displayed = JSON.stringify([shown, needs]);
  const isChanged = room.displayed !== displayed;
  room.displayed = displayed;
  room.displayedStatus = status;
  for (let from = 0; from < rows.length || (from === 0 && isChanged); from += ROWS_A_JOB)
    services.recorder.states(room.planId, {
      roomId: room.roomId,
      epoch: room.epoch,
      sequence,
      room: shown,
      needs,
      examinees: rows.slice(from, from + ROWS_A_JOB).map(displayOf),
    });
}

function displayOf({ seat, isKept }: Row<Seat>) {
  const { examineeId, status, link, lastSeenAt, moved } = seat;
  const moves = moved === undefined ? {} : { moves: moved.count };
  const where = isKept ? {} : { onlyLive: true };
  return { ...moves, ...where, examineeId, status, link, lastSeenAt, savedCount: countOf(seat) };
}
