// One control's ledger in one room: how far it has come with each examinee whom it concerns. Pure bookkeeping over the
// stored receipt; what changed here is stored by deliveries.ts. Decides who is concerned.
import { FINAL_STATES } from '../exam/exam-room.ts';
import type { ControlDocument, Delivery, ReceiptDocument } from '../schema/documents/control.ts';
import type { ControlLedger, ControlTold } from '../schema/messages.ts';
import type { ExamineeState } from '../schema/states.ts';

export type Ledger = {
  readonly receiptId: string;
  readonly told: ControlTold;
  /** Until when it concerns also those who enter later: a notice to everybody; else 0. */
  readonly staysUntil: number;
  readonly entries: Map<string, Delivery>;
  /** Of who came from another room: the receipt there, which has this person's entry. */
  readonly elsewhere: Map<string, string>;
  /** When each was last sent, by this process. */
  readonly sentAt: Map<string, number>;
  /** What the store does not know yet. */
  unstored: Map<string, Partial<Delivery>>;
  /** Proctors have not been told of the last change. */
  isNews: boolean;
};

export const NOTHING: Delivery = { sentAt: 0, deliveredAt: 0, confirmedAt: 0 };

type Person = { readonly examineeId: string; readonly status: ExamineeState };

/** Whom an applied control concerns: who is named, else everybody who has entered and is not through. */
export function concernedBy(examineeIds: readonly string[] | null, people: Iterable<Person>): string[] {
  if (examineeIds !== null) return [...examineeIds];
  return [...people]
    .filter(({ status }) => status !== 'registered' && !FINAL_STATES.includes(status))
    .map(({ examineeId }) => examineeId);
}

/** The ledger as the receipt has it. */
export function ledgerOf(control: ControlDocument, { _id: receiptId, ledger = {} }: ReceiptDocument): Ledger {
  return {
    receiptId,
    told: toldOf(control),
    staysUntil: isNoticeToAll(control) ? control.expiresAt : 0,
    entries: new Map(Object.entries(ledger)),
    elsewhere: new Map(),
    sentAt: new Map(),
    unstored: new Map(),
    isNews: true,
  };
}

function isNoticeToAll({ action, examineeIds = [] }: ControlDocument): boolean {
  return action === 'notice' && examineeIds.length === 0;
}

function toldOf(control: ControlDocument): ControlTold {
  const { _id: controlId, action, at, reason, extraMs = 0, time, text = '', mustConfirm = false, ground } = control;
  const { toRoomId, seat } = control;
  return {
    controlId,
    action,
    at,
    reason: action === 'refuse' ? '' : reason, // the proctor's own words are not for the person
    ...(ground === undefined ? {} : { ground }),
    ...(toRoomId === undefined ? {} : { toRoomId }),
    ...(seat === undefined ? {} : { seat }),
    ...(extraMs === 0 ? {} : { extraMs, time }),
    ...(text === '' ? {} : { text }),
    ...(mustConfirm ? { mustConfirm } : {}),
  };
}

/** Notes how far it has come with this examinee. */
export function note(ledger: Ledger, examineeId: string, change: Partial<Delivery>): void {
  ledger.entries.set(examineeId, { ...NOTHING, ...ledger.entries.get(examineeId), ...change });
  ledger.unstored.set(examineeId, { ...ledger.unstored.get(examineeId), ...change });
  ledger.isNews = true;
}

/** Whether this person has still to hear of it, or to confirm it. */
export function isOpen(mustConfirm: boolean, { deliveredAt, confirmedAt }: Delivery): boolean {
  return deliveredAt === 0 || (mustConfirm && confirmedAt === 0);
}

/** The receipt that this person's entry is in. */
export function receiptFor({ elsewhere, receiptId }: Ledger, examineeId: string): string {
  return elsewhere.get(examineeId) ?? receiptId;
}

/** Whether nobody has to hear of it any more. */
export function isDelivered({ entries }: Ledger): boolean {
  for (const { deliveredAt } of entries.values()) if (deliveredAt === 0) return false;
  return true;
}

/** What proctors see of it. */
export function summaryOf({ told: { controlId }, entries }: Ledger): ControlLedger {
  const all = [...entries];
  return {
    controlId,
    concerned: all.length,
    delivered: all.filter(([, { deliveredAt }]) => deliveredAt !== 0).length,
    confirmed: all.filter(([, { confirmedAt }]) => confirmedAt !== 0).length,
    missing: all.filter(([, { deliveredAt }]) => deliveredAt === 0).map(([examineeId]) => examineeId),
  };
}
