// Takes the bytes of an upload as they come, and looks at them when all are there: length, SHA-256, what they are. Must never
// hold a whole file in memory, nor say `ready` before the bytes and the row are where a crash leaves them, or before
// it was looked through where something does that (workers/upload-checks.ts). Called by
// routes/uploads.ts.
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { fileTypeOf } from '../exam/file-type.ts';
import type { UploadDocument } from '../schema/documents/upload.ts';
import { isRefusal, type Refusal, RefusalError, refuse } from '../schema/refusals.ts';
import { MOST_UPLOAD_PIECES, TYPE_BYTES } from '../schema/uploads.ts';
import { newPieceName } from '../store/blobs.ts';
import { putCiphered, uploadBytes } from '../store/ciphered-blobs.ts';
import { inPieces } from './in-pieces.ts';
import type { ApiParts } from './parts.ts';

type Parts = Pick<ApiParts, 'store' | 'blobs' | 'config' | 'now'>;

/**
 * Adds these bytes at `offset`; the upload is `ready`, or `checking`, when they were the last. What came before the sender's link broke is
 * kept. Refuses UPLOAD_OFFSET, also where another sender was faster, UPLOAD_TOO_LONG, UPLOAD_HASH, UPLOAD_TYPE, and UPLOAD_UNKNOWN
 * where it was removed meanwhile.
 */
export async function takeBytes(
  parts: Parts,
  upload: UploadDocument,
  offset: number,
  bytes: Readable,
): Promise<UploadDocument | Refusal> {
  if (upload.state !== 'uploading') return upload;
  // Where all of it is there, an earlier request did not come to its end.
  const whole = upload.offset === upload.bytes ? upload : await addBytes(parts, upload, offset, bytes);
  return isRefusal(whole) || whole.offset < whole.bytes ? whole : settle(parts, whole);
}

async function addBytes(
  parts: Parts,
  upload: UploadDocument,
  offset: number,
  bytes: Readable,
): Promise<UploadDocument | Refusal> {
  if (offset !== upload.offset) return refuse('UPLOAD_OFFSET', `It is at ${upload.offset}.`);
  if (upload.pieces.length >= MOST_UPLOAD_PIECES) return beginAnew(parts, upload, 'UPLOAD_OFFSET');
  const key = await parts.store.uploads.keyOf(upload);
  let current = upload;
  for await (const piece of inPieces(atMost(bytes, upload.bytes - offset))) {
    const longer = await addPiece(parts, current, key, piece);
    if (isRefusal(longer)) return longer;
    current = longer;
  }
  return current;
}

async function addPiece(
  { store, blobs, now }: Parts,
  upload: UploadDocument,
  key: Uint8Array,
  bytes: Uint8Array,
): Promise<UploadDocument | Refusal> {
  const { _id, offset } = upload;
  const piece = { name: newPieceName(offset), bytes: bytes.length };
  await putCiphered(blobs, { id: _id, key }, { name: piece.name, offset }, bytes);
  const added = await store.uploads.add(upload, piece, now());
  if (added) return { ...upload, offset: offset + piece.bytes, pieces: [...upload.pieces, piece] };
  await blobs.remove(_id, piece.name);
  const current = await store.uploads.get(_id);
  return current === null ? refuse('UPLOAD_UNKNOWN') : refuse('UPLOAD_OFFSET', `It is at ${current.offset}.`);
}

/** Ends with UPLOAD_TOO_LONG at the piece that goes beyond; what came before it is kept. */
async function* atMost(bytes: Readable, most: number): AsyncGenerator<Uint8Array> {
  let left = most;
  // Destroyed with what is left in it, it could not be answered.
  const chunks: AsyncIterable<Uint8Array> = bytes.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    left -= chunk.length;
    if (left < 0) throw new RefusalError(refuse('UPLOAD_TOO_LONG'));
    yield chunk;
  }
}

async function settle(parts: Parts, upload: UploadDocument): Promise<UploadDocument | Refusal> {
  const read = await uploadBytes(parts, upload);
  const hash = createHash('sha256');
  const head: Uint8Array[] = [];
  let seen = 0;
  for await (const chunk of read({ start: 0, end: upload.bytes - 1 })) {
    hash.update(chunk);
    if (seen < TYPE_BYTES) head.push(chunk.slice(0, TYPE_BYTES - seen));
    seen += chunk.length;
  }
  if (hash.digest('hex') !== upload.sha256) return beginAnew(parts, upload, 'UPLOAD_HASH');
  const type = fileTypeOf(Buffer.concat(head));
  if (upload.types !== undefined && !upload.types.includes(type)) return beginAnew(parts, upload, 'UPLOAD_TYPE');
  const { store, config, now } = parts;
  const state =
    config.virusHook === undefined ? { state: 'ready' as const } : { state: 'checking' as const, checkAt: now() };
  return (await store.uploads.whole(upload, { type, ...state })) ?? refuse('UPLOAD_UNKNOWN');
}

/** Throws its pieces away. */
async function beginAnew(
  { store, blobs }: Parts,
  upload: UploadDocument,
  code: 'UPLOAD_HASH' | 'UPLOAD_OFFSET' | 'UPLOAD_TYPE',
): Promise<Refusal> {
  if (await store.uploads.restart(upload)) for (const { name } of upload.pieces) await blobs.remove(upload._id, name);
  return code === 'UPLOAD_OFFSET' ? refuse(code, 'It came in too many pieces, and begins anew at 0.') : refuse(code);
}
