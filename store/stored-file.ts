// Where a readable file of the data directory lies. Called by whoever gives files out or removes them.
import { resolve, sep } from 'node:path';
import type { FileDocument } from '../schema/documents/sheet.ts';

/** Its path. Throws where it lies outside of the directory: a store that was tampered with must not give away, or remove, other files. */
export function pathOfFile({ dataDir }: { readonly dataDir: string }, { path }: Pick<FileDocument, 'path'>): string {
  const folder = resolve(dataDir);
  const found = resolve(folder, path);
  if (!found.startsWith(folder + sep)) throw new Error('a stored file lies outside the data directory');
  return found;
}
