// Sessions and one-time links, by the hash of their token. Must never see a token itself. Called by the api.
// What has expired is not found, whether or not the sweep has been by.

import mongoose from 'mongoose';
import type { SessionDocument } from '../schema/documents/people.ts';
import { withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import type { Models } from './models.ts';

export type SessionStore = ReturnType<typeof sessionStore>;

export function sessionStore({ sessions }: Models) {
  const live = (hash: string, now: number) => ({ _id: hash, expiresAt: mongoose.trusted({ $gt: now }) });
  return withFaults('sessions', {
    create: (document: SessionDocument): Promise<void> => createAll(sessions, [document]),

    /** The session or link of this hash that has not expired. */
    get: (hash: string, now = Date.now()): Promise<SessionDocument | null> =>
      sessions.findOne(live(hash, now)).lean<SessionDocument>().exec(),

    /** Spends a one-time link: finds and removes it in one step, so that of two at once one gets it. */
    take: (hash: string, now = Date.now()): Promise<SessionDocument | null> =>
      sessions
        .findOneAndDelete({ ...live(hash, now), kind: 'link' })
        .lean<SessionDocument>()
        .exec(),

    async remove(hash: string): Promise<void> {
      await sessions.deleteOne({ _id: hash }).exec();
    },

    /** Ends all sessions of one person. */
    async removeOf(subjectId: string): Promise<void> {
      await sessions.deleteMany({ subjectId }).exec();
    },

    /** Removes what has expired by `now` (epoch ms). */
    async sweep(now: number): Promise<void> {
      await sessions.deleteMany({ expiresAt: mongoose.trusted({ $lte: now }) }).exec();
    },
  });
}
