// The bytes of an upload as they lie: AES-256 in counter mode, whose place in the file is its counter, so that a file can be
// gone on with and read from anywhere. It hides, and does not prove: the SHA-256 of the row does that. Each file has a key
// of its own, so the counter begins at nought. Called by the api.
import { createCipheriv } from 'node:crypto';
import type { BlobStore, Span } from './blobs.ts';

const BLOCK = 16;

/** What lies as `id` in `blobs`, in clear for who has the key. */
export function cipheredBlob(blobs: BlobStore, id: string, key: Uint8Array) {
  return {
    size: () => blobs.size(id),
    append: (offset: number, chunks: AsyncIterable<Uint8Array>) =>
      blobs.append(id, offset, turned(key, offset, chunks)),
    async *read(span: Span): AsyncGenerator<Uint8Array> {
      if (span.end < span.start) return;
      yield* turned(key, span.start, await blobs.read(id, span));
    },
    finish: () => blobs.finish(id),
    remove: () => blobs.remove(id),
  };
}
export type CipheredBlob = ReturnType<typeof cipheredBlob>;

/** Enciphers what is clear and deciphers what is not: in this mode that is one operation. */
async function* turned(key: Uint8Array, offset: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const counter = Buffer.alloc(BLOCK);
  counter.writeBigUInt64BE(BigInt(Math.floor(offset / BLOCK)), BLOCK - 8);
  const cipher = createCipheriv('aes-256-ctr', key, counter);
  cipher.update(Buffer.alloc(offset % BLOCK));
  for await (const chunk of chunks) yield cipher.update(chunk);
}
