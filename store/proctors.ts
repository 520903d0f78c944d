// Proctors: who watches which rooms of a plan, and where they are. Their presence in a room is written by that room alone,
// by compare-and-set under its epoch. Must never hand out a password's hash to anything but the login.
// Called by the api and by rooms.

import type mongoose from 'mongoose';
import type { Presence, ProctorDocument } from '../schema/documents/people.ts';
import type { ProctorState } from '../schema/states.ts';
import { withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import type { Models } from './models.ts';

/** A proctor as rooms know one: without what a login needs. */
export type Assigned = Omit<ProctorDocument, 'login' | 'passwordHash' | 'createdAt'>;

export type ProctorStore = ReturnType<typeof proctorStore>;

export function proctorStore({ proctors }: Models) {
  const native = proctors.collection.conn.collection<ProctorDocument>(proctors.collection.name);
  const assigned = { login: 0, passwordHash: 0, createdAt: 0 } as const;

  return withFaults('proctors', {
    /** Throws RefusalError NAME_TAKEN where the login name is taken. */
    create: (document: ProctorDocument): Promise<void> => createAll(proctors, [document], ['login_1']),

    get: (proctorId: string): Promise<ProctorDocument | null> =>
      proctors.findOne({ _id: proctorId }).lean<ProctorDocument>().exec(),

    byLogin: (login: string): Promise<ProctorDocument | null> =>
      proctors.findOne({ login }).lean<ProctorDocument>().exec(),

    byPlan: (planId: string): Promise<ProctorDocument[]> =>
      proctors.find({ planId }).sort({ _id: 1 }).lean<ProctorDocument[]>().exec(),

    /** Those who are assigned to this room. */
    ofRoom: (planId: string, roomId: string): Promise<Assigned[]> =>
      proctors.find({ planId, roomIds: roomId }).select(assigned).lean<Assigned[]>().exec(),

    /**
     * The proctor, who is assigned to this room and in one of `from` there, comes to this presence; a later owner of the
     * room keeps what it wrote. Null: it was another state, another owner, or no such assignment.
     */
    setPresence: (
      proctorId: string,
      roomId: string,
      from: readonly ProctorState[],
      presence: Presence,
    ): Promise<Assigned | null> =>
      native.findOneAndUpdate(
        {
          _id: proctorId,
          roomIds: roomId,
          [`presence.${roomId}.state`]: { $in: from.includes('assigned') ? [...from, null] : [...from] },
          [`presence.${roomId}.epoch`]: { $not: { $gt: presence.epoch } },
        } as mongoose.mongo.Filter<ProctorDocument>,
        { $set: { [`presence.${roomId}`]: presence } } as object,
        { returnDocument: 'after', projection: assigned },
      ),
  });
}
