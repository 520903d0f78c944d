// Blobs in a folder, a file for each piece. Several processes may share it. A piece that a crash left half is named by no
// row. Called by open-blobs.ts.
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BlobMissing, type BlobStore, pathOfBlob } from './blobs.ts';

const READ_BYTES = 256 * 1024;

/** Blobs in a folder of this data directory, which is made where it is missing. */
export function folderBlobs(dataDir: string): BlobStore {
  const placeOf = (id: string, piece?: string) => join(dataDir, pathOfBlob(id, piece));
  return {
    place: join(dataDir, 'uploads'),

    async put(id, piece, bytes) {
      const path = placeOf(id, piece);
      const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(path, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await syncFolders(dirname(path), made === undefined ? dirname(path) : dirname(made));
    },

    async read(id, piece, span) {
      try {
        const file = await open(placeOf(id, piece), 'r');
        return file.createReadStream({ ...span, highWaterMark: READ_BYTES });
      } catch (error) {
        throw isMissing(error) ? new BlobMissing(error) : error;
      }
    },

    async has(id, piece) {
      try {
        await stat(placeOf(id, piece));
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    },

    async remove(id, piece) {
      await rm(placeOf(id, piece), { recursive: true, force: true });
    },
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** From the innermost up to this one: a name lasts when the folder that has it was synced. */
async function syncFolders(innermost: string, outermost: string): Promise<void> {
  for (let folder = innermost; ; folder = dirname(folder)) {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (folder === outermost || folder === dirname(folder)) return;
  }
}
