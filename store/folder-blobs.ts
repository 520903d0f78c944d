// Blobs in a folder: a half file beside its place, synced whenever its sender pauses, and renamed when it is whole. Several
// processes may share the folder. Called by the composition root.
import { constants, type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { BlobMissing, BlobOffset, type BlobStore, type Span } from './blobs.ts';

const ID = /^[0-9A-Za-z]{16}$/;
const READ_BYTES = 256 * 1024;

/** Blobs in a folder of this data directory, which is made where it is missing. Throws RangeError for what is no id. */
export function folderBlobs(dataDir: string): BlobStore {
  const placeOf = (id: string): { whole: string; half: string } => {
    if (!ID.test(id)) throw new RangeError('not the id of a blob');
    // By halves, because a folder of a hundred thousand names is slow to look into.
    const whole = join(dataDir, 'uploads', id.slice(0, 2), id);
    return { whole, half: `${whole}.half` };
  };

  return {
    async size(id) {
      const { whole, half } = placeOf(id);
      return (await sizeOf(whole)) ?? (await sizeOf(half)) ?? 0;
    },

    async append(id, offset, chunks) {
      const { whole, half } = placeOf(id);
      const done = await sizeOf(whole);
      if (done !== undefined) throw new BlobOffset(done);
      await mkdir(dirname(half), { recursive: true });
      const file = await open(half, constants.O_RDWR | constants.O_CREAT, 0o600);
      try {
        const { size } = await file.stat();
        if (size !== offset) throw new BlobOffset(size);
        await writeFrom(file, offset, chunks);
      } finally {
        await file.close();
      }
      if (offset === 0) await syncFolder(dirname(half));
    },

    async finish(id) {
      const { whole, half } = placeOf(id);
      if ((await sizeOf(whole)) !== undefined) return;
      await rename(half, whole);
      await syncFolder(dirname(whole));
    },

    async read(id, span) {
      const { whole, half } = placeOf(id);
      return (await readable(whole, span)) ?? (await readable(half, span)) ?? missing();
    },

    async remove(id) {
      const { whole, half } = placeOf(id);
      await rm(half, { force: true });
      await rm(whole, { force: true });
    },
  };
}

/** On the disk when it resolves, and also when it rejects. */
async function writeFrom(file: FileHandle, offset: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let at = offset;
  try {
    for await (const chunk of chunks) {
      for (let written = 0; written < chunk.length; ) {
        const { bytesWritten } = await file.write(chunk, written, chunk.length - written, at);
        written += bytesWritten;
        at += bytesWritten;
      }
    }
  } finally {
    await file.sync();
  }
}

async function readable(path: string, span: Span): Promise<Readable | undefined> {
  const file = await open(path, 'r').catch(undefinedIfMissing);
  return file?.createReadStream({ ...span, highWaterMark: READ_BYTES });
}

function missing(): never {
  throw new BlobMissing('no bytes lie there');
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(undefinedIfMissing))?.size;
}

function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
