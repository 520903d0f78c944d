// Seats: how one is named, and how it is stored with the examinee, so that a room gives each of its seats once. Who may
// change it is said by exam/moving.ts and exam/roster-edit.ts.
import { z } from 'zod';

/** What stands on the chair, as people read it. One room has each name once. A character that is newer than we are is visible. */
export const SeatName = z
  .string()
  .normalize('NFC')
  .trim()
  .regex(/^[^\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]{1,16}$/u, 'a seat is named by 1 to 16 visible characters');

/**
 * A seat that somebody has; one with `promisedBy` is kept for the control that leads there and is not carried out yet.
 * Nobody else can have either: the index over both is unique.
 */
export type SeatEntry = { readonly roomId: string; readonly seat: string; readonly promisedBy?: string };

/** The control that gave the seat, and the seat before; '' for none. */
export type Seated = { readonly controlId: string; readonly from: string };

/** To another seat of the same room, as the room has decided it. */
export type Seating = { readonly roomId: string; readonly seat: string; readonly from: string };

type Seats = { readonly seats?: readonly SeatEntry[] };

/** The seat in which somebody sits; '' for none. */
export function seatIn({ seats = [] }: Seats): string {
  return seats.find(({ promisedBy }) => promisedBy === undefined)?.seat ?? '';
}

/** Whether somebody has this seat, or will have it. */
export function hasSeat({ seats = [] }: Seats, roomId: string, seat: string): boolean {
  return seats.some((one) => one.roomId === roomId && one.seat === seat);
}
