// What every export reads from. Given by whoever makes one: the api as it is asked, or the workers for later.
import type { BlobStore } from '../store/blobs.ts';
import type { Store } from '../store/open-store.ts';

export type ExportParts = {
  readonly store: Pick<
    Store,
    | 'plans'
    | 'papers'
    | 'examinees'
    | 'sheets'
    | 'answers'
    | 'results'
    | 'incidents'
    | 'logs'
    | 'audit'
    | 'files'
    | 'uploads'
  >;
  readonly blobs: BlobStore;
  /** Where the sheets' files lie. */
  readonly dataDir: string;
};
