// Blobs in a bucket of an S3-compatible store, an object for each piece. Needs of it what every such store has: PUT, GET with
// a range, HEAD, DELETE, and a listing by prefix for removals alone. Must never put its secret or an object's bytes into an
// error. Called by open-blobs.ts.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { AwsClient } from 'aws4fetch';
import { BlobMissing, type BlobStore, pathOfBlob } from './blobs.ts';

/** `url` is the bucket's by its path, with a prefix in it where there is one: `https://host/bucket/prefix`. */
export type Bucket = {
  readonly url: string;
  readonly region: string;
  readonly keyId: string;
  readonly secret: string;
};

const TRIES = 3;
const FIRST_PAUSE_MS = 100;
/** Until the head of an answer is there; the bytes of a download may take as long as its reader. */
const ANSWER_MS = 30_000;
const REMOVED_AT_ONCE = 8;
/** A file's pieces and what no row names are in a few; a store that lists on what it has removed is not asked for ever. */
const MOST_LISTINGS = 50;

type Asked = { method: 'GET' | 'PUT' | 'HEAD' | 'DELETE'; headers?: Record<string, string>; body?: Uint8Array };

/** Blobs in this bucket. Calls reject with a BucketError where it does not do what it is asked. */
export function bucketBlobs({ url, region, keyId, secret }: Bucket): BlobStore {
  const base = url.replace(/\/+$/, '');
  const [, bucketUrl = '', prefix = ''] = /^(\w+:\/\/[^/]+\/[^/]+)\/?(.*)$/.exec(base) ?? [];
  const client = new AwsClient({
    accessKeyId: keyId,
    secretAccessKey: secret,
    region,
    service: 's3',
    retries: TRIES - 1,
    initRetryMs: FIRST_PAUSE_MS,
  });
  const keyOf = (id: string, piece?: string) => `${prefix === '' ? '' : `${prefix}/`}${pathOfBlob(id, piece)}`;

  /** The answer, whatever its status. The time runs out for its head alone. */
  async function ask(key: string, asked: Asked, search = ''): Promise<Response> {
    const tooLate = new AbortController();
    const timer = setTimeout(() => tooLate.abort(), ANSWER_MS);
    try {
      return await client.fetch(`${bucketUrl}${key === '' ? '' : `/${key}`}${search}`, {
        ...asked,
        body: asked.body === undefined ? null : Buffer.from(asked.body),
        signal: tooLate.signal,
      });
    } catch (cause) {
      throw new BucketError(`the bucket does not answer to ${asked.method}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  async function removeAll(id: string): Promise<void> {
    for (let listings = 0; listings < MOST_LISTINGS; listings++) {
      const search = `?list-type=2&prefix=${encodeURIComponent(`${keyOf(id)}/`)}`;
      const answer = await ask('', { method: 'GET' }, search);
      if (!answer.ok) throw await refused('LIST', answer);
      const keys = [...(await answer.text()).matchAll(/<Key>([^<&]+)<\/Key>/g)].map(([, key = '']) => key);
      if (keys.length === 0) return;
      for (let at = 0; at < keys.length; at += REMOVED_AT_ONCE)
        await Promise.all(keys.slice(at, at + REMOVED_AT_ONCE).map(removeOne));
    }
    throw new BucketError('the bucket goes on listing what was removed');
  }

  async function removeOne(key: string): Promise<void> {
    const answer = await ask(key, { method: 'DELETE' });
    if (!answer.ok && answer.status !== 404) throw await refused('DELETE', answer);
    await answer.body?.cancel();
  }

  return {
    place: base,

    async put(id, piece, bytes) {
      // The store compares it with what came: a piece that was spoilt on its way is refused.
      const headers = {
        'Content-Type': 'application/octet-stream',
        'X-Amz-Content-Sha256': createHash('sha256').update(bytes).digest('hex'),
      };
      const answer = await ask(keyOf(id, piece), { method: 'PUT', headers, body: bytes });
      if (!answer.ok) throw await refused('PUT', answer);
      await answer.body?.cancel();
    },

    async read(id, piece, { start, end }) {
      const answer = await ask(keyOf(id, piece), { method: 'GET', headers: { Range: `bytes=${start}-${end}` } });
      if (answer.status === 404) {
        await answer.body?.cancel();
        throw new BlobMissing();
      }
      if (answer.status !== 206 || !(answer.body instanceof ReadableStream)) throw await refused('GET', answer);
      return Readable.fromWeb(answer.body);
    },

    async has(id, piece) {
      const answer = await ask(keyOf(id, piece), { method: 'HEAD' });
      if (!answer.ok && answer.status !== 404) throw await refused('HEAD', answer);
      return answer.ok;
    },

    remove: (id, piece) => (piece === undefined ? removeAll(id) : removeOne(keyOf(id, piece))),
  };
}

/** Thrown where the bucket is away, or refuses what it was asked. */
export class BucketError extends Error {
  override readonly name = 'BucketError';
}

/** What it said, bounded: its code and message, which name a key and a bucket at most. */
async function refused(what: string, answer: Response): Promise<BucketError> {
  const text = await answer.text();
  const said = [/<Code>([^<]{1,100})/, /<Message>([^<]{1,200})/].map((part) => part.exec(text)?.[1] ?? '');
  return new BucketError(`the bucket answers ${answer.status} to ${what} ${said.join(' ')}`.trim());
}
