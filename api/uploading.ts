// Takes the bytes of an upload as they come, and looks at them when all are there: length, SHA-256, what they are. Must never
// hold a whole file in memory, nor say `ready` before the bytes and the row are where a crash leaves them. Called by
// routes/uploads.ts.
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { fileTypeOf } from '../exam/file-type.ts';
import type { UploadDocument } from '../schema/documents/upload.ts';
import { type Refusal, RefusalError, refuse } from '../schema/refusals.ts';
import { TYPE_BYTES } from '../schema/uploads.ts';
import { BlobOffset } from '../store/blobs.ts';
import { type CipheredBlob, cipheredBlob } from '../store/ciphered-blobs.ts';
import type { ApiParts } from './parts.ts';

/** The upload's bytes in clear. */
export async function blobOf(
  { store, blobs }: Pick<ApiParts, 'store' | 'blobs'>,
  upload: UploadDocument,
): Promise<CipheredBlob> {
  return cipheredBlob(blobs, upload._id, await store.uploads.keyOf(upload));
}

/**
 * Adds these bytes at `offset`; the upload is ready when they were the last. What came before the sender's link broke is
 * kept. Refuses UPLOAD_OFFSET, UPLOAD_TOO_LONG, UPLOAD_HASH, and UPLOAD_UNKNOWN where it was removed meanwhile.
 */
export async function takeBytes(
  parts: Pick<ApiParts, 'store' | 'blobs' | 'now'>,
  upload: UploadDocument,
  offset: number,
  bytes: Readable,
): Promise<UploadDocument | Refusal> {
  const { store } = parts;
  const { _id, state } = upload;
  if (state === 'ready') return upload;
  const blob = await blobOf(parts, upload);
  try {
    await blob.append(offset, atMost(bytes, upload.bytes - offset));
  } catch (error) {
    if (error instanceof BlobOffset && error.size !== upload.bytes)
      return refuse('UPLOAD_OFFSET', `It is at ${error.size}.`);
    if (!(error instanceof BlobOffset)) throw error;
    // All of it is there since a request that did not come to its end.
  }
  await store.uploads.touch(_id, parts.now());
  const isThere = (await blob.size()) === upload.bytes;
  const current = isThere ? await settle(parts, upload, blob) : await store.uploads.get(_id);
  if (current !== null) return current;
  await blob.remove();
  return refuse('UPLOAD_UNKNOWN');
}

/** Ends with UPLOAD_TOO_LONG at the piece that goes beyond; what came before it is kept. */
async function* atMost(bytes: Readable, most: number): AsyncGenerator<Uint8Array> {
  let left = most;
  for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
    left -= chunk.length;
    if (left < 0) throw new RefusalError(refuse('UPLOAD_TOO_LONG'));
    yield chunk;
  }
}

async function settle(
  { store }: Pick<ApiParts, 'store'>,
  { _id, bytes, sha256 }: UploadDocument,
  blob: CipheredBlob,
): Promise<UploadDocument | Refusal | null> {
  const hash = createHash('sha256');
  const head: Uint8Array[] = [];
  let seen = 0;
  for await (const chunk of blob.read({ start: 0, end: bytes - 1 })) {
    hash.update(chunk);
    if (seen < TYPE_BYTES) head.push(chunk.slice(0, TYPE_BYTES - seen));
    seen += chunk.length;
  }
  if (hash.digest('hex') !== sha256) {
    await blob.remove();
    return refuse('UPLOAD_HASH');
  }
  await blob.finish();
  return store.uploads.ready(_id, fileTypeOf(Buffer.concat(head)));
}
