// What a crowd of simulated examinees saw: how many answers it gave, how many were acknowledged and how fast, and what
// was refused. One for a whole run, in one process. Called by sitting.ts, and read by reports.

export type Measurements = {
  /** Answers given to the client, changes of mind included. */
  sent: number;
  /** Answers of which the system said that they are durable. */
  saved: number;
  /** Answers that a newer one of the same item overtook before they were acknowledged; nobody waits for them. */
  overtaken: number;
  /** From giving an answer to its acknowledgement, in ms, one for each acknowledged answer. */
  readonly ackMs: number[];
  /** From beginning to enter until the room is joined, in ms. */
  readonly enterMs: number[];
  /** How often each code was refused. */
  readonly refused: Map<string, number>;
};

/** Nothing seen yet. */
export function createMeasurements(): Measurements {
  return { sent: 0, saved: 0, overtaken: 0, ackMs: [], enterMs: [], refused: new Map() };
}

/** Counts one refusal. */
export function countRefusal({ refused }: Measurements, code: string): void {
  refused.set(code, (refused.get(code) ?? 0) + 1);
}

/** `ANSWER_LATE 3, BUSY 1`; empty where nothing was refused. */
export function refusalLine({ refused }: Measurements): string {
  return [...refused].map(([code, count]) => `${code} ${count}`).join(', ');
}
