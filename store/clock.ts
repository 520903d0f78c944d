// The store's clock, the one that all processes share: a process whose own is off takes no rooms.
// Must never be asked on the path of an answer. Called by the rooms process.
import type { Connection } from 'mongoose';
import { StoreFault, withFaults } from './fault.ts';

/** The store's `$$NOW` minus our clock, and minus our monotonic one; half of the round trip taken off. All in ms. */
export type ClockReading = { offsetMs: number; monotonicOffsetMs: number; roundTripMs: number };

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
    const storeAt = row.now.getTime() - roundTripMs / 2;
    return { offsetMs: storeAt - sentAt, monotonicOffsetMs: storeAt - from, roundTripMs };
  }

  return withFaults('clock', {
    /** Right to half of the round trip. */
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
