// Admins: who runs the installation. Must never hand out a password's hash to anything but the login.
// Called by the api.

import mongoose from 'mongoose';
import type { Actor } from '../exam/audit-facts.ts';
import { adminFacts, type StaffMembers } from '../exam/audit-writes.ts';
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { AdminDocument } from '../schema/documents/people.ts';
import { LISTS } from '../schema/lists.ts';
import { withFaults } from './fault.ts';
import { carrying, createAll, unlessTaken } from './insertion.ts';
import { type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';

export type AdminStore = ReturnType<typeof adminStore>;

export function adminStore({ admins }: Models) {
  const native = admins.collection.conn.collection<AdminDocument>(admins.collection.name);
  return withFaults('admins', {
    /** Throws RefusalError NAME_TAKEN where the login name is taken. */
    create: (document: AdminDocument, actor?: Actor): Promise<void> =>
      createAll(admins, [carrying(document, actor && adminFacts(document, actor))], { login_1: 'NAME_TAKEN' }),
    get: (adminId: string): Promise<AdminDocument | null> =>
      admins.findOne({ _id: adminId }).lean<AdminDocument>().exec(),
    byLogin: (login: string): Promise<AdminDocument | null> => admins.findOne({ login }).lean<AdminDocument>().exec(),
    list: (page: ListPage): Promise<AdminDocument[]> => listed(admins, {}, LISTS.admins.sorts, page),
    /** Sets these while login and password are as they were found. Null: somebody was faster. Throws RefusalError NAME_TAKEN. */
    edit: (found: AdminDocument, set: Omit<StaffMembers, 'label'>, facts: AuditFacts): Promise<AdminDocument | null> =>
      unlessTaken(() =>
        native.findOneAndUpdate(
          { _id: found._id, login: found.login, passwordHash: found.passwordHash },
          { $set: set, $push: { unchained: facts } } as object,
          { returnDocument: 'after', projection: { unchained: 0 } },
        ),
      ),
    /** False where it is the last one: somebody has to be left. Of two who remove each other at once at least one stays. */
    async remove(adminId: string): Promise<boolean> {
      const removed = await admins.findOneAndDelete({ _id: adminId }).lean<AdminDocument>().exec();
      if (removed === null || (await admins.exists({ _id: mongoose.trusted({ $gt: '' }) }).exec())) return true;
      await createAll(admins, [removed]);
      return false;
    },
    /** Counted, not estimated: an estimate may be wrong after a crash, and nobody must be taken for the first admin. */
    count: (): Promise<number> => admins.countDocuments({ _id: mongoose.trusted({ $gt: '' }) }).exec(),
  });
}
