// Imports: what each sealed export came to, once. Called by the api.
import { importedFacts } from '../exam/audit-writes.ts';
import type { ImportDocument } from '../schema/documents/held.ts';
import { StoreFault, withFaults } from './fault.ts';
import { carrying, createAll } from './insertion.ts';
import type { Models } from './models.ts';

export type ImportStore = ReturnType<typeof importStore>;

export function importStore({ imports }: Models) {
  const get = (importId: string): Promise<ImportDocument | null> =>
    imports.findOne({ _id: importId }).lean<ImportDocument>().exec();

  return withFaults('imports', {
    get,

    /** The numbers of the files of this set that were brought. */
    async brought(
      { planId, examineeId }: Pick<ImportDocument, 'planId' | 'examineeId'>,
      set: string,
    ): Promise<number[]> {
      const found = await imports
        .find({ planId, examineeId })
        .select({ part: 1 })
        .lean<Pick<ImportDocument, 'part'>[]>()
        .exec();
      return found.flatMap(({ part }) => (part?.set === set ? [part.number] : []));
    },

    /** Stores what a file came to, with its entry for the audit chain. Returns what is stored: of the first who brought it. */
    async note(document: ImportDocument): Promise<ImportDocument> {
      await createAll(imports, [carrying(document, importedFacts(document))]);
      const stored = await get(document._id);
      if (stored === null) throw new StoreFault('STORE_MISSING', 'an import cannot be read back');
      return stored;
    },
  });
}
