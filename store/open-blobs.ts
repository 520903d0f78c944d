// Which blobs a process has, by its settings. Called by the composition root, the workers and the operator's commands.
import type { BlobStore } from './blobs.ts';
import { type Bucket, bucketBlobs } from './bucket-blobs.ts';
import { folderBlobs } from './folder-blobs.ts';

/** The bucket where there is one, else a folder of the data directory. */
export type BlobPlace = { readonly dataDir: string; readonly bucket: Bucket | undefined };

/** Connects to nothing yet. */
export function openBlobs({ dataDir, bucket }: BlobPlace): BlobStore {
  return bucket === undefined ? folderBlobs(dataDir) : bucketBlobs(bucket);
}
