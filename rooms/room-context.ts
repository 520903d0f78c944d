// What the parts of a room's actor share: the live room, the process's services, and two ways back to the actor.
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
  /** The seat's row changed. */
  changed(seat: Seat): void;
};
