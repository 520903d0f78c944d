// A folder for sockets whose path is short enough: a socket's path must stay under 100 bytes, symbolic links included.
// Called by engine.ts.

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const LONGEST_FOLDER = 48;

/** `folder`/s where that is short, else /tmp/examhall-<hash of folder>: the same for the same folder, and for this user alone. */
export async function shortFolder(folder: string): Promise<string> {
  const near = join(resolve(folder), 's');
  const hash = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 12);
  const sockets = Buffer.byteLength(near) <= LONGEST_FOLDER ? near : join('/tmp', `examhall-${hash}`);
  await mkdir(sockets, { recursive: true, mode: 0o700 });
  return sockets;
}
