// Whether somebody who has entered is let in: by the plan's rule, or by a proctor. Who waits or was refused is neither ready
// nor answering, and gets no paper. Reads no clock. Called by the room, and by the api at each enter.
import type { Admission, AdmissionDecision, AdmissionRule, Ground } from '../schema/admission.ts';
import type { LateEntry } from '../schema/late-entry.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { ExamineeState } from '../schema/states.ts';

/** The plan's rules; what is missing lets everybody in. */
export type EntryRules = { readonly admission?: AdmissionRule; readonly lateEntry?: LateEntry };

type Person = { readonly status: ExamineeState; readonly admission?: AdmissionDecision | undefined };

const NOT_IN_YET: readonly ExamineeState[] = ['registered', 'absent', 'entered', 'ready'];

/** How this person stands who comes at `at`, or came then; `startsAt` is startForLate's. What a proctor has decided counts; who answers is in. */
export function admissionOf(rules: EntryRules, person: Person, startsAt: number, at: number): Admission {
  if (person.admission !== undefined) return person.admission.is;
  if (!NOT_IN_YET.includes(person.status)) return 'admitted';
  const { admission = 'open', lateEntry = 'always' } = rules;
  const isLate = lateEntry !== 'always' && startsAt !== 0 && at > startsAt + lateEntry.allowedForMs;
  const needsProctor = admission === 'by-proctor' || (isLate && lateEntry.after === 'by-proctor');
  return needsProctor ? 'waiting' : 'admitted';
}

const SENTENCES: Readonly<Record<Ground, string>> = {
  identity: 'Who you are could not be confirmed.',
  late: 'You came too late.',
  conduct: 'It is because of your conduct.',
  other: 'The proctor can say why.',
};

/** What somebody is told who was refused; a device asks again after this, since a proctor may think better of it. */
export function entryRefused(ground: Ground): Refusal {
  return refuse('ENTRY_REFUSED', SENTENCES[ground], 10_000);
}

/** The refusal of what only somebody does who is in; undefined for those. */
export function notAdmitted(admission: Admission): Refusal | undefined {
  return admission === 'admitted' ? undefined : refuse('ADMISSION_PENDING', undefined, 2_000);
}
