// An order while it is being written: what it asks for, what is still missing, and the order that comes of it. Pure.
import type { ControlWish } from '../../../client/proctor.ts';
import type { Ground } from '../../../schema/admission.ts';
import type { ControlAction, TimeKind } from '../../../schema/controls.ts';
import { ACTS } from './act-table.ts';

/** What somebody wants to order: for a room, or for people of one or more rooms. `base` has what is fixed, as of an undo. */
export type Asked = {
  readonly action: ControlAction;
  readonly roomId?: string;
  readonly examineeIds?: readonly string[];
  readonly base?: Partial<ControlWish>;
  /** Hears the order's key in acts.ts. */
  readonly ordered?: (key: number) => void;
};

export type Draft = {
  readonly reason: string;
  readonly minutes: string;
  readonly time: TimeKind;
  readonly ground: Ground;
  readonly text: string;
  readonly template: string;
  readonly mustConfirm: boolean;
  readonly toRoomId: string;
  readonly seat: string;
  readonly startInSeconds: number;
  /** What was typed to confirm it. */
  readonly roomName: string;
};

export const EMPTY: Draft = {
  reason: '',
  minutes: '',
  time: 'incident',
  ground: 'identity',
  text: '',
  template: '',
  mustConfirm: false,
  toRoomId: '',
  seat: '',
  startInSeconds: 10,
  roomName: '',
};

/** What the draft asks a person for, beside the reason. */
export type Part = 'minutes' | 'time' | 'ground' | 'text' | 'move' | 'startIn' | 'roomName';
export type Missing = Part | 'reason';

const MOST_MINUTES = 1_440;
const MINUTE_MS = 60_000;
const PARTS: Readonly<Partial<Record<ControlAction, readonly Part[]>>> = {
  notice: ['text'],
  call: ['text'],
  extend: ['minutes', 'time'],
  reopen: ['minutes', 'time'],
  readmit: ['minutes', 'time'],
  refuse: ['ground'],
  move: ['move'],
  start: ['startIn'],
};

/** In the order in which they are asked. An undo says all of it already. */
export function partsOf({ action, base }: Asked): readonly Part[] {
  const own = base?.undoes === undefined && base?.extraMs === undefined ? (PARTS[action] ?? []) : [];
  return ACTS[action].isDangerous === true ? [...own, 'roomName'] : own;
}

/** What is missing or wrong. `roomName` is what has to be typed; `reasons` of the plan, from which one is chosen. */
export function missingOf(asked: Asked, draft: Draft, roomName: string): readonly Missing[] {
  const { action } = asked;
  const parts = partsOf(asked);
  const missing: Missing[] = [];
  if (ACTS[action].needsReason === true && draft.reason.trim() === '') missing.push('reason');
  if (parts.includes('minutes') && !isLength(draft.minutes, action === 'extend')) missing.push('minutes');
  if (action === 'notice' && draft.template === '' && draft.text.trim() === '') missing.push('text');
  if (parts.includes('move') && draft.toRoomId === '' && draft.seat.trim() === '') missing.push('move');
  if (parts.includes('roomName') && plain(draft.roomName) !== plain(roomName)) missing.push('roomName');
  return missing;
}

/** The order for these people of one room, none of them for the whole room. `now`: the server's clock. */
export function wishOf(
  asked: Asked,
  draft: Draft,
  examineeIds: readonly string[] | undefined,
  now: number,
): ControlWish {
  const { action, base = {} } = asked;
  const parts = partsOf(asked);
  const minutes = Number(draft.minutes);
  const text = draft.template === '' ? draft.text.trim() : '';
  return {
    action,
    ...(examineeIds === undefined ? {} : { examineeIds: [...examineeIds] }),
    ...(parts.includes('minutes') && minutes > 0 ? { extraMs: Math.round(minutes * MINUTE_MS), time: draft.time } : {}),
    ...(parts.includes('ground') ? { ground: draft.ground } : {}),
    ...(parts.includes('text') && text !== '' ? { text } : {}),
    ...(parts.includes('text') && draft.template !== '' ? { template: draft.template } : {}),
    ...(action === 'notice' && draft.mustConfirm ? { mustConfirm: true } : {}),
    ...(parts.includes('move') && draft.toRoomId !== '' ? { toRoomId: draft.toRoomId } : {}),
    ...(parts.includes('move') && draft.seat.trim() !== '' ? { seat: draft.seat.trim() } : {}),
    ...(parts.includes('startIn') ? { at: Math.ceil((now + draft.startInSeconds * 1_000) / 1_000) * 1_000 } : {}),
    ...base,
    reason: draft.reason.trim(),
  };
}

function isLength(minutes: string, isNeeded: boolean): boolean {
  if (minutes.trim() === '') return !isNeeded;
  const value = Number(minutes);
  return Number.isFinite(value) && value >= 1 / 60 && value <= MOST_MINUTES;
}

function plain(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
