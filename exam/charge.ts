// Who is in charge of a room: the one who answers for it, and to whom the others turn. It gives no right that the others
// of the room have not. It passes by a handover alone, which the other has to confirm; until then nothing has changed.
// (charge, step, now) → the next charge, the same one where the step changes nothing, or a refusal. Pure.
import type { Charge, HandoverOutcome, Offer } from '../schema/charge.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';

export const NOBODY: Charge = { proctorId: '', since: 0, version: 0, offer: null, last: null };

export type ChargeStep =
  /** The first who comes while nobody is in charge. */
  | { readonly kind: 'take'; readonly by: string }
  | ({ readonly kind: 'offer'; readonly isChief: boolean } & Pick<Offer, 'handoverId' | 'by' | 'to' | 'note'>)
  | {
      readonly kind: 'answer';
      readonly handoverId: string;
      readonly by: string;
      readonly isChief: boolean;
      readonly outcome: HandoverOutcome;
    }
  /** Somebody no longer has the room. */
  | { readonly kind: 'lost'; readonly proctorId: string };

/** `assigned` are those who have the room. */
export function decideCharge(
  charge: Charge,
  assigned: ReadonlySet<string>,
  step: ChargeStep,
  now: number,
): Charge | Refusal {
  switch (step.kind) {
    case 'take':
      return charge.proctorId === '' ? changed(charge, { proctorId: step.by, since: now }) : charge;
    case 'offer':
      return decideOffer(charge, assigned, step, now);
    case 'answer':
      return decideAnswer(charge, step, now);
    case 'lost':
      return withoutThem(charge, step.proctorId, now);
  }
}

function changed(charge: Charge, change: Partial<Charge>): Charge {
  return { ...charge, ...change, version: charge.version + 1 };
}

function decideOffer(
  charge: Charge,
  assigned: ReadonlySet<string>,
  { handoverId, by, to, note, isChief }: Extract<ChargeStep, { kind: 'offer' }>,
  at: number,
): Charge | Refusal {
  const { offer, proctorId: from, last } = charge;
  if (offer?.handoverId === handoverId || last?.handoverId === handoverId) return charge;
  if (by !== from && !isChief) return refuse('HANDOVER_REFUSED', 'Who is in charge, or a chief, hands over.');
  if (offer !== null) return refuse('HANDOVER_REFUSED', 'One is waiting already; allowed: to withdraw it.');
  if (to === from) return refuse('HANDOVER_REFUSED', 'That proctor is in charge already.');
  if (!assigned.has(to)) return refuse('PROCTOR_UNKNOWN', 'Nobody with this id has the room.');
  return changed(charge, { offer: { handoverId, by, from, to, note, at } });
}

function decideAnswer(
  charge: Charge,
  { handoverId, by, isChief, outcome }: Extract<ChargeStep, { kind: 'answer' }>,
  now: number,
): Charge | Refusal {
  const { offer, last, proctorId } = charge;
  if (last?.handoverId === handoverId && last.outcome === outcome) return charge;
  if (offer?.handoverId !== handoverId) {
    const became = last?.handoverId === handoverId ? `It was ${last.outcome}.` : 'No such handover is waiting.';
    return refuse('HANDOVER_REFUSED', became);
  }
  const mayWithdraw = by === offer.by || by === proctorId || isChief;
  if (outcome === 'withdrawn' ? !mayWithdraw : by !== offer.to)
    return refuse(
      'HANDOVER_REFUSED',
      'It is confirmed or declined by whom it was offered to, and withdrawn by the others.',
    );
  const over = { offer: null, last: { handoverId, outcome } };
  return changed(charge, outcome === 'confirmed' ? { ...over, proctorId: offer.to, since: now } : over);
}

/** What was offered to somebody who stays may still be confirmed: it is how the room gets somebody again. */
function withoutThem(charge: Charge, gone: string, now: number): Charge {
  const { offer, proctorId } = charge;
  const isOffered = offer?.to === gone;
  if (proctorId !== gone && !isOffered) return charge;
  return changed(charge, {
    ...(proctorId === gone ? { proctorId: '', since: now } : {}),
    ...(isOffered ? { offer: null, last: { handoverId: offer.handoverId, outcome: 'withdrawn' } } : {}),
  });
}
