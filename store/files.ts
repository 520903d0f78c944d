// Files: where the readable files lie, relative to the data directory. The files themselves are no business of the
// store. Called by the answers worker; read by the api.
import type { FileDocument } from '../schema/documents/sheet.ts';
import { LISTS } from '../schema/lists.ts';
import { withFaults } from './fault.ts';
import { putAll } from './insertion.ts';
import { type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';

export type FileStore = ReturnType<typeof fileStore>;

export function fileStore({ files }: Models) {
  return withFaults('files', {
    /** Written again by the same `_id`: the newest file counts. */
    put: (document: FileDocument): Promise<void> => putAll(files, [document]),

    get: (fileId: string): Promise<FileDocument | null> => files.findOne({ _id: fileId }).lean<FileDocument>().exec(),

    byPlan: (planId: string, page: ListPage): Promise<FileDocument[]> =>
      listed(files, { planId }, LISTS.files.sorts, page),
  });
}
