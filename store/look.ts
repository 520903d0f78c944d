// What can be said of a store before anybody uses it: whether the URL fits, how its clock goes, which indexes are missing.
// Changes nothing, and ends its connection. Called by system-facts.ts.
import { type ClockReading, storeClock } from './clock.ts';
import { concernProblemAt } from './concerns.ts';
import { asFault } from './fault.ts';
import { connect, makeStore } from './open-store.ts';

export type StoreLook = {
  /** The sentence of what does not fit; undefined where all fits. */
  readonly concernProblem: string | undefined;
  readonly clock: ClockReading;
  /** A line each; empty where nobody asked for them. */
  readonly missingIndexes: readonly string[];
};

/** Connects, looks, at the indexes too where they are asked for, and leaves. Throws StoreFault STORE_UNAVAILABLE, and STORE_CONCERN for no URL of MongoDB's. */
export async function lookAtStore(url: string, wanted: 'with indexes' | 'without indexes'): Promise<StoreLook> {
  const connection = await connect(url, 2);
  try {
    return {
      concernProblem: await concernProblemAt(connection, url),
      clock: await storeClock(connection).offset(),
      missingIndexes: wanted === 'with indexes' ? await makeStore(connection).missingIndexes() : [],
    };
  } catch (error) {
    throw asFault('store.look', error);
  } finally {
    await connection.close();
  }
}
