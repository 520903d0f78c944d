// Sessions and one-time links, by the hash of their token. Must never see a token itself. Called by the api.
// What has expired is not found, whether or not the sweep has been by. The workers sweep.
// What ends or narrows a session returns only when nobody believes it any more (docs/decisions/0099-believed-sessions.md).

import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import type { SessionDocument } from '../schema/documents/people.ts';
import { LIMITS } from '../schema/limits.ts';
import { LISTS } from '../schema/lists.ts';
import type { Role } from '../schema/states.ts';
import { removeExpired } from './expired.ts';
import { StoreFault, withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import { type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';

export type SessionStore = ReturnType<typeof sessionStore>;

export function sessionStore({ sessions }: Models) {
  const native = sessions.collection.conn.collection<SessionDocument>(sessions.collection.name);
  return withFaults('sessions', {
    create: (document: SessionDocument): Promise<void> => createAll(sessions, [document]),

    /** The session or link of this hash that has not expired. Past mongoose, which costs as much as the read: every request asks. */
    async get(hash: string, now = Date.now()): Promise<SessionDocument | null> {
      if (typeof hash !== 'string') throw new StoreFault('STORE_REFUSED', 'a session has a text for its id');
      return native.findOne({ _id: hash, expiresAt: { $gt: now } });
    },

    async remove(hash: string): Promise<void> {
      await sessions.deleteOne({ _id: hash }).exec();
      await untilNobodyBelieves();
    },

    /** The session of this hash has been followed by another one of its family; only the first time is noted. */
    async follow(hash: string, family: string, at: number): Promise<void> {
      await native.updateOne({ _id: hash, refreshedAt: { $exists: false } }, { $set: { refreshedAt: at, family } });
      await untilNobodyBelieves();
    },

    /** Ends all that came one from another by being renewed. */
    async removeFamily(family: string): Promise<void> {
      await native.deleteMany({ $or: [{ family }, { _id: family }] });
      await untilNobodyBelieves();
    },

    /** Sets these of a machine's token while they are as they were found. False: somebody was faster, or it is gone. */
    async editService(
      { _id, label, scopes, expiresAt }: SessionDocument,
      set: Partial<Pick<SessionDocument, 'label' | 'scopes' | 'expiresAt'>>,
      hasAllScopes: boolean,
    ): Promise<boolean> {
      const seen = { label: label ?? { $exists: false }, scopes: scopes ?? { $exists: false }, expiresAt };
      const update = hasAllScopes ? { $set: set, $unset: { scopes: 1 } } : { $set: set };
      const isEdited = (await native.updateOne({ _id, ...seen } as never, update as object)).matchedCount === 1;
      if (isEdited) await untilNobodyBelieves();
      return isEdited;
    },

    /** Ends all sessions of this subject in this role. */
    async removeOf(subjectId: string, role: Role): Promise<void> {
      await sessions.deleteMany({ subjectId, role }).exec();
      await untilNobodyBelieves();
    },

    /** Ends the sessions of this subject in this role but that of this token's hash. */
    async removeOthersOf(subjectId: string, role: Role, tokenHash: string): Promise<void> {
      await sessions.deleteMany({ subjectId, role, _id: mongoose.trusted({ $ne: tokenHash }) }).exec();
      await untilNobodyBelieves();
    },

    /** Sessions of machines that have not expired, by their ids. */
    services: (page: ListPage, now: number): Promise<SessionDocument[]> => {
      const scope = { role: 'service', expiresAt: mongoose.trusted({ $gt: now }) };
      return listed(sessions, scope, LISTS.services.sorts, page);
    },

    /** The token of this machine. Null: it has expired, was ended, or there never was one. */
    ofService: (serviceId: string, now: number): Promise<SessionDocument | null> =>
      sessions
        .findOne({ subjectId: serviceId, role: 'service', expiresAt: mongoose.trusted({ $gt: now }) })
        .lean<SessionDocument>()
        .exec(),

    /** Removes what has expired by `now` (epoch ms), `limit` of it at most. Returns how many it found. */
    sweep: (now: number, limit: number): Promise<number> => removeExpired(sessions, now, limit),
  });
}

/** A timer may end a little early, and two clocks do not run alike. */
const MARGIN_MS = 10;

/** Whoever has read a session before its end believes it for so long. */
function untilNobodyBelieves(): Promise<void> {
  return sleep(LIMITS.sessionBelievedMs + MARGIN_MS);
}
