// Reopening: a room that has ended runs again, and whom its end timed out answers again. Says who comes back and how their
// time goes on, from stored facts alone. Pure; part of what exam-room.ts decides.
import type { Adjustment, Hold } from '../schema/controls.ts';
import type { Turn } from '../schema/documents/room.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { ExamineeState, RoomState } from '../schema/states.ts';
import { type ExamClock, remainingOf } from './clock.ts';
import type { RoomChange, RoomControl, RoomFacts, Roster } from './exam-room.ts';
import { clockOf, isHeld } from './timeline.ts';
import { sourcesOf } from './transitions.ts';

/** Whose sheet the end of a room ends: who had submitted or was removed stays so, and who never came may still come. */
const ENDED_BY_TIME: readonly ExamineeState[] = ['timed-out', ...sourcesOf('examinee', 'timed-out')];

/**
 * A room that has ended goes on where it stood: the stretch in which it was ended counts as a hold for everybody, so each
 * has what was left. Refused where that is nothing for all, unless time is added in the same control.
 */
export function decideReopening(
  room: RoomFacts,
  roster: Roster,
  control: RoomControl,
  endedAt: number,
  now: number,
): RoomChange | Refusal {
  const { scope, undoes = '' } = control;
  const { status, endedBy = '' } = room;
  if (status !== 'ended')
    return scope === 'plan' ? {} : refuse('TRANSITION_REFUSED', `The room is ${status}; allowed once it has ended.`);
  if (undoes !== '' && undoes !== endedBy) {
    if (scope === 'plan') return {};
    return refuse('UNDO_REFUSED', endedBy === '' ? 'The room ended by time.' : `Control ${endedBy} ended the room.`);
  }
  const reopened = { ...room, endsAt: 0, endedBy: '', status: statusAfter(room, now) };
  const given = extended(reopened, roster, control, ENDED_BY_TIME, now);
  const stood: Hold = { kind: 'room', from: Math.min(endedAt || now, now), to: now, examineeIds: null };
  const after = { ...given, holds: [...given.holds, stood] };
  const isBegun = after.status !== 'open';
  if (isBegun && !hasTimeLeft(after, roster, now))
    return refuse('TRANSITION_REFUSED', 'Nobody has time left; allowed: reopen with extraMs.');
  const examineeIds = [...roster]
    .filter(([, { status }]) => ENDED_BY_TIME.includes(status))
    .filter(([id, { extraMs }]) => !isBegun || remainingOf(clockOf(after, id, extraMs), now) > 0)
    .map(([id]) => id);
  return { ...changed(after), settledAt: 0, ...turned(control, isBegun ? 'answering' : 'entered', examineeIds, now) };
}

/**
 * More time within the grace: whose clock ran out a moment ago answers again, and has exactly what was added, as it has
 * stood since then. Where time had ended the room, it runs again. Undefined where nobody comes back by it.
 */
export function decideLateExtension(
  room: RoomFacts,
  roster: Roster,
  control: RoomControl,
  now: number,
): RoomChange | undefined {
  const { action, controlId, extraMs = 0, time = 'planned', undoes = '', examineeIds } = control;
  const isEnded = room.status === 'ended';
  const canRunOut = isEnded ? room.endsAt === 0 : room.status === 'running' || room.status === 'paused';
  if (action !== 'extend' || undoes !== '' || !canRunOut) return undefined;
  const whom = [...roster].flatMap(([id, { extraMs: own, status }]) => {
    const isMeant = (examineeIds === null || examineeIds.includes(id)) && ENDED_BY_TIME.includes(status);
    const ranOutAt = isMeant ? ranOutWithin(room, clockOf(room, id, own), Math.min(control.at, now)) : 0;
    return ranOutAt === 0 ? [] : [{ id, ranOutAt }];
  });
  if (whom.length === 0) return undefined;
  const stood = [...Map.groupBy(whom, ({ ranOutAt }) => ranOutAt)].map(
    ([from, people]): Hold => ({ kind: 'person', from, to: now, examineeIds: people.map(({ id }) => id) }),
  );
  return {
    adjustments: [...room.adjustments, { controlId, extraMs, time, examineeIds, undoes: '' }],
    holds: [...room.holds, ...stood],
    ...(isEnded ? { status: statusAfter(room, now), settledAt: 0 } : {}),
    turn: { controlId, to: 'answering', examineeIds: whom.map(({ id }) => id), at: now },
  };
}

/** When the clock ran out, if it had by then and its grace goes on; else 0. */
function ranOutWithin({ graceMs = 0 }: RoomFacts, { deadlineAt, heldSince }: ExamClock, at: number): number {
  return heldSince === 0 && deadlineAt <= at && at < deadlineAt + graceMs ? deadlineAt : 0;
}

/** What a plan that has ended becomes with this room of it, which was reopened. */
export function planStateOf({ startsAt, holds }: Pick<RoomFacts, 'startsAt' | 'holds'>): 'open' | 'running' | 'paused' {
  if (startsAt === 0) return 'open';
  return isHeld(holds, 'plan') ? 'paused' : 'running';
}

/** Not begun yet, held as it was when it ended, or running. */
function statusAfter({ startsAt, holds }: RoomFacts, now: number): RoomState {
  if (startsAt === 0 || now < startsAt) return 'open';
  return isHeld(holds, 'plan') || isHeld(holds, 'room') ? 'paused' : 'running';
}

function hasTimeLeft(room: RoomFacts, roster: Roster, now: number): boolean {
  if (roster.size === 0) return remainingOf(clockOf(room, '', 0), now) > 0;
  return [...roster].some(
    ([id, { extraMs, status }]) => status !== 'removed' && remainingOf(clockOf(room, id, extraMs), now) > 0,
  );
}

/** The room with what the control adds. Of those in one of these states whose clock had run out, it has stood since then. */
export function extended(
  room: RoomFacts,
  roster: Roster,
  { controlId, extraMs = 0, time = 'incident', examineeIds }: RoomControl,
  states: readonly ExamineeState[],
  now: number,
): RoomFacts {
  if (extraMs === 0) return room;
  const added: Adjustment = { controlId, extraMs, time, examineeIds, undoes: '' };
  const ranOut = new Map<number, string[]>();
  for (const [id, { extraMs: own, status }] of roster) {
    const { deadlineAt } = clockOf(room, id, own);
    const isMeant = (examineeIds === null || examineeIds.includes(id)) && states.includes(status);
    if (isMeant && deadlineAt !== 0 && deadlineAt < now)
      ranOut.set(deadlineAt, [...(ranOut.get(deadlineAt) ?? []), id]);
  }
  const stood = [...ranOut].map(([from, ids]): Hold => ({ kind: 'person', from, to: now, examineeIds: ids }));
  return { ...room, adjustments: [...room.adjustments, added], holds: [...room.holds, ...stood] };
}

function changed({ status, endsAt, endedBy = '', holds, adjustments }: RoomFacts): RoomChange {
  return { status, endsAt, endedBy, holds, adjustments };
}

/** The people whom a control turns; nothing where they are none. */
export function turned(
  { controlId, ground }: RoomControl,
  to: Turn['to'],
  examineeIds: readonly string[],
  at: number,
): { turn?: Turn } {
  if (examineeIds.length === 0) return {};
  return { turn: { controlId, to, examineeIds, at, ...(ground === undefined ? {} : { ground }) } };
}
