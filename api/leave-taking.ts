// How a process that serves the api leaves: it says so for a while to balancers that ask whether it is ready, then takes no
// new connection, and what is under way is answered. It must never cut off a request that it could have answered.
// Called by the composition root.
import type { Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a request may take that is under way when the others have gone. */
const UNDER_WAY_MS = 5_000;
const LOOK_MS = 10;

export type LeaveTaking = {
  /** For /ready. */
  isLeaving(): boolean;
  /** Counts the requests of this server from now on. */
  watch(server: Server): void;
  /** Resolves when nothing is under way, and at the latest 5 s after the notice. Twice is fine. */
  leave(server: Server): Promise<void>;
};

/** `noticeMs`: how long it is said before no connection is taken any more. */
export function createLeaveTaking(noticeMs: number): LeaveTaking {
  const underWay = new Set<ServerResponse>();
  let isLeaving = false;

  async function untilAnswered(): Promise<void> {
    for (const end = performance.now() + UNDER_WAY_MS; underWay.size > 0 && performance.now() < end; )
      await sleep(LOOK_MS);
  }

  return {
    isLeaving: () => isLeaving,
    watch(server) {
      server.prependListener('request', (_request, response: ServerResponse) => {
        underWay.add(response);
        response.once('close', () => underWay.delete(response));
        if (isLeaving) lastOfItsConnection(response);
      });
    },
    async leave(server) {
      isLeaving = true;
      for (const response of underWay) lastOfItsConnection(response);
      if (noticeMs > 0) await sleep(noticeMs);
      server.close(); // takes no new connection, and closes those that are idle
      await untilAnswered();
    },
  };
}

/** A balancer that keeps its connections must not send the next request on one that is about to close. */
function lastOfItsConnection(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
