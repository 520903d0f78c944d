// Who has which session. Of an admin and of a service it is believed for a moment what was read, and whoever ends or narrows a
// session answers only after that moment: who asks after that answer is never let in by what was true before it
// (docs/decisions/0099-believed-sessions.md). Of a proctor nothing is believed: their rooms change in other ways too.
// Called once a request, by who-is-it.ts and inside.ts.
import { LIMITS } from '../schema/limits.ts';
import { createSharedReads } from './shared-reads.ts';
import type { Subject } from './who-is-it.ts';

export type BelievedSessions = {
  /** Who has the session of this token's hash; undefined where it has ended. Throws what the read throws. */
  get(tokenHash: string): Promise<Subject | undefined>;
};

type Believed = { readonly subject: Subject; readonly readAt: number };

/** Beyond it all are read anew, each at its next request. */
const MOST = 5_000;

/** `read` asks the store. `now` in ms, monotonic. */
export function createBelievedSessions(
  read: (tokenHash: string) => Promise<Subject | undefined>,
  now: () => number = () => performance.now(),
): BelievedSessions {
  const believed = new Map<string, Believed>();
  const shared = createSharedReads(async (tokenHash) => {
    const readAt = now(); // what it says was true at some time after this
    const subject = await read(tokenHash);
    if (believed.size >= MOST) believed.clear();
    if (subject?.role === 'admin' || subject?.role === 'service') believed.set(tokenHash, { subject, readAt });
    else believed.delete(tokenHash);
    return subject;
  });
  return {
    async get(tokenHash) {
      const known = believed.get(tokenHash);
      if (known !== undefined && now() - known.readAt < LIMITS.sessionBelievedMs) return known.subject;
      return shared.get(tokenHash);
    },
  };
}
