// The files of the data directory that a copy has: readable files of sheets, and the signed ends of audit chains. Each
// is one document, of its path and its bytes. Never follows a path out of the directory. Called by backup.ts and
// restore.ts.
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import mongoose from 'mongoose';
import { newId } from '../schema/ids.ts';
import { CopyError } from './copy-error.ts';

const { BSON } = mongoose.mongo;

/** What the system keeps there for good; uploads go with their rows, the rest is of this machine. */
const FOLDER = /^(audit|[0-9A-Za-z]{16})$/;
const PATH = /^([0-9A-Za-z]{16}\/[0-9A-Za-z]{16}\/[0-9A-Za-z]{16}\.json|audit\/[0-9A-Za-z]{16}\.heads)$/;

/** Each file that is there, in BSON. */
export async function* dataFiles(dataDir: string): AsyncGenerator<Uint8Array> {
  for (const path of await pathsIn(dataDir)) {
    const bytes = await read(join(dataDir, path));
    if (bytes !== undefined) yield BSON.serialize({ path, bytes: new BSON.Binary(bytes) });
  }
}

/** Those that are there already, by their paths. */
export async function pathsIn(dataDir: string): Promise<string[]> {
  const paths: string[] = [];
  for (const { name } of (await entriesOf(dataDir, false)).filter((entry) => FOLDER.test(entry.name))) {
    for (const entry of await entriesOf(join(dataDir, name), true)) {
      const path = relative(dataDir, join(entry.parentPath, entry.name));
      if (entry.isFile() && PATH.test(path)) paths.push(path);
    }
  }
  return paths.sort();
}

/** Brings one back, whole or not at all. Throws CopyError for a path that is none of ours. */
export async function writeDataFile(dataDir: string, document: Uint8Array): Promise<void> {
  const { path, bytes } = BSON.deserialize(document, { promoteBuffers: true });
  if (typeof path !== 'string' || !PATH.test(path) || !(bytes instanceof Uint8Array))
    throw new CopyError('BACKUP_BROKEN', `the backup has a file that is none of ours: ${JSON.stringify(path)}`);
  const to = join(dataDir, path);
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const part = `${to}.${newId()}`;
  const file = await open(part, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, to);
}

async function entriesOf(folder: string, recursive: boolean) {
  try {
    return await readdir(folder, { withFileTypes: true, recursive });
  } catch (error) {
    if (isMissing(error)) return []; // nothing was written here yet
    throw error;
  }
}

async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined; // one that a worker has just put another in the place of, or an erasing took
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
