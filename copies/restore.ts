// Brings a backup back into an empty system. Everything is looked at before anything is written: the seal of the
// manifest, length and hash of every file, and that nothing is in the way. Until all of it is there no process serves
// from the store, and a restore that broke off goes on when it is called again with the same backup. Called by
// operations.ts.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { openRedis, queuePrefix } from '../redis-connection.ts';
import { QUEUES } from '../schema/jobs.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import { WRITING_ORDER } from '../store/copying.ts';
import { pathOfFile } from '../store/stored-file.ts';
import { type CopySystem, DATA_FILE, fileOf, PIECES_FILE, type Told } from './backup.ts';
import { CopyError } from './copy-error.ts';
import { pathsIn, writeDataFile } from './data-files.ts';
import { measureFile, readDocuments } from './document-file.ts';
import { type CopiedFile, type Manifest, readManifest, requireSealed } from './manifest.ts';
import { writePiece } from './upload-pieces.ts';

const AT_ONCE = 1_000;
const AT_ONCE_BYTES = 8 * 1024 * 1024;
const MANIFEST = 'manifest.json';

export type RestoreSystem = CopySystem & { readonly redisUrl: string };
export type Restored = { readonly manifest: Manifest; readonly wentOn: boolean };

/**
 * Throws CopyError before anything is written, and StoreFault where the store goes away in the middle: then call it
 * again.
 */
export async function restore(system: RestoreSystem, folder: string, tell: Told = () => {}): Promise<Restored> {
  const manifest = await verifyBackup(folder, system.paperKey);
  const { store, blobs, dataDir } = system;
  const begun = await store.copies.restoring();
  await requireEmpty(system, manifest.backupId, begun);
  await store.copies.begin(manifest.backupId);
  await store.ensureIndexes();
  const fileNamed = (name: string) => fileIn(manifest, name);
  for (const name of WRITING_ORDER) {
    await eachBatch(join(folder, fileOf(name)), (documents) => store.copies.write(name, documents));
    tell(fileNamed(fileOf(name)));
  }
  for await (const piece of readDocuments(join(folder, PIECES_FILE))) await writePiece(blobs, piece);
  tell(fileNamed(PIECES_FILE));
  for await (const file of readDocuments(join(folder, DATA_FILE))) await writeDataFile(dataDir, file);
  tell(fileNamed(DATA_FILE));
  await eraseAgain(system, folder);
  await store.copies.end();
  return { manifest, wentOn: begun !== undefined };
}

/** The manifest of a whole and unaltered backup. Throws CopyError that names each file that is not as it was. */
export async function verifyBackup(folder: string, paperKey: Uint8Array): Promise<Manifest> {
  const manifest = await readManifest(folder);
  requireSealed(manifest, paperKey);
  const wanted = [...WRITING_ORDER.map(fileOf), PIECES_FILE, DATA_FILE];
  const problems: string[] = [];
  for (const name of wanted)
    if (!manifest.files.some((file) => file.name === name)) problems.push(`${name} is not named`);
  for (const file of manifest.files) {
    const problem = await fileProblem(folder, file);
    if (problem !== undefined) problems.push(`${file.name} ${problem}`);
  }
  const names = new Set([MANIFEST, ...manifest.files.map(({ name }) => name)]);
  for (const name of await readdir(folder)) if (!names.has(name)) problems.push(`${name} does not belong to it`);
  if (problems.length === 0) return manifest;
  throw new CopyError(
    'BACKUP_BROKEN',
    `the backup in ${folder} is not as it was made:\n  - ${problems.join('\n  - ')}`,
  );
}

async function fileProblem(folder: string, { name, bytes, sha256 }: CopiedFile): Promise<string | undefined> {
  try {
    const found = await measureFile(join(folder, name));
    if (found.bytes !== bytes) return `has ${found.bytes} bytes in place of ${bytes}`;
    return found.sha256 === sha256 ? undefined : 'has other content: its SHA-256 is another';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'is missing' : `cannot be read`;
  }
}

function fileIn({ files }: Manifest, name: string): CopiedFile {
  const found = files.find((file) => file.name === name);
  if (found === undefined) throw new RangeError(`the manifest lacks ${name}`);
  return found;
}

/** What this very restore has written before it broke off is in nobody's way. */
async function requireEmpty(system: RestoreSystem, backupId: string, begun: string | undefined): Promise<void> {
  if (begun !== undefined && begun !== backupId)
    throw new CopyError(
      'IN_THE_WAY',
      `the restore of another backup, ${begun}, broke off here: call it again with that one, or drop the database and begin anew.`,
    );
  const found = begun === backupId ? [] : [...(await storeInTheWay(system)), ...(await filesInTheWay(system))];
  const all = [...found, ...(await redisInTheWay(system))];
  if (all.length === 0) return;
  throw new CopyError(
    'IN_THE_WAY',
    `this system is not empty, and a backup goes into an empty one alone. In the way:\n  - ${all.join('\n  - ')}`,
  );
}

async function storeInTheWay({ store }: RestoreSystem): Promise<string[]> {
  return (await store.copies.inTheWay()).map(({ collection, count }) => `MongoDB: ${count} in ${collection}`);
}

async function filesInTheWay({ dataDir }: RestoreSystem): Promise<string[]> {
  const paths = await pathsIn(dataDir);
  if (paths.length === 0) return [];
  return [`${dataDir}: ${paths.length} files of sheets and audit chains, ${paths[0]} for one; move them away`];
}

/** Live data is built anew; jobs of another system would be written into this one. */
async function redisInTheWay({ redisUrl }: RestoreSystem): Promise<string[]> {
  const redis = openRedis(redisUrl, { maxRetriesPerRequest: 1, retryStrategy: () => null });
  redis.on('error', () => undefined); // what matters rejects the commands below
  try {
    const found: string[] = [];
    const plans = await redis.zcard(redisKeys.livePlans());
    if (plans > 0) found.push(`Redis: live data of ${plans} plans; FLUSHDB on a Redis that is this system's alone`);
    for (const queue of QUEUES) {
      const key = `${queuePrefix(redis)}:${queue}`;
      const jobs = (await redis.llen(`${key}:wait`)) + (await redis.llen(`${key}:active`));
      if (jobs > 0) found.push(`Redis: ${jobs} jobs in the queue ${queue}`);
    }
    return found;
  } catch (cause) {
    throw new CopyError('NOT_POSSIBLE', 'Redis does not answer: the restore looks whether it is empty.', cause);
  } finally {
    redis.disconnect();
  }
}

async function eachBatch(path: string, write: (documents: Uint8Array[]) => Promise<void>): Promise<void> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for await (const document of readDocuments(path)) {
    batch.push(document);
    bytes += document.length;
    if (batch.length < AT_ONCE && bytes < AT_ONCE_BYTES) continue;
    await write(batch);
    batch = [];
    bytes = 0;
  }
  await write(batch);
}

/** Who was erased while the backup ran may be in it by half: a certificate holds in the copy, too. */
async function eraseAgain({ store, dataDir }: RestoreSystem, folder: string): Promise<void> {
  const { BSON } = mongoose.mongo;
  for await (const document of readDocuments(join(folder, fileOf('erasures')))) {
    const { _id, planId } = BSON.deserialize(document);
    await store.uploads.removeOf(_id, planId);
    await store.keptExports.removeOfPlan(planId);
    const file = await store.files.get(`sheet.${_id}`);
    if (file !== null) await rm(pathOfFile({ dataDir }, file), { force: true });
    await store.erasures.remove({ _id, planId });
  }
}
