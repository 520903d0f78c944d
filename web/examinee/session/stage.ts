// Which screen somebody who has entered sees: it follows from what the server has said, and from what the person has agreed
// to at this device. Pure.
import type { LinkState } from '../../../client/events.ts';
import type { Admission } from '../../../schema/admission.ts';
import type { ExamineeState, RoomState } from '../../../schema/states.ts';

export type Stage =
  /** Is it you, is it here: before anything else. */
  | 'welcome'
  /** A proctor has to let in, or has not. */
  | 'admission'
  | 'refused'
  /** Everything is ready, the exam has not begun. */
  | 'waiting'
  /** The exam runs, and the paper is not here yet. */
  | 'loading'
  | 'paper'
  /** The clock stands for everybody: nobody reads on. */
  | 'paused'
  /** The own time has run out, and the server has not said what became of it. */
  | 'over'
  | 'submitted'
  | 'timed-out'
  | 'removed'
  | 'absent';

export type StageFacts = {
  readonly status: ExamineeState;
  readonly admission: Admission;
  readonly room: RoomState;
  readonly link: LinkState;
  readonly hasAgreed: boolean;
  readonly hasPaper: boolean;
  readonly isHeld: boolean;
  readonly isLocked: boolean;
  /** The own deadline is known, and nothing is left. */
  readonly hasRunOut: boolean;
};

const ENDS = ['submitted', 'timed-out', 'removed', 'absent'] as const;

export function stageOf(facts: StageFacts): Stage {
  const { status, admission, room, hasAgreed, hasPaper } = facts;
  const end = ENDS.find((one) => one === status);
  if (end !== undefined) return end;
  if (!hasAgreed) return 'welcome';
  if (admission === 'refused') return 'refused';
  if (admission === 'waiting') return 'admission';
  if (room === 'closed' || room === 'open') return 'waiting';
  if (room === 'ended' || facts.hasRunOut) return 'over';
  if (isCovered(facts)) return 'paused';
  return hasPaper ? 'paper' : 'loading';
}

/** A lock is said beside the paper; every other hold covers it, so that nobody gets time to think. */
function isCovered({ room, isHeld, isLocked }: StageFacts): boolean {
  return room === 'paused' || (isHeld && !isLocked);
}
