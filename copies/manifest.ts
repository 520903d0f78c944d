// What a backup is: its manifest, written last, so that a folder without one is a backup that broke off. Sealed under
// the key from the environment: it says whether that key is the one of before, and whether anybody has altered the
// copy. Called by backup.ts, restore.ts and the operator's check.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Id } from '../schema/id-shapes.ts';
import { CopyError } from './copy-error.ts';

const FORMAT = 'examhall-backup';
/** Of the documents and files in it; a version of the programme that changes their form counts on. */
export const FORM = 1;
const NAME = 'manifest.json';

const Hex = z.string().regex(/^[0-9a-f]{64}$/);
const CopiedFile = z.strictObject({
  name: z.string().regex(/^[a-zA-Z]+\.bson\.gz$/),
  documents: z.int().min(0),
  rawBytes: z.int().min(0),
  bytes: z.int().min(0),
  sha256: Hex,
});
export type CopiedFile = z.infer<typeof CopiedFile>;

const Body = z.strictObject({
  format: z.literal(FORMAT),
  form: z.int().min(1),
  /** Of the programme that wrote it. */
  version: z.string(),
  backupId: Id,
  /** Epoch ms of the store's clock: what was acknowledged before it is in the copy. */
  begunAt: z.int(),
  endedAt: z.int(),
  /** Uploads that were removed while they were copied: their rows came along as removed. */
  removedMeanwhile: z.int().min(0),
  files: z.array(CopiedFile),
  keyCheck: Hex,
});
const Manifest = Body.extend({ seal: Hex });
export type Manifest = z.infer<typeof Manifest>;
type Told = Omit<z.infer<typeof Body>, 'format' | 'form' | 'keyCheck'>;

/** Writes it, whole or not at all, and synced. */
export async function writeManifest(folder: string, paperKey: Uint8Array, told: Told): Promise<Manifest> {
  const key = keyFrom(paperKey);
  const body = { format: FORMAT, form: FORM, ...told, keyCheck: keyed(key, told.backupId) } as const;
  const manifest: Manifest = { ...body, seal: sealOf(key, body) };
  const file = await open(join(folder, `${NAME}.part`), 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(join(folder, `${NAME}.part`), join(folder, NAME));
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  return manifest;
}

/** The manifest of this folder. Throws CopyError where there is none, or none that can be read. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, NAME);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new CopyError(
      'BACKUP_BROKEN',
      `${path} cannot be read: this is no backup, or one that broke off before its end.`,
      cause,
    );
  }
  const { data, error } = Manifest.safeParse(parsed(text));
  if (data === undefined)
    throw new CopyError('BACKUP_BROKEN', `${path} is not the manifest of a backup: ${z.prettifyError(error)}`);
  return data;
}

/**
 * Throws CopyError where this environment's key is another, where the manifest was altered, or where its form is
 * another.
 */
export function requireSealed({ seal, ...body }: Manifest, paperKey: Uint8Array): void {
  const key = keyFrom(paperKey);
  if (!isSame(body.keyCheck, keyed(key, body.backupId)))
    throw new CopyError(
      'BACKUP_KEY',
      'EXAMHALL_PAPER_KEY (or EXAMHALL_SECRET, from which it follows where it is not set) is not the one of the backup: no paper, no upload and no receipt key in it would open.',
    );
  if (!isSame(seal, sealOf(key, body)))
    throw new CopyError('BACKUP_BROKEN', `${NAME} was altered after the backup was made: its seal does not fit.`);
  if (body.form !== FORM)
    throw new CopyError(
      'BACKUP_FORM',
      `the backup has form ${body.form}, and this version reads form ${FORM}: restore it with version ${body.version}, then update.`,
    );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said as "not a manifest"
  }
}

function keyFrom(paperKey: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', paperKey, 'examhall', 'backup', 32));
}

function sealOf(key: Buffer, body: z.infer<typeof Body>): string {
  return keyed(key, JSON.stringify(Body.parse(body)));
}

function keyed(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'));
}
