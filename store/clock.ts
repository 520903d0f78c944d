// The store's clock, the one that all processes share: a process whose own is off takes no rooms.
// Must never be asked on the path of an answer. Called by the rooms process.
import type { Connection } from 'mongoose';
import { StoreFault, withFaults } from './fault.ts';

export type ClockReading = { offsetMs: number; roundTripMs: number };

export type StoreClock = ReturnType<typeof storeClock>;

/** Of several readings the one with the shortest round trip is nearest to the truth (Cristian 1989). */
const READINGS = 3;

export function storeClock(connection: Connection) {
  async function read(): Promise<ClockReading> {
    const sentAt = Date.now();
    const from = performance.now();
    const [row] = await connection
      .getClient()
      .db(connection.name)
      .aggregate<{ now: Date }>([{ $documents: [{}] }, { $project: { now: '$$NOW' } }])
      .toArray();
    const roundTripMs = performance.now() - from;
    if (!row) throw new StoreFault('STORE_UNAVAILABLE', 'the store did not tell its time');
    return { offsetMs: row.now.getTime() - (sentAt + roundTripMs / 2), roundTripMs };
  }

  return withFaults('clock', {
    /** The store's `$$NOW` minus our clock, half of the round trip taken off; both in ms, right to half of the round trip. */
    async offset(): Promise<ClockReading> {
      let best = await read();
      for (let reading = 1; reading < READINGS; reading++) {
        const next = await read();
        if (next.roundTripMs < best.roundTripMs) best = next;
      }
      return best;
    },
  });
}
