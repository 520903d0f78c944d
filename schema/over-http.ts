// What the api asks a room's owner for an examinee whose socket is dead, and what it hears. Plain JSON on the way; both ends
// are processes of ours.
import type { Admission } from './admission.ts';
import type { ControlTold } from './messages.ts';
import type { ExamineeState, RoomState } from './states.ts';

/**
 * Who asks, as the api has read it: the session of the token, and the device that has the sheet. `byOffice`: an admin asks
 * for the person, of whom nothing is heard by it. `requestId` is the api's request, for the logs.
 */
export type Asker = {
  readonly examineeId: string;
  readonly fence: number;
  readonly deviceKey: string;
  readonly byOffice?: true;
  readonly requestId?: string;
};

/** For how long the person's session still counts as live, in ms; 0 where none is. */
export type SessionSign = { readonly liveForMs: number };

/** How this person stands in the room. `controls` have not been received, or wait for a confirmation. */
export type RoomStanding = {
  readonly status: ExamineeState;
  readonly admission: Admission;
  readonly room: {
    readonly status: RoomState;
    readonly startsAt: number;
    readonly deadlineAt: number;
    readonly heldSince: number;
    readonly locked: boolean;
  };
  readonly controls: readonly ControlTold[];
};
