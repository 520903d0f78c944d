// Where bytes of uploads lie: one interface, whatever the place. What lies there are pieces, each written once and never
// changed; which of them are a file, and in which order, the rows say (uploads.ts), so that nobody has to list, lock or
// compare anything here. Must never see a name: ids alone. Implemented by folder-blobs.ts and bucket-blobs.ts.
import { newId } from '../schema/ids.ts';

/** A span of bytes, both ends included. */
export type Span = { readonly start: number; readonly end: number };

export type BlobStore = {
  /** Where this is, for operators. */
  readonly place: string;
  /** A new piece of `id`. It outlasts any crash when this resolves. */
  put(id: string, piece: string, bytes: Uint8Array): Promise<void>;
  /** Rejects before the first byte with BlobMissing. */
  read(id: string, piece: string, span: Span): Promise<AsyncIterable<Uint8Array>>;
  has(id: string, piece: string): Promise<boolean>;
  /** This piece, or all of them with those that no row names. Also where there are none. */
  remove(id: string, piece?: string): Promise<void>;
};

/** Thrown by `read`: nothing lies there, as on a machine that does not share the folder. */
export class BlobMissing extends Error {
  override readonly name = 'BlobMissing';
  constructor(cause?: unknown) {
    super('no bytes lie there', { cause });
  }
}

const ID = /^[0-9A-Za-z]{16}$/;
const PIECE = /^\d{10}-[0-9A-Za-z]{16}$/;

/** The name of a new piece that begins at this offset; no two are the same. */
export function newPieceName(offset: number): string {
  return `${String(offset).padStart(10, '0')}-${newId()}`;
}

/** Where a piece lies, or all pieces of `id`, below any folder. Throws RangeError for what is none of our names. */
export function pathOfBlob(id: string, piece?: string): string {
  if (!ID.test(id)) throw new RangeError('not the id of a blob');
  if (piece !== undefined && !PIECE.test(piece)) throw new RangeError('not the name of a piece');
  // By halves, because a folder of a hundred thousand names is slow to look into.
  return ['uploads', id.slice(0, 2), id, ...(piece === undefined ? [] : [piece])].join('/');
}

/** Writes, reads back and removes a few bytes. Rejects as the store does, or where what comes back is something else. */
export async function tryBlobs(blobs: BlobStore): Promise<void> {
  const id = newId();
  const piece = newPieceName(0);
  try {
    await blobs.put(id, piece, Buffer.from('0123456789'));
    const read: Uint8Array[] = [];
    for await (const chunk of await blobs.read(id, piece, { start: 3, end: 5 })) read.push(chunk);
    if (Buffer.concat(read).toString() !== '345') throw new Error('ranges are read wrongly');
  } catch (error) {
    await blobs.remove(id).catch(() => undefined); // what failed first says more
    throw error;
  }
  await blobs.remove(id);
  if (await blobs.has(id, piece)) throw new Error('what was removed is still there');
}
