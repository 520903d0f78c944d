// The pure core of a room: what its controls and the passing of time do to its status. (facts, command, now) → a change
// or a refusal. Knows no Colyseus, no Redis, no store, no clock. Called by rooms/ and by the model tests.
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { RoomState } from '../schema/states.ts';
import { deadlineOf } from './clock.ts';
import { transit } from './transitions.ts';

/** A start names an instant at least this far ahead, so that rooms on different processes begin together. */
export const START_AHEAD_MS = 3_000;

/** What a room's decisions follow from. Instants epoch ms, 0 = not set; lengths ms. */
export type RoomFacts = {
  readonly status: RoomState;
  readonly startsAt: number;
  /** Set by an end control; 0 while only the deadlines end the room. */
  readonly endsAt: number;
  readonly durationMs: number;
  readonly windowEndsAt: number;
  /** The longest extra time of its examinees: the room ends when the last of them does. */
  readonly longestExtraMs: number;
};

export type RoomControl = {
  readonly action: 'open' | 'start' | 'end';
  readonly at: number;
  readonly expiresAt: number;
};

/** What changes; the room stores it before it shows it. */
export type RoomChange = Partial<Pick<RoomFacts, 'status' | 'startsAt' | 'endsAt'>>;

/** Decides about a stored control. Refused where it has expired or the state does not allow it. */
export function decideControl(room: RoomFacts, control: RoomControl, now: number): RoomChange | Refusal {
  if (now > control.expiresAt) return refuse('CONTROL_EXPIRED');
  switch (control.action) {
    case 'open':
      return statusChange(room, 'open');
    case 'start':
      return decideStart(room, control.at);
    case 'end':
      return decideEnd(room, control.at, now);
  }
}

function statusChange(room: RoomFacts, to: RoomState): RoomChange | Refusal {
  const status = transit('room', room.status, to);
  return typeof status === 'string' ? { status } : status;
}

function decideStart(room: RoomFacts, at: number): RoomChange | Refusal {
  if (room.status === 'ended') return refuse('TRANSITION_REFUSED', 'The room has ended; nothing follows.');
  if (room.startsAt !== 0) return refuse('TRANSITION_REFUSED', 'The room has its start already; allowed: end.');
  const change = statusChange(room, 'running');
  return 'refused' in change ? change : { startsAt: at };
}

function decideEnd(room: RoomFacts, at: number, now: number): RoomChange | Refusal {
  const change = statusChange(room, 'ended');
  if ('refused' in change) return change;
  return at <= now ? { endsAt: at, status: 'ended' } : { endsAt: at };
}

/** What the passing of time alone changes at `now`; undefined for nothing. */
export function decideTime(room: RoomFacts, now: number): RoomChange | undefined {
  if (room.status === 'ended') return undefined;
  const end = roomEnd(room);
  if (end !== 0 && now >= end) return { status: 'ended' };
  if (room.status === 'open' && room.startsAt !== 0 && now >= room.startsAt) return { status: 'running' };
  return undefined;
}

/** The instant at which the room ends: its end control, or the last examinee's deadline; 0 where neither is known. */
export function roomEnd(room: RoomFacts): number {
  const byTime = examineeDeadline(room, room.longestExtraMs);
  return byTime === 0 ? room.endsAt : byTime;
}

/** The deadline of an examinee with this extra time, as an instant; an end control bounds it; 0 before a start. */
export function examineeDeadline(room: RoomFacts, extraMs: number): number {
  const deadline = deadlineOf({ ...room, extraMs, pausedMs: 0 });
  if (deadline === 0) return 0;
  return room.endsAt === 0 ? deadline : Math.min(deadline, room.endsAt);
}
