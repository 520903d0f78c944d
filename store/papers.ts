// Papers: what is asked. Written once and never changed; items, sections and pictures lie sealed under the key from the environment, so that
// neither a database file nor a dump shows them. Must never hold the key of the right answers. Called by the api, by rooms
// and by workers.

import mongoose from 'mongoose';
import type { Actor } from '../exam/audit-facts.ts';
import { paperFacts } from '../exam/audit-writes.ts';
import type { Item } from '../schema/answers.ts';
import type { PaperDocument, StoredPaperDocument } from '../schema/documents/plan.ts';
import { LISTS } from '../schema/lists.ts';
import { ofPaper } from '../schema/sealed-paper.ts';
import { withFaults } from './fault.ts';
import { carrying, createAll } from './insertion.ts';
import { type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import { bytesOf, environmentKey, seal, unseal } from './sealing.ts';

type Content = Pick<PaperDocument, 'items' | 'sections' | 'pictures'>;
/** Of a paper with items alone, the items; so are those from before there was more. */
type SealedContent = Item[] | Content;

export type PaperStore = ReturnType<typeof paperStore>;

export function paperStore({ papers, plans, keys }: Models, paperKey: Uint8Array | undefined) {
  const sealed = (paperId: string, content: SealedContent): Buffer =>
    Buffer.from(seal(environmentKey(paperKey), Buffer.from(JSON.stringify(content)), ofPaper(paperId)));

  /** A paper from before papers were sealed: it is sealed now, and its clear items are gone from the store. */
  async function sealAgain({ _id, items = [] }: StoredPaperDocument): Promise<Item[]> {
    await papers
      .updateOne(
        { _id, items: mongoose.trusted({ $exists: true }) },
        { $set: { sealedItems: sealed(_id, items) }, $unset: { items: 1 } },
      )
      .exec();
    return items;
  }

  async function contentOf(stored: StoredPaperDocument): Promise<Content> {
    if (stored.sealedItems === undefined) return { items: await sealAgain(stored) };
    const text = unseal(environmentKey(paperKey), bytesOf(stored.sealedItems), ofPaper(stored._id));
    const content = JSON.parse(text.toString('utf8')) as SealedContent;
    return Array.isArray(content) ? { items: content } : content;
  }

  return withFaults('papers', {
    /** With an actor, for the audit chain too. */
    async create(document: PaperDocument, actor?: Actor): Promise<void> {
      const { items, sections, pictures, ...paper } = document;
      const isBare = sections === undefined && pictures === undefined;
      const content = isBare ? items : { items, ...(sections && { sections }), ...(pictures && { pictures }) };
      const stored = { ...paper, sealedItems: sealed(paper._id, content) };
      await createAll(papers, [carrying(stored, actor && paperFacts(document, actor))]);
    },

    /** Papers without what is asked, by their ids. */
    list: (page: ListPage): Promise<StoredPaperDocument[]> =>
      listed(papers, {}, LISTS.papers.sorts, page, { name: 1, rehearsal: 1, createdAt: 1 }),

    /** Removes the paper and its keys. False, and nothing is removed, where a plan names it, also one made meanwhile. */
    async remove(paperId: string): Promise<boolean> {
      const isNamed = () => plans.exists({ paperId }).exec();
      if (await isNamed()) return false;
      const removed = await papers.findOneAndDelete({ _id: paperId }).lean<StoredPaperDocument>().exec();
      // A plan that was made meanwhile looks for its paper again after its row is there, and we for it after the paper is not.
      if (removed !== null && (await isNamed())) {
        await createAll(papers, [removed]);
        return false;
      }
      await keys.deleteMany({ paperId }).exec();
      return true;
    },

    async get(paperId: string): Promise<PaperDocument | null> {
      const stored = await papers.findOne({ _id: paperId }).lean<StoredPaperDocument>().exec();
      if (stored === null) return null;
      const { _id, name, createdAt } = stored;
      return { _id, name, ...(await contentOf(stored)), createdAt };
    },
  });
}
