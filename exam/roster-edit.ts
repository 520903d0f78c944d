// What may be edited of an examinee once the roster is no draft: label and seat at any time until the end, extra time freely
// until the start, and only upwards from then on: nobody loses by a row of a table what a clock has shown. Pure; called by
// the api.
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { ExamineeState, RoomState } from '../schema/states.ts';
import { FINAL_STATES } from './exam-room.ts';

/** `seat`: '' for none. */
export type Editable = {
  readonly label: string;
  readonly extraMs: number;
  readonly seat: string;
  readonly status: ExamineeState;
};
/** `seat`: null takes it away. */
export type EditWish = {
  readonly label?: string | undefined;
  readonly extraMs?: number | undefined;
  readonly seat?: string | null | undefined;
};

/** The row as it becomes, or why not. `room` is as it is stored; `startsAt` 0 = it has no start. */
export function decideRosterEdit(
  { label, extraMs, seat, status }: Editable,
  room: { readonly status: RoomState; readonly startsAt: number },
  wish: EditWish,
): Pick<Editable, 'label' | 'extraMs' | 'seat'> | Refusal {
  const to = {
    label: wish.label ?? label,
    extraMs: wish.extraMs ?? extraMs,
    seat: wish.seat === undefined ? seat : (wish.seat ?? ''),
  };
  if (room.status === 'ended') return refuse('TRANSITION_REFUSED', 'The room has ended; its roster stays as it is.');
  if (to.extraMs === extraMs) return to;
  if (FINAL_STATES.includes(status)) return refuse('TRANSITION_REFUSED', `This examinee is ${status}.`);
  if (room.startsAt !== 0 && to.extraMs < extraMs)
    return refuse('TRANSITION_REFUSED', 'The exam has its start; time can only be added, or taken back by a control.');
  return to;
}
