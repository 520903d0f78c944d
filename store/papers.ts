// Papers: what is asked. Written once and never changed. Must never hold the key. Called by the api and by rooms.
import type { PaperDocument } from '../schema/documents/plan.ts';
import { withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import type { Models } from './models.ts';

export type PaperStore = ReturnType<typeof paperStore>;

export function paperStore({ papers }: Models) {
  return withFaults('papers', {
    create: (document: PaperDocument): Promise<void> => createAll(papers, [document]),
    get: (paperId: string): Promise<PaperDocument | null> =>
      papers.findOne({ _id: paperId }).lean<PaperDocument>().exec(),
  });
}
