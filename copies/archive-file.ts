// The files of an archive: tables of one JSON object a line, and files as they are. Each is hashed as it is written,
// and synced. Must never write what only a running system needs: keys, passwords, codes, tokens. Called by archive.ts.
import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArchivedFile } from './archive-manifest.ts';

const CHUNK_CHARACTERS = 256 * 1024;

/** What opens something, wherever it lies; and what the chain has by now. */
const LEFT_OUT = new Set(['unchained', 'sealedKey', 'sealedItems', 'passwordHash']);
/** What lets a person in. In other rows words like these are other things. */
const OF_PEOPLE = new Set(['code', 'deviceKey', 'entryId', 'registered', 'usedRelease']);

type Row = Readonly<Record<string, unknown>>;

/** Writes a table; that of the roster without what lets people in. */
export async function writeTable(
  folder: string,
  path: string,
  rows: AsyncIterable<Row>,
  whose: 'people' | 'others' = 'others',
): Promise<ArchivedFile> {
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    let chunk = '';
    for await (const row of rows) {
      count++;
      chunk += `${JSON.stringify(whose === 'people' ? closed(row) : row, withoutSecrets)}\n`;
      if (chunk.length < CHUNK_CHARACTERS) continue;
      yield chunk;
      chunk = '';
    }
    yield chunk;
  }
  const written = await writeArchived(folder, path, lines());
  return { ...written, rows: count };
}

/** Writes bytes or text as they come. */
export async function writeArchived(
  folder: string,
  path: string,
  chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
): Promise<ArchivedFile> {
  await mkdir(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
  const file = await open(join(folder, path), 'wx', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      const piece = Buffer.from(chunk);
      hash.update(piece);
      bytes += piece.length;
      await file.writeFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { path, bytes, sha256: hash.digest('hex') };
}

function closed(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !OF_PEOPLE.has(name)));
}

/** Dates and the driver's bytes are texts by now, bytes of others come as base64url. */
function withoutSecrets(name: string, value: unknown): unknown {
  if (LEFT_OUT.has(name)) return undefined;
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : value;
}
