// What the parts of a room's actor share: the live room, the process's services, and two ways back to the actor.
import type { RoomChange } from '../exam/exam-room.ts';
import type { LiveRoom, Seat } from './live-room.ts';
import type { RoomServices } from './room-services.ts';

/** What a handler or an effect needs of its room. */
export type RoomContext = {
  readonly room: LiveRoom;
  readonly services: RoomServices;
  /** Runs an effect that may fail, and logs it where it does. */
  effect(name: string, work: () => Promise<void>): void;
  /** A write found a higher epoch: another process has taken the room. Nothing of it is written from here any more. */
  fenced(): void;
  /** Applies what has been stored. Does not await. */
  apply(change: RoomChange): void;
  /** Somebody has come from another room, or has gone to one: rows, deadlines and the room's end follow. */
  came(seat: Seat): void;
  gone(seat: Seat): void;
  /** Something has changed that deadlines follow from. */
  lookAgain(): void;
  /** The seat's row changed. */
  changed(seat: Seat): void;
};
