// Seats of examinees, as their rows hold them: promised before a control leads there, and taken by it, once for each
// control however often it is done. The unique index over a room's seats decides of two who want one. Part of examinees.ts.
import type mongoose from 'mongoose';
import { seatedFacts } from '../exam/audit-facts.ts';
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { ExamineeDocument } from '../schema/documents/room.ts';
import type { SeatEntry, Seating } from '../schema/seats.ts';
import { isDuplicate } from './fault.ts';

/** The calls about seats on this collection; faults are wrapped by who has them. */
export function seatCalls(examinees: mongoose.mongo.Collection<ExamineeDocument>) {
  return {
    /**
     * Keeps this seat for who is to sit there by this control. False where somebody else has it, or will have it; nothing
     * is changed then.
     */
    async promiseSeat(examineeId: string, { roomId, seat }: SeatEntry, controlId: string): Promise<boolean> {
      const isNew = { turnedBy: { $ne: controlId }, 'seats.promisedBy': { $ne: controlId } };
      const promised = { roomId, seat, promisedBy: controlId };
      try {
        await examinees.updateOne({ _id: examineeId, ...isNew }, { $push: { seats: promised } } as object);
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    },

    /** The control came to nothing, and so does its promise. */
    async dropPromise(examineeId: string, controlId: string): Promise<void> {
      const dropped = { $pull: { seats: { promisedBy: controlId } } };
      await examinees.updateOne({ _id: examineeId, 'seats.promisedBy': controlId }, dropped as object);
    },

    /** Sits in the promised seat of the same room from now on, with its entry of the audit chain; once for each control. */
    async reseat(examineeId: string, controlId: string, at: number, seating: Seating): Promise<void> {
      await examinees.updateOne(...seatingOf(examineeId, controlId, at, seating));
    },
  };
}

export const literal = (value: unknown) => ({ $literal: value });
const added = (field: string, value: unknown) => ({ $concatArrays: [{ $ifNull: [field, []] }, [literal(value)]] });

/** Noted once for each control; `editedAt` brings it to the rooms like any edit of the roster. */
export function turnedNow(controlId: string, facts: AuditFacts) {
  return {
    editedAt: { $max: [Date.now(), { $add: [{ $ifNull: ['$editedAt', 0] }, 1] }] },
    turnedBy: added('$turnedBy', controlId),
    unchained: added('$unchained', facts),
  };
}

/** Of all seats the one that this control has promised. */
export function keptOf(controlId: string) {
  const isPromised = { $eq: ['$$one.promisedBy', literal(controlId)] };
  const promised = { $filter: { input: { $ifNull: ['$seats', []] }, as: 'one', cond: isPromised } };
  return { $map: { input: promised, as: 'one', in: { roomId: '$$one.roomId', seat: '$$one.seat' } } };
}

/** What is promised stays; the seat of the own room is this one. */
export function seatsWith(
  { roomId, seats = [] }: Pick<ExamineeDocument, 'roomId' | 'seats'>,
  seat: string,
): SeatEntry[] {
  const promised = seats.filter(({ promisedBy }) => promisedBy !== undefined);
  return seat === '' ? promised : [{ roomId, seat }, ...promised];
}

function seatingOf(examineeId: string, controlId: string, at: number, seating: Seating) {
  const { roomId, seat, from } = seating;
  const filter = { _id: examineeId, roomId, turnedBy: { $ne: controlId } };
  const facts = seatedFacts(examineeId, controlId, seating, at);
  const $set = {
    seats: literal([{ roomId, seat }]),
    seated: literal({ controlId, from }),
    ...turnedNow(controlId, facts),
  };
  return [filter, [{ $set }]] as const;
}
