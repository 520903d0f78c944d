// What controls do to chosen people of a room: send them out, bring them back, submit for them. Acts on those whose state
// allows it, and is refused where that is nobody, with the states that they are in. Pure; part of what exam-room.ts decides.
import type { Hold } from '../schema/controls.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { ExamineeState } from '../schema/states.ts';
import { remainingOf } from './clock.ts';
import type { RoomChange, RoomControl, RoomFacts, Roster } from './exam-room.ts';
import { extended, turned } from './reopening.ts';
import { clockOf, endedFor } from './timeline.ts';
import { sourcesOf } from './transitions.ts';

const NOT_IN_YET: readonly ExamineeState[] = ['registered', ...sourcesOf('examinee', 'ready'), 'ready'];
const REMOVED = sourcesOf('examinee', 'removed');
const READMITTED = sourcesOf('examinee', 'answering', 'control.issue');
const SUBMITTED = sourcesOf('examinee', 'submitted');

/** They are let in: ready, or answering where the room runs. */
export function decideAdmission(roster: Roster, control: RoomControl, now: number): RoomChange | Refusal {
  const whom = those(control, roster, REMOVED).filter((id) => roster.get(id)?.admission !== 'admitted');
  return whom.length === 0 ? nobody('admit', control, roster) : turned(control, 'admitted', whom, now);
}

/** They may not be in until they are admitted. Who answers already is removed instead. */
export function decideRefusal(roster: Roster, control: RoomControl, now: number): RoomChange | Refusal {
  const whom = those(control, roster, NOT_IN_YET).filter((id) => roster.get(id)?.admission !== 'refused');
  return whom.length === 0 ? nobody('refuse', control, roster) : turned(control, 'refused', whom, now);
}

/** They are out, and their clocks stand until they are readmitted. */
export function decideRemoval(
  { holds }: RoomFacts,
  roster: Roster,
  control: RoomControl,
  now: number,
): RoomChange | Refusal {
  const whom = those(control, roster, REMOVED);
  if (whom.length === 0) return nobody('remove', control, roster);
  const { controlId: by, at } = control;
  const hold: Hold = { kind: 'removal', from: Math.min(at, now), to: 0, examineeIds: whom, by };
  return { holds: [...holds, hold], ...turned(control, 'removed', whom, now) };
}

/** Their sheets end as submitted, with all that the store holds. */
export function decideSubmission(
  room: RoomFacts,
  roster: Roster,
  control: RoomControl,
  now: number,
): RoomChange | Refusal {
  if (!isUnderWay(room)) return notUnderWay(room);
  const whom = those(control, roster, SUBMITTED);
  return whom.length === 0 ? nobody('submit for', control, roster) : turned(control, 'submitted', whom, now);
}

/**
 * They answer again, with what their clocks still give; where time is added, it counts from now for those whose clock had
 * run out. Refused where somebody would have nothing left. Where it names the control that removed them, it must be that.
 */
export function decideReadmission(
  room: RoomFacts,
  roster: Roster,
  control: RoomControl,
  now: number,
): RoomChange | Refusal {
  if (!isUnderWay(room) && room.status !== 'open') return notUnderWay(room);
  const whom = those(control, roster, READMITTED);
  if (whom.length === 0) return nobody('readmit', control, roster);
  if (!isUndone(room, whom, control))
    return refuse('UNDO_REFUSED', 'Not all of them are out by that control; allowed: readmit without naming one.');
  const back = { ...room, holds: room.holds.flatMap((hold) => endedFor(hold, 'removal', whom, now)) };
  const { holds, adjustments } = extended(back, roster, { ...control, examineeIds: whom }, READMITTED, now);
  if (room.status === 'open') return { holds, adjustments, ...turned(control, 'entered', whom, now) };
  const without = whom.filter((id) => {
    const clock = clockOf({ ...room, holds, adjustments }, id, roster.get(id)?.extraMs ?? 0);
    return remainingOf(clock, now) === 0;
  });
  if (without.length > 0)
    return refuse('TRANSITION_REFUSED', `No time is left for ${shown(without)}; allowed: readmit with extraMs.`);
  return { holds, adjustments, ...turned(control, 'answering', whom, now) };
}

function isUnderWay({ status }: RoomFacts): boolean {
  return status === 'running' || status === 'paused';
}

function notUnderWay({ status }: RoomFacts): Refusal {
  const next = status === 'ended' ? '; allowed: reopen' : '; allowed while it runs';
  return refuse('TRANSITION_REFUSED', `The room is ${status}${next}.`);
}

/** Of those who are named whoever is in one of these states. */
export function those({ examineeIds }: RoomControl, roster: Roster, states: readonly ExamineeState[]): string[] {
  return (examineeIds ?? []).filter((id) => {
    const status = roster.get(id)?.status;
    return status !== undefined && states.includes(status);
  });
}

function isUndone({ holds }: RoomFacts, whom: readonly string[], { undoes = '' }: RoomControl): boolean {
  if (undoes === '') return true;
  return whom.every((id) =>
    holds.some(({ to, by, examineeIds }) => to === 0 && by === undoes && examineeIds?.includes(id)),
  );
}

/** "2 answering, 1 submitted": what the second of two proctors has to know. */
export function nobody(what: string, { examineeIds }: RoomControl, roster: Roster): Refusal {
  const counts = Map.groupBy(examineeIds ?? [], (id) => {
    const { status = 'elsewhere', admission = 'admitted' } = roster.get(id) ?? {};
    return admission === 'admitted' || status === 'removed' ? status : `${status} and ${admission}`;
  });
  const states = [...counts].map(([status, ids]) => `${ids.length} ${status}`).join(', ');
  return refuse('TRANSITION_REFUSED', `Nobody to ${what}: ${states}; nothing was changed.`);
}

const SHOWN = 3;

/** The first of them, by id. */
export function shown(examineeIds: readonly string[]): string {
  const more = examineeIds.length - SHOWN;
  return `${examineeIds.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
