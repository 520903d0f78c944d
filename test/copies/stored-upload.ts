// An upload whose bytes lie in the blob store, for tests of copies.
import { createHash } from 'node:crypto';
import { newId } from '../../schema/ids.ts';
import { type BlobStore, newPieceName } from '../../store/blobs.ts';
import { putCiphered, readCiphered } from '../../store/ciphered-blobs.ts';
import type { Store } from '../../store/open-store.ts';
import { anUpload } from '../support/stored.ts';

const QUOTA = { planBytes: 1e6, personBytes: 1e6 };

/** Stores this text as evidence of the plan, ready to be read; returns its id. */
export async function storeUpload(store: Store, blobs: BlobStore, planId: string, text: string): Promise<string> {
  const bytes = Buffer.from(text);
  const id = newId();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const row = await store.uploads.create({ ...anUpload(id, planId), bytes: bytes.length, sha256 }, QUOTA);
  const name = newPieceName(0);
  await putCiphered(blobs, { id, key: await store.uploads.keyOf(row) }, { name, offset: 0 }, bytes);
  await store.uploads.add(row, { name, bytes: bytes.length }, Date.now());
  await store.uploads.whole(row, { type: 'text/plain', state: 'ready' });
  return id;
}

/** Its text, as a reader gets it. */
export async function uploadText(store: Store, blobs: BlobStore, id: string): Promise<string> {
  const row = await store.uploads.get(id);
  if (row === null) return '';
  const file = { id, key: await store.uploads.keyOf(row), pieces: row.pieces };
  const chunks: Uint8Array[] = [];
  for await (const chunk of readCiphered(blobs, file, { start: 0, end: row.bytes - 1 })) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
