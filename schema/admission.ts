// Who is let in, and by whom: a rule of the plan, and what proctors decide about one person. Who decides by it is
// exam/admission.ts.

export const ADMISSION_RULES = ['open', 'by-proctor'] as const;
export type AdmissionRule = (typeof ADMISSION_RULES)[number];

/** `waiting`: entered, and a proctor has still to say. */
export const ADMISSIONS = ['waiting', 'admitted', 'refused'] as const;
export type Admission = (typeof ADMISSIONS)[number];

/** Why somebody is not let in: what the person is told. The proctor's own words stay with the control. */
export const GROUNDS = ['identity', 'late', 'conduct', 'other'] as const;
export type Ground = (typeof GROUNDS)[number];

/** What a proctor has decided about this examinee last. */
export type AdmissionDecision = { readonly is: 'admitted' } | { readonly is: 'refused'; readonly ground: Ground };
