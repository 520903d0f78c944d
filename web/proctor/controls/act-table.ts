// Every control as the page offers it: for a room, for people, or both; whether it is dangerous, whether it must have a
// reason, and when it makes sense. The server decides; this only spares a proctor what it would refuse. Pure.
import type { BoardEntry } from '../../../client/board.ts';
import type { ControlAction } from '../../../schema/controls.ts';
import type { RoomState } from '../../../schema/states.ts';

export type ActRow = {
  /** Missing: it is never for a whole room, or never for people. */
  readonly room?: (status: RoomState) => boolean;
  readonly person?: (row: BoardEntry) => boolean;
  /** The room's name has to be typed. */
  readonly isDangerous?: true;
  /** It changes time, access or an end: it says why. */
  readonly needsReason?: true;
};

const over: readonly string[] = ['submitted', 'timed-out', 'removed'];
const isOver = ({ status }: BoardEntry) => over.includes(status);
const isThere = ({ status }: BoardEntry) => ['entered', 'ready', 'answering'].includes(status);
const isAlive = (status: RoomState) => status === 'running' || status === 'paused';
const isNotEnded = (status: RoomState) => status !== 'ended';

/** A hold that is shown may hide another one below it, so both ways are offered while anything holds. */
export const ACTS: Readonly<Record<ControlAction, ActRow>> = {
  notice: { room: isNotEnded, person: (row) => isThere(row) || row.status === 'registered' },
  extend: { room: isAlive, person: (row) => row.status !== 'removed' && row.status !== 'submitted', needsReason: true },
  call: { person: isThere },
  admit: { person: (row) => row.admission !== 'admitted' && !isOver(row) },
  refuse: {
    person: (row) => row.admission !== 'refused' && !isOver(row) && row.status !== 'answering',
    needsReason: true,
  },
  pause: {
    room: (status) => status === 'running',
    person: (row) => isThere(row) && row.hold !== 'person',
    needsReason: true,
  },
  resume: { room: (status) => status === 'paused', person: (row) => isThere(row) && row.hold !== '' },
  lock: { room: isAlive, person: (row) => isThere(row) && row.hold !== 'lock', needsReason: true },
  unlock: { room: isAlive, person: (row) => !isOver(row) && row.hold !== '' },
  release: { person: (row) => !isOver(row) && row.status !== 'registered' && row.status !== 'absent' },
  move: { person: (row) => !isOver(row) && row.status !== 'absent', needsReason: true },
  submit: { person: isThere, isDangerous: true, needsReason: true },
  remove: { person: (row) => !isOver(row) && row.status !== 'absent', isDangerous: true, needsReason: true },
  readmit: { person: isOver, needsReason: true },
  open: { room: (status) => status === 'closed' },
  start: { room: (status) => status === 'open' },
  end: { room: isNotEnded, isDangerous: true, needsReason: true },
  reopen: { room: (status) => status === 'ended', isDangerous: true, needsReason: true },
};

/** Every order that can be for people, in the order in which they are shown. */
export const PERSON_ACTS: readonly ControlAction[] = (Object.keys(ACTS) as ControlAction[]).filter(
  (action) => ACTS[action].person !== undefined,
);
/** In the order in which a proctor needs them. */
const OF_ROOM: readonly ControlAction[] = [
  'open',
  'start',
  'notice',
  'pause',
  'resume',
  'extend',
  'lock',
  'unlock',
  'end',
  'reopen',
];

/** What is offered for a room in this state. */
export function roomActs(status: RoomState): readonly ControlAction[] {
  return OF_ROOM.filter((action) => ACTS[action].room?.(status) === true);
}

/** Whether it is offered for these people: for one of them it makes sense at least. */
export function fits(action: ControlAction, rows: readonly BoardEntry[]): boolean {
  return rows.some((row) => ACTS[action].person?.(row) === true);
}

/** Of these people the ones whom the act would concern. */
export function concerned(action: ControlAction, rows: readonly BoardEntry[]): readonly BoardEntry[] {
  return rows.filter((row) => ACTS[action].person?.(row) === true);
}

/** What is wanted of somebody first: what waits for a decision, then what helps, for the key that acts. */
export function firstAct(row: BoardEntry): ControlAction | undefined {
  if (row.admission === 'waiting') return 'admit';
  if (row.deviceWaitingSince > 0) return 'release';
  if (isOver(row)) return 'readmit';
  return isThere(row) ? 'notice' : undefined;
}
