// Keys: what is right. A change is a new version, never an edit, so that a score can always be traced to its key.
// Must never be read by anything that serves examinees. Called by the api's write and by the statistics worker alone.
import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../exam/audit-facts.ts';
import { keyFacts } from '../exam/audit-writes.ts';
import type { KeyEntry } from '../schema/answers.ts';
import type { KeyDocument } from '../schema/documents/plan.ts';
import { LISTS } from '../schema/lists.ts';
import { isDuplicate, StoreFault, withFaults } from './fault.ts';
import { carrying } from './insertion.ts';
import { type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';

/** How often a version that somebody else took in between is tried anew. */
const TRIES = 50;

export type KeyStore = ReturnType<typeof keyStore>;

export function keyStore({ keys }: Models) {
  const newest = (paperId: string): Promise<KeyDocument | null> =>
    keys.findOne({ paperId }).sort({ version: -1 }).lean<KeyDocument>().exec();

  return withFaults('keys', {
    /** Stores the entries as the next version, with an actor for the audit chain too, and returns it. The same entries again return the version that has them. */
    async put(paperId: string, entries: readonly KeyEntry[], actor?: Actor): Promise<KeyDocument> {
      for (let tries = 0; tries < TRIES; tries++) {
        const before = await newest(paperId);
        if (before && isDeepStrictEqual(before.entries, entries)) return before;
        const version = (before?.version ?? 0) + 1;
        const document: KeyDocument = {
          _id: `${paperId}.${version}`,
          paperId,
          version,
          entries: [...entries],
          createdAt: new Date(),
        };
        try {
          await keys.create(carrying(document, actor && keyFacts(document, actor)));
          return document;
        } catch (error) {
          if (!isDuplicate(error)) throw error;
        }
      }
      throw new StoreFault('STORE_UNAVAILABLE', 'others keep storing keys of this paper');
    },

    newest,

    /** Versions of a paper's key, the first first. */
    versions: (paperId: string, page: ListPage): Promise<KeyDocument[]> =>
      listed(keys, { paperId }, LISTS.keys.sorts, page),
  });
}
