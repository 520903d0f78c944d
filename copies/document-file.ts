// A file of documents: BSON one behind the other, compressed. Written once, synced, and read again as it was: its
// length and hash are of the file as it lies. Must never hold more than a few documents in memory. Called by backup.ts
// and restore.ts.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip } from 'node:zlib';

/** Of the file as it lies; `rawBytes` of what is in it. */
export type Written = {
  readonly documents: number;
  readonly rawBytes: number;
  readonly bytes: number;
  readonly sha256: string;
};

const CHUNK_BYTES = 256 * 1024;
const LENGTH_BYTES = 4;
/** The largest thing that is one document: a piece of an upload with its name. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Writes a new file for the owner's eyes. Throws as node:fs does, also where it is there already. */
export async function writeDocuments(path: string, documents: AsyncIterable<Uint8Array>): Promise<Written> {
  const counted = { documents: 0, rawBytes: 0, bytes: 0 };
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o600);
  try {
    await pipeline(
      inChunks(documents, counted),
      // The processor has an exam to serve: most of what a better level saves is not worth it.
      createGzip({ level: constants.Z_BEST_SPEED }),
      async (packed: AsyncIterable<Buffer>) => {
        for await (const chunk of packed) {
          hash.update(chunk);
          counted.bytes += chunk.length;
          await file.writeFile(chunk);
        }
      },
    );
    await file.sync();
  } finally {
    await file.close();
  }
  return { ...counted, sha256: hash.digest('hex') };
}

async function* inChunks(
  documents: AsyncIterable<Uint8Array>,
  counted: { documents: number; rawBytes: number },
): AsyncGenerator<Buffer> {
  let chunk: Uint8Array[] = [];
  let bytes = 0;
  for await (const document of documents) {
    counted.documents++;
    counted.rawBytes += document.length;
    chunk.push(document);
    bytes += document.length;
    if (bytes < CHUNK_BYTES) continue;
    yield Buffer.concat(chunk);
    chunk = [];
    bytes = 0;
  }
  yield Buffer.concat(chunk);
}

/** Length and hash of a file as it lies. Throws as node:fs does. */
export async function measureFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Its documents in their order. Throws where it is not such a file, or ends in the middle of one. */
export async function* readDocuments(path: string): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0);
  const unpacked = createGunzip();
  const reading = pipeline(createReadStream(path), unpacked);
  reading.catch(() => undefined); // the same error comes out of the loop below
  for await (const chunk of unpacked as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (let end = endOf(rest, at); end !== undefined; end = endOf(rest, at)) {
      yield rest.subarray(at, end);
      at = end;
    }
    rest = rest.subarray(at);
  }
  await reading;
  if (rest.length > 0) throw new Error(`${path} ends in the middle of a document`);
}

/** Where the document that begins here ends; undefined where not all of it is there yet. */
function endOf(bytes: Buffer, at: number): number | undefined {
  if (bytes.length < at + LENGTH_BYTES) return undefined;
  const length = bytes.readInt32LE(at);
  if (length <= LENGTH_BYTES || length > MOST_BYTES) throw new Error('this is no file of documents');
  return bytes.length < at + length ? undefined : at + length;
}
