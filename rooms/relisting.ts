// The rows of this process's rooms in the list that the directory finds them by, after Redis has forgotten them. A room
// whose row is missing is found by nobody, and made by nobody else, since its lease is kept: whoever was sent away comes
// back to it only once the row is there. So it is written until it is, whatever goes away meanwhile. Called by main.ts.
import { matchMaker } from '@colyseus/core';
import type { Logger } from 'pino';
import { later } from './later.ts';
import { sharedCall } from './shared-call.ts';

const AGAIN_MS = 250;

export type Relisting = {
  /** Resolves when all of them have a row, whoever wrote it; later than that only where it was stopped. Never rejects. */
  relist(): Promise<void>;
  stop(): void;
};

/** `roomIds` are those that are made, and are not about to go. */
export function createRelisting(roomIds: () => readonly string[], log: Logger): Relisting {
  let isStopped = false;

  async function isWhole(): Promise<boolean> {
    const ids = roomIds();
    const listed = ids.length === 0 ? new Map() : await matchMaker.driver.findByIds([...ids]);
    return ids.every((roomId) => listed.has(roomId));
  }

  async function untilWhole(): Promise<void> {
    while (!isStopped) {
      try {
        await matchMaker.restoreMissingRoomCaches(); // what it cannot write it says to nobody
        if (await isWhole()) return;
      } catch (error) {
        log.debug({ err: error }, 'rows of rooms are missing and could not be written; they are written again');
      }
      await later(AGAIN_MS);
    }
  }

  return {
    relist: sharedCall(untilWhole),
    stop() {
      isStopped = true;
    },
  };
}
