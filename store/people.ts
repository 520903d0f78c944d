// Admins and proctors: who works here. Must never hand out a password's hash to anything but the login.
// Called by the api.

import mongoose from 'mongoose';
import type { AdminDocument, ProctorDocument } from '../schema/documents/people.ts';
import type { ProctorState } from '../schema/states.ts';
import { withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

export type AdminStore = ReturnType<typeof adminStore>;
export type ProctorStore = ReturnType<typeof proctorStore>;

export function adminStore({ admins }: Models) {
  return withFaults('admins', {
    /** Throws RefusalError NAME_TAKEN where the login name is taken. */
    create: (document: AdminDocument): Promise<void> => createAll(admins, [document], ['login_1']),
    get: (adminId: string): Promise<AdminDocument | null> =>
      admins.findOne({ _id: adminId }).lean<AdminDocument>().exec(),
    byLogin: (login: string): Promise<AdminDocument | null> => admins.findOne({ login }).lean<AdminDocument>().exec(),
    /** Counted, not estimated: an estimate may be wrong after a crash, and nobody must be taken for the first admin. */
    count: (): Promise<number> => admins.countDocuments({ _id: mongoose.trusted({ $gt: '' }) }).exec(),
  });
}

export function proctorStore({ proctors }: Models) {
  return withFaults('proctors', {
    /** Throws RefusalError NAME_TAKEN where the login name is taken. */
    create: (document: ProctorDocument): Promise<void> => createAll(proctors, [document], ['login_1']),
    get: (proctorId: string): Promise<ProctorDocument | null> =>
      proctors.findOne({ _id: proctorId }).lean<ProctorDocument>().exec(),
    byLogin: (login: string): Promise<ProctorDocument | null> =>
      proctors.findOne({ login }).lean<ProctorDocument>().exec(),
    byPlan: (planId: string): Promise<ProctorDocument[]> =>
      proctors.find({ planId }).sort({ _id: 1 }).lean<ProctorDocument[]>().exec(),
    /** The proctor becomes `to` if he is in one of `from`. Null: he was in another state, or is unknown. */
    change: (proctorId: string, from: readonly ProctorState[], to: ProctorState): Promise<ProctorDocument | null> =>
      proctors
        .findOneAndUpdate(
          { _id: proctorId, status: anyOf(from) },
          { $set: { status: to } },
          { returnDocument: 'after' },
        )
        .lean<ProctorDocument>()
        .exec(),
  });
}
