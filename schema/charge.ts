// Who is in charge of a room, as it is stored and told. What follows from what is in exam/charge.ts.

/** A handover that is waiting for its answer. `by` made it: who is in charge, or a chief. */
export type Offer = {
  readonly handoverId: string;
  readonly by: string;
  readonly from: string;
  readonly to: string;
  readonly note: string;
  readonly at: number;
};

export const HANDOVER_OUTCOMES = ['confirmed', 'declined', 'withdrawn'] as const;
export type HandoverOutcome = (typeof HANDOVER_OUTCOMES)[number];

/** `proctorId` '' means nobody. `version` counts the changes. `last` is the handover before, so that its repeat is known. */
export type Charge = {
  readonly proctorId: string;
  readonly since: number;
  readonly version: number;
  readonly offer: Offer | null;
  readonly last: { readonly handoverId: string; readonly outcome: HandoverOutcome } | null;
};

/** What the room's proctors are told of it. */
export type ChargeView = Omit<Charge, 'last'>;
