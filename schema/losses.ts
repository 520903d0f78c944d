// What people may have lost time by: a link that was lost, or nobody serving the room. Shapes alone; what follows from them
// is exam/lost-minutes.ts, when there is an outage exam/outage.ts.

/** A stretch in which nobody served a room while it ran. Stored in the room by whoever serves it next. */
export type Outage = { readonly outageId: string; readonly from: number; readonly to: number };

/** What a loss follows from: a kind of log entry, which an outage of the room has too. */
export const LOSS_EVIDENCE = ['link.lost', 'room.unserved'] as const;
export type LossEvidence = (typeof LOSS_EVIDENCE)[number];
