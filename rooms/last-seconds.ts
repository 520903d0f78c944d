// What a room has heard of a seat around the end of its time: the last beat before it with its tally, the first after it
// over the same socket, and what the tally turned out to stand for. Decides nothing; the rule is exam/grace.ts. Nothing
// of it is stored: a room that is made anew knows no tally, and then everything of the grace is taken, marked as late.
import type { Client } from '@colyseus/core';
import { hasRunOut } from '../exam/clock.ts';
import {
  type Beat,
  decideInGrace,
  type Grace,
  graceAfter,
  isAskedFor,
  type LastBeats,
  NO_BEATS,
  openedBy,
  withBeat,
} from '../exam/grace.ts';
import { NOTHING_WAITS } from '../exam/tally.ts';
import type { Incoming, TallyEntry } from '../schema/messages.ts';
import { type LiveRoom, type Seat, tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

type Heard = { readonly beats: LastBeats; readonly client: Client | undefined };

const heard = new WeakMap<Seat, Heard>();
const NOTHING_HEARD: Heard = { beats: NO_BEATS, client: undefined };

/** The beats around the end of this seat's time, as they are known now. */
export function beatsOf(seat: Seat): LastBeats {
  const { beats, client } = heard.get(seat) ?? NOTHING_HEARD;
  return client === seat.client ? beats : { ...beats, isCut: true };
}

/** A beat of the live session came. Asks for what its last tally stands for, where that has to be known. */
export function noteBeat(
  { room }: RoomContext,
  seat: Seat,
  client: Client,
  { tally = NOTHING_WAITS, over }: Incoming<'heartbeat'>,
  now: number,
): void {
  if (!isTimeOver(room, seat, now)) return void heard.set(seat, { client, beats: { ...NO_BEATS, at: now, tally } });
  const known = heard.get(seat) ?? NOTHING_HEARD;
  const beat: Beat = { at: now, tally, over: over === true, isSame: known.client === client };
  const grace = graceOf(room, seat);
  const beats = withBeat(known.beats, grace, beat);
  heard.set(seat, { ...known, beats });
  if (isAskedFor(beatsOf(seat), grace, now)) tell(client, 'tally.asked', { hash: beats.tally.hash });
}

/** The grace of this seat, whose time is over or about to be. Who is held has a deadline that does not pass, and ends with the room. */
export function graceOf({ facts, madeAt }: LiveRoom, { window }: Seat): Grace {
  const isEnded = facts.endsAt !== 0 && (window.heldSince !== 0 || window.deadlineAt >= facts.endsAt);
  return graceAfter(isEnded ? facts.endsAt : window.deadlineAt, isEnded, madeAt, facts.graceMs ?? 0);
}

function isTimeOver({ facts }: LiveRoom, { ending, window }: Seat, now: number): boolean {
  return ending.step !== 'none' || facts.status === 'ended' || hasRunOut(window, now);
}

/** The client opens its last tally; what opens another one changes nothing. */
export function openTally(
  _context: RoomContext,
  { seat }: { readonly seat: Seat },
  { entries }: Incoming<'tally.open'>,
): void {
  const known = heard.get(seat);
  if (known !== undefined) heard.set(seat, { ...known, beats: openedBy(known.beats, entries) });
}

/** The rule for answers that are new in this grace. */
export function takenInGrace(seat: Seat, grace: Grace, now: number) {
  return (answer: TallyEntry) => decideInGrace(beatsOf(seat), grace, answer, now);
}
