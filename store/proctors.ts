// Proctors: who watches which rooms of a plan, and where they are. Their presence in a room is written by that room alone,
// by compare-and-set under its epoch. Must never hand out a password's hash to anything but the login.
// Called by the api and by rooms.

import type mongoose from 'mongoose';
import { type Actor, assignmentFacts, SYSTEM } from '../exam/audit-facts.ts';
import { type StaffMembers, watchingFacts } from '../exam/audit-writes.ts';
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { Presence, ProctorDocument } from '../schema/documents/people.ts';
import type { ProctorState } from '../schema/states.ts';
import { withFaults } from './fault.ts';
import { createAll, unlessTaken } from './insertion.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

/** A proctor as rooms know one: without what a login needs, and with the presence of one room at most. */
export type Assigned = Omit<ProctorDocument, 'login' | 'passwordHash' | 'createdAt'>;
/** What a proctor is assigned to. */
export type Assignment = Pick<ProctorDocument, '_id' | 'label' | 'roomIds' | 'chief'>;

export type ProctorStore = ReturnType<typeof proctorStore>;

export function proctorStore({ proctors }: Models) {
  const native = proctors.collection.conn.collection<ProctorDocument>(proctors.collection.name);
  const assigned = (roomId: string) =>
    ({ planId: 1, roomIds: 1, chief: 1, version: 1, label: 1, [`presence.${roomId}`]: 1 }) as const;

  return withFaults('proctors', {
    /** The names of those of these who are proctors, by id. */
    async labels(ids: readonly string[]): Promise<Map<string, string>> {
      const rows = await proctors
        .find({ _id: anyOf(ids) })
        .select({ label: 1 })
        .lean<{ _id: string; label: string }[]>()
        .exec();
      return new Map(rows.map(({ _id, label }) => [_id, label]));
    },

    /** Throws RefusalError NAME_TAKEN where the login name is taken. What is assigned goes into the audit chain. */
    create: (document: ProctorDocument, actor = SYSTEM): Promise<void> => {
      const facts = assignmentFacts(document, document.createdAt.getTime(), actor);
      return createAll(proctors, [{ ...document, unchained: [facts] } as ProctorDocument], { login_1: 'NAME_TAKEN' });
    },

    /**
     * Assigns these rooms while `version` is the one that is stored, and forgets where the proctor was in rooms that are
     * no longer his. Null: somebody has assigned since, or there is no such proctor.
     */
    async assign(
      { _id, version = 1, ...before }: ProctorDocument,
      { roomIds, chief }: Pick<Assignment, 'roomIds' | 'chief'>,
      at: number,
      actor: Actor,
    ): Promise<ProctorDocument | null> {
      const next = { _id, roomIds, chief, version: version + 1 };
      const gone = Object.keys(before.presence ?? {}).filter((roomId) => !chief && !roomIds.includes(roomId));
      const $unset = Object.fromEntries(gone.map((roomId) => [`presence.${roomId}`, '']));
      const update = {
        $set: { roomIds, chief, version: next.version },
        ...(gone.length === 0 ? {} : { $unset }),
        $push: { unchained: assignmentFacts(next, at, actor, before) },
      };
      const seen = { version: version === 1 ? { $in: [1, null] } : version } as mongoose.mongo.Filter<ProctorDocument>;
      return native.findOneAndUpdate({ _id, ...seen }, update as object, {
        returnDocument: 'after',
        projection: { unchained: 0 },
      });
    },

    /**
     * Sets these while `version` is the one that is stored, which grows. Null: somebody was faster. Throws RefusalError
     * NAME_TAKEN where the login is taken.
     */
    edit: (
      { _id, version = 1 }: ProctorDocument,
      set: StaffMembers,
      facts: AuditFacts,
    ): Promise<ProctorDocument | null> => {
      const seen = { version: version === 1 ? { $in: [1, null] } : version } as mongoose.mongo.Filter<ProctorDocument>;
      const update = { $set: { ...set, version: version + 1 }, $push: { unchained: facts } };
      return unlessTaken(() =>
        native.findOneAndUpdate({ _id, ...seen }, update as object, {
          returnDocument: 'after',
          projection: { unchained: 0 },
        }),
      );
    },

    /** Removes the proctor while the assignment is as it was found. False: somebody has assigned since. */
    async remove({ _id, version = 1 }: ProctorDocument): Promise<boolean> {
      const seen = { version: version === 1 ? { $in: [1, null] } : version } as mongoose.mongo.Filter<ProctorDocument>;
      return (await native.deleteOne({ _id, ...seen })).deletedCount === 1;
    },

    /** For the audit chain: the proctor was given a seat in this room. Durable when it resolves. */
    async entered(proctorId: string, roomId: string, at: number): Promise<void> {
      const update = { $push: { unchained: watchingFacts(proctorId, roomId, at) } };
      await native.updateOne({ _id: proctorId }, update as object);
    },

    get: (proctorId: string): Promise<ProctorDocument | null> =>
      proctors.findOne({ _id: proctorId }).lean<ProctorDocument>().exec(),

    byLogin: (login: string): Promise<ProctorDocument | null> =>
      proctors.findOne({ login }).lean<ProctorDocument>().exec(),

    byPlan: (planId: string): Promise<ProctorDocument[]> =>
      proctors.find({ planId }).sort({ _id: 1 }).lean<ProctorDocument[]>().exec(),

    /** Those who have this room, with where they are in it. */
    ofRoom: (planId: string, roomId: string): Promise<Assigned[]> =>
      proctors
        .find({
          $or: [
            { planId, roomIds: roomId },
            { planId, chief: true },
          ],
        })
        .select(assigned(roomId))
        .lean<Assigned[]>()
        .exec(),

    /** Who has which rooms of a plan. */
    assignments: (planId: string): Promise<Assignment[]> =>
      proctors.find({ planId }).select({ label: 1, roomIds: 1, chief: 1 }).lean<Assignment[]>().exec(),

    /**
     * The proctor, who has this room and is in one of `from` there, comes to this presence; a later owner of the
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
          $or: [{ roomIds: roomId }, { chief: true }],
          [`presence.${roomId}.state`]: { $in: from.includes('assigned') ? [...from, null] : [...from] },
          [`presence.${roomId}.epoch`]: { $not: { $gt: presence.epoch } },
        } as mongoose.mongo.Filter<ProctorDocument>,
        { $set: { [`presence.${roomId}`]: presence } } as object,
        { returnDocument: 'after', projection: assigned(roomId) },
      ),
  });
}
