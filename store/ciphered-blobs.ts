// The bytes of an upload as they lie: AES-256 in counter mode, whose place in the file is its counter, so that a file can be
// gone on with and read from anywhere, whatever its pieces. It hides, and does not prove: the SHA-256 of the row does that.
// Each file has a key of its own, so the counter begins at nought. Called by the api and the workers.
import { createCipheriv } from 'node:crypto';
import type { Piece, UploadDocument } from '../schema/documents/upload.ts';
import type { BlobStore, Span } from './blobs.ts';
import type { UploadStore } from './uploads.ts';

const BLOCK = 16;

/** Puts these bytes, which are clear and begin at `offset` of the file, as a piece of it. */
export async function putCiphered(
  blobs: BlobStore,
  file: { readonly id: string; readonly key: Uint8Array },
  piece: { readonly name: string; readonly offset: number },
  bytes: Uint8Array,
): Promise<void> {
  await blobs.put(file.id, piece.name, cipherAt(file.key, piece.offset).update(bytes));
}

/** A span of the file that these pieces are, in clear for who has the key. Throws BlobMissing. */
export async function* readCiphered(
  blobs: BlobStore,
  file: { readonly id: string; readonly key: Uint8Array; readonly pieces: readonly Piece[] },
  span: Span,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (const { name, bytes } of file.pieces) {
    const start = Math.max(span.start, offset);
    const end = Math.min(span.end, offset + bytes - 1);
    if (start <= end) {
      const cipher = cipherAt(file.key, start);
      const chunks = await blobs.read(file.id, name, { start: start - offset, end: end - offset });
      for await (const chunk of chunks) yield cipher.update(chunk);
    }
    offset += bytes;
  }
}

/** A span of the upload's bytes, in clear. */
export async function uploadBytes(
  { store, blobs }: { readonly store: { readonly uploads: Pick<UploadStore, 'keyOf'> }; readonly blobs: BlobStore },
  upload: UploadDocument,
): Promise<(span: Span) => AsyncIterable<Uint8Array>> {
  const file = { id: upload._id, key: await store.uploads.keyOf(upload), pieces: upload.pieces };
  return (span) => readCiphered(blobs, file, span);
}

/** Enciphers what is clear and deciphers what is not: in this mode that is one operation. */
function cipherAt(key: Uint8Array, offset: number) {
  const counter = Buffer.alloc(BLOCK);
  counter.writeBigUInt64BE(BigInt(Math.floor(offset / BLOCK)), BLOCK - 8);
  const cipher = createCipheriv('aes-256-ctr', key, counter);
  cipher.update(Buffer.alloc(offset % BLOCK));
  return cipher;
}
