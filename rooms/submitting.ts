// Takes a submit for a seat, over whatever road it came: decided by exam/answer-sheet.ts, begun before anything is awaited.
// How its end is stored and told is endings.ts's.
import { notAdmitted } from '../exam/admission.ts';
import { decideSubmit } from '../exam/answer-sheet.ts';
import { lateOrLater } from '../exam/answering.ts';
import type { ItemRevision, Outgoing } from '../schema/messages.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import { reread } from './admission.ts';
import { beginEnding } from './endings.ts';
import type { Ending, Seat } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

/** `under-way`: the end is being stored. `missing` are the items whose named revision never arrived. */
export type SubmitTaken =
  | { readonly step: 'submitted'; readonly submitted: Outgoing['sheet.submitted'] }
  | { readonly step: 'under-way' }
  | { readonly step: 'refused'; readonly refusal: Refusal };

/** Begins the end of the sheet, where the submit names what is here. Repeating it is harmless. Does not await. */
export function takeSubmit(context: RoomContext, seat: Seat, revisions: readonly ItemRevision[]): SubmitTaken {
  const { room, services, changed } = context;
  const { sheet, ending } = seat;
  if (ending.step === 'ended' && seat.status === 'submitted')
    return { step: 'submitted', submitted: submittedBy(ending) };
  if (seat.status === 'removed') return refused(refuse('EXAMINEE_REMOVED'));
  const waits = notAdmitted(seat.admission);
  if (waits !== undefined) return refused(waits);
  if (sheet === undefined) return refused(refuse('BUSY', undefined, 500));
  if (ending.step === 'waiting' || ending.step === 'storing') return { step: 'under-way' };
  const verdict = decideSubmit(sheet, revisions, seat.window, services.now());
  if (isRefusal(verdict)) {
    // What is named may lie in the store past this process: answers over HTTP while nobody could ask it.
    if (verdict.refused === 'SUBMIT_INCOMPLETE')
      context.effect('look for what is missing', () => reread(context, seat));
    return refused(lateOrLater(seat, sheet, verdict));
  }
  sheet.phase = 'submitting';
  beginEnding(room, seat, { step: 'waiting', to: 'submitted', named: revisions, notBefore: 0 });
  changed(seat);
  return { step: 'under-way' };
}

function refused(refusal: Refusal): SubmitTaken {
  return { step: 'refused', refusal };
}

/** What the person is told of a sheet that has ended as submitted. */
export function submittedBy({ at, vector, receipt }: Extract<Ending, { step: 'ended' }>): Outgoing['sheet.submitted'] {
  return { submittedAt: at, revisions: [...vector], ...(receipt === undefined ? {} : { hash: receipt }) };
}
