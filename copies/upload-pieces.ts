// The bytes of uploads, as they lie: enciphered, in pieces, whether in a folder or in a bucket. Their rows are read
// first, so that each piece of a row is there, unless it was removed meanwhile. Called by backup.ts and restore.ts.
import mongoose from 'mongoose';
import type { UploadDocument } from '../schema/documents/upload.ts';
import { BlobMissing, type BlobStore } from '../store/blobs.ts';
import type { Store } from '../store/open-store.ts';
import { CopyError } from './copy-error.ts';

const { BSON } = mongoose.mongo;

type Row = Pick<UploadDocument, '_id' | 'pieces' | 'state'>;

export type CopiedUploads = {
  /** What is to be copied of this row; rows are given in their order. */
  note(row: Uint8Array): void;
  /** Each piece of the rows that were noted, in BSON. Throws CopyError where one is missing that should be there. */
  pieces(): AsyncGenerator<Uint8Array>;
  /** How many were removed while they were copied. */
  removed(): number;
};

export function copiedUploads(store: Pick<Store, 'uploads'>, blobs: BlobStore): CopiedUploads {
  const rows: Row[] = [];
  let removed = 0;

  async function bytesOf({ _id }: Row, name: string, bytes: number): Promise<Buffer | undefined> {
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await blobs.read(_id, name, { start: 0, end: bytes - 1 })) chunks.push(chunk);
      return Buffer.concat(chunks);
    } catch (error) {
      if (error instanceof BlobMissing) return undefined;
      throw error;
    }
  }

  return {
    note(row) {
      const { _id, state, pieces = [] } = BSON.deserialize(row);
      if (pieces.length > 0) rows.push({ _id, state, pieces });
    },
    async *pieces() {
      for (const row of rows) {
        for (const { name, bytes } of row.pieces) {
          const found = await bytesOf(row, name, bytes);
          if (found?.length === bytes) yield BSON.serialize({ id: row._id, name, bytes: new BSON.Binary(found) });
          else if (await isGone(store, row, name)) {
            removed++;
            break;
          } else
            throw new CopyError(
              'NOT_POSSIBLE',
              `the upload ${row._id} is not whole in ${blobs.place}: its piece ${name} is ${found === undefined ? 'missing' : 'cut short'}. Is this the folder or the bucket of the whole system?`,
            );
        }
      }
    },
    removed: () => removed,
  };
}

/** Removed since its row was read, or begun anew under another key. */
async function isGone({ uploads }: Pick<Store, 'uploads'>, { _id }: Row, piece: string): Promise<boolean> {
  const now = await uploads.get(_id);
  return now === null || !now.pieces?.some(({ name }) => name === piece);
}

/** Brings one back, in the place of what a broken-off try has left of it. */
export async function writePiece(blobs: BlobStore, document: Uint8Array): Promise<string> {
  const { id, name, bytes } = BSON.deserialize(document, { promoteBuffers: true });
  await blobs.remove(id, name);
  await blobs.put(id, name, bytes);
  return `${id}/${name}`;
}
