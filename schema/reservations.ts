// What `enter` hands from the api to a room: who has the seat, and the ticket for one socket. Plain JSON on the way.

/** The proof of identity that a reservation carries to the room. `fresh` = the first enter ever: nothing is stored. */
export type SeatAuth =
  | {
      readonly role: 'examinee';
      readonly examineeId: string;
      readonly planId: string;
      readonly roomId: string;
      readonly fence: number;
      readonly entryId: string;
      readonly fresh: boolean;
      /** When the api began to read the sheet that it hands to the examinee, epoch ms. */
      readonly readAt: number;
      /** What the device calls itself; a process of an older version says nothing. */
      readonly deviceKey?: string;
      /** The release by which a proctor has let this device in; missing where none had to. */
      readonly release?: string;
      /** What kind of device it is, for the board. */
      readonly device?: string;
      /** The api's request, for the logs. */
      readonly requestId?: string;
    }
  | {
      readonly role: 'proctor';
      readonly proctorId: string;
      readonly planId: string;
    };

/** Colyseus' ticket for one socket; `sessionId` is a bearer secret, spent by joining, dead after 60 s. */
export type Reservation = {
  readonly name: string;
  readonly sessionId: string;
  readonly roomId: string;
  readonly processId: string;
  readonly publicAddress?: string;
};
