// Signed heads outside of the database: a file a plan under the data directory, one line a head, synced to disk. Who
// rewrites the database does not reach them. Must never rewrite a line. Written by the audit worker, read by the check.
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { HeadDocument } from '../schema/documents/audit.ts';
import { Id } from '../schema/id-shapes.ts';

const Line = z.strictObject({
  planId: Id,
  sequence: z.int().min(1),
  hash: z.string(),
  at: z.number(),
  signature: z.string(),
});

/** Heads that were read, and how many lines were none: a machine that lost its power may leave one of them behind. */
export type FiledHeads = { readonly heads: HeadDocument[]; readonly unreadable: number };

/** Where the heads of this plan lie. Throws RangeError for what is no id. */
export function headsPath(dataDir: string, planId: string): string {
  if (!Id.safeParse(planId).success) throw new RangeError('a file of heads needs the id of a plan');
  return join(dataDir, 'audit', `${planId}.heads`);
}

/** Appends a head; when it resolves the line and the file's name are on disk. Throws as node:fs does. */
export async function fileHead(dataDir: string, { _id, ...head }: HeadDocument): Promise<void> {
  const path = headsPath(dataDir, head.planId);
  const folder = join(dataDir, 'audit');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(path, 'a+', 0o600);
  try {
    // A line that a crash cut short is ended first, so that it spoils no other.
    const start = (await endsInLine(file)) ? '' : '\n';
    await file.appendFile(`${start}${JSON.stringify(head)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(folder);
}

type File = Awaited<ReturnType<typeof open>>;

async function endsInLine(file: File): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() === '\n';
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What lies in the plan's file; nothing where this machine has none. Throws where it cannot be read. */
export async function filedHeads(dataDir: string, planId: string): Promise<FiledHeads> {
  const lines = (await textOf(headsPath(dataDir, planId))).split('\n').filter((line) => line !== '');
  const read = lines.map(headIn);
  const heads = read.filter((head) => head !== undefined);
  return { heads, unreadable: read.length - heads.length };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function headIn(line: string): HeadDocument | undefined {
  const { data: head } = Line.safeParse(parsed(line));
  return head && { _id: `${head.planId}.${head.sequence}`, ...head };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // counted as unreadable
  }
}
