// The readable file of one examinee's sheet. It leaves only where it is what the store knows of it. Called by the api and by
// sheet-archive.ts.
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FileDocument } from '../schema/documents/sheet.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { Store } from '../store/open-store.ts';
import { pathOfFile } from '../store/stored-file.ts';

type Parts = { readonly store: Pick<Store, 'files'>; readonly dataDir: string };

/** Its bytes, which are what the store knows of them; a sheet's file is small. Refuses FILE_UNKNOWN and FILE_ALTERED. */
export async function sheetFile(
  { store, dataDir }: Parts,
  examineeId: string,
): Promise<{ readonly file: FileDocument; readonly bytes: Buffer } | Refusal> {
  const file = await store.files.get(`sheet.${examineeId}`);
  if (file === null) return refuse('FILE_UNKNOWN');
  const path = pathOfFile({ dataDir }, file);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return refuse('FILE_UNKNOWN');
    throw error;
  }
  return hash('sha256', bytes, 'hex') === file.sha256 ? { file, bytes } : refuse('FILE_ALTERED');
}
