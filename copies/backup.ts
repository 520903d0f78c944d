// A copy of a whole system in a folder, while exams run: the store part by part, the bytes of uploads, the files of the
// data directory, and the manifest last. Everything that was acknowledged before it began is in it; of what came while
// it ran, what is in it can be gone on with, as after a crash (docs/decisions/0085). Changes nothing. Called by
// operations.ts.
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '../schema/ids.ts';
import type { BlobStore } from '../store/blobs.ts';
import { PART_NAMES, type PartName } from '../store/copying.ts';
import type { Store } from '../store/open-store.ts';
import { VERSION } from '../version.ts';
import { CopyError } from './copy-error.ts';
import { dataFiles } from './data-files.ts';
import { writeDocuments } from './document-file.ts';
import { type CopiedFile, type Manifest, writeManifest } from './manifest.ts';
import { copiedUploads } from './upload-pieces.ts';

export const PIECES_FILE = 'uploadPieces.bson.gz';
export const DATA_FILE = 'dataFiles.bson.gz';

export type CopySystem = {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly dataDir: string;
  readonly paperKey: Uint8Array;
};

/** Called as each file is done. */
export type Told = (file: CopiedFile) => void;

/**
 * Writes the backup into this folder, which has to be new or empty. Throws CopyError, and StoreFault where the store
 * goes away; what was written until then has no manifest, and is no backup.
 */
export async function backUp(
  { store, blobs, dataDir, paperKey }: CopySystem,
  folder: string,
  tell: Told = () => {},
): Promise<Manifest> {
  const restoring = await store.copies.restoring();
  if (restoring !== undefined)
    throw new CopyError('NOT_POSSIBLE', `the backup ${restoring} is being restored here, and is not whole yet.`);
  await makeEmpty(folder);
  const begunAt = await storeNow(store);
  const files: CopiedFile[] = [];
  const copy = async (name: string, documents: AsyncIterable<Uint8Array>) => {
    const file = { name, ...(await writeDocuments(join(folder, name), documents)) };
    files.push(file);
    tell(file);
  };
  const uploads = copiedUploads(store, blobs);
  for (const name of PART_NAMES) {
    // Ends of chains that lie in files speak of entries, as those in the store do.
    if (name === 'heads') await copy(DATA_FILE, dataFiles(dataDir));
    await copy(
      fileOf(name),
      name === 'uploads' ? noted(store.copies.read(name), uploads.note) : store.copies.read(name),
    );
    if (name === 'uploads') await copy(PIECES_FILE, uploads.pieces());
  }
  const told = { version: VERSION, backupId: newId(), begunAt, endedAt: await storeNow(store), files };
  return writeManifest(folder, paperKey, { ...told, removedMeanwhile: uploads.removed() });
}

/** The name of a part's file. */
export function fileOf(name: PartName): string {
  return `${name}.bson.gz`;
}

async function* noted(rows: AsyncIterable<Uint8Array>, note: (row: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const row of rows) {
    note(row);
    yield row;
  }
}

async function makeEmpty(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const there = await readdir(folder);
  if (there.length === 0) return;
  const shown = `${there.slice(0, 3).join(', ')}${there.length > 3 ? ' …' : ''}`;
  const isWhole = there.includes('manifest.json');
  const what = isWhole ? 'there is a backup in it already' : 'it has to be empty, also of a backup that broke off';
  throw new CopyError('IN_THE_WAY', `${folder} is not taken: ${what} (${shown}). Name another folder.`);
}

async function storeNow(store: Store): Promise<number> {
  return Math.floor(Date.now() + (await store.clock.offset()).offsetMs);
}
