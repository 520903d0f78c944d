// What an archive is: the files of one finished plan with the hash of each, and one signature over all of it, by the
// key that signs receipts. Whoever has the public key needs nothing else. Written last. Called by archive.ts and
// verify-archive.ts.
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Id } from '../schema/id-shapes.ts';
import { ReceiptKey } from '../schema/signed-receipt.ts';
import { CopyError } from './copy-error.ts';

const FORMAT = 'examhall-archive';
const VERSION = 1;
export const MANIFEST_NAME = 'manifest.json';

/** Relative, of names without a way up. */
const FilePath = z.string().regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)?(\.[a-z]+)?$/);

const ArchivedFile = z.strictObject({
  path: FilePath,
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Lines of a table; missing for anything else. */
  rows: z.int().min(0).optional(),
});
export type ArchivedFile = z.infer<typeof ArchivedFile>;

const Body = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  /** Of the programme that wrote it. */
  by: z.string(),
  planId: Id,
  name: z.string(),
  madeAt: z.int(),
  files: z.array(ArchivedFile),
});
const ArchiveManifest = Body.extend({
  keys: z.array(ReceiptKey).describe('the public keys that signed here: the claim of the archive itself'),
  signature: z.strictObject({ keyId: z.string(), value: z.string() }),
});
export type ArchiveManifest = z.infer<typeof ArchiveManifest>;
type Told = Omit<z.infer<typeof Body>, 'format' | 'version'>;
type Signing = { readonly keys: readonly ReceiptKey[]; readonly keyId: string; sign(text: string): Buffer };

/** The text that is signed: all of it but keys and signature, in the order of the format. */
export function archiveText({ format, version, by, planId, name, madeAt, files }: z.infer<typeof Body>): string {
  const rows = files.map(({ path, bytes, sha256, rows = null }) => [path, bytes, sha256, rows]);
  return `examhall archive 1\n${JSON.stringify([format, version, by, planId, name, madeAt, rows])}`;
}

/** Writes it, synced. */
export async function writeArchiveManifest(folder: string, told: Told, { keys, keyId, sign }: Signing): Promise<void> {
  const body = { format: FORMAT, version: VERSION, ...told } as const;
  const signature = { keyId, value: sign(archiveText(body)).toString('base64url') };
  const manifest: ArchiveManifest = { ...body, keys: [...keys], signature };
  const file = await open(join(folder, MANIFEST_NAME), 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Throws CopyError where there is none, or none that can be read. */
export async function readArchiveManifest(folder: string): Promise<ArchiveManifest> {
  const path = join(folder, MANIFEST_NAME);
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new CopyError(
      'ARCHIVE_BROKEN',
      `${path} cannot be read as JSON: this is no archive, or one that broke off before its end.`,
      cause,
    );
  }
  const { data, error } = ArchiveManifest.safeParse(content);
  if (data !== undefined) return data;
  throw new CopyError('ARCHIVE_BROKEN', `${path} is not the manifest of an archive: ${z.prettifyError(error)}`);
}
