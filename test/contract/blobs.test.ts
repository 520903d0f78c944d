// The contract of the places where uploads lie: the folder, and a bucket of an S3-compatible store, by the same tests.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bringObjectStore } from '../../bin/launcher/object-store.ts';
import { fileProblem } from '../../operations.ts';
import { newId } from '../../schema/ids.ts';
import { BlobMissing, type BlobStore, newPieceName, tryBlobs } from '../../store/blobs.ts';
import { BucketError } from '../../store/bucket-blobs.ts';
import { openBlobs } from '../../store/open-blobs.ts';
import { testBucket } from '../support/object-store.ts';
import { onCleanup, testFolder } from '../support/parts.ts';

type Place = { readonly name: string; open(context: Mocha.Context): Promise<BlobStore> };

const PLACES: readonly Place[] = [
  { name: 'a folder', open: async () => openBlobs({ dataDir: await testFolder(), bucket: undefined }) },
  {
    name: 'a bucket',
    async open(context) {
      context.timeout(180_000); // the first time it is brought
      await bringObjectStore();
      const bucket = await testBucket();
      if (!('missing' in bucket))
        return openBlobs({ dataDir: '-', bucket: { ...bucket, url: `${bucket.url}/some/prefix` } });
      console.log(`      skipped: ${bucket.missing}`);
      return context.skip();
    },
  },
];

for (const place of PLACES)
  describe(`contract of blobs in ${place.name}`, () => {
    let blobs: BlobStore;
    before(async function () {
      blobs = await place.open(this);
    });

    async function read(id: string, piece: string, start: number, end: number): Promise<Buffer> {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await blobs.read(id, piece, { start, end })) chunks.push(chunk);
      return Buffer.concat(chunks);
    }
    async function put(bytes: Uint8Array, id = newId()): Promise<{ id: string; piece: string }> {
      const piece = newPieceName(0);
      await blobs.put(id, piece, bytes);
      return { id, piece };
    }

    it('gives back what was put, whole and in ranges', async () => {
      const bytes = randomBytes(1_000_000);
      const { id, piece } = await put(bytes);
      assert.deepEqual(await read(id, piece, 0, 999_999), bytes);
      assert.deepEqual(await read(id, piece, 17, 500_000), bytes.subarray(17, 500_001));
      assert.deepEqual(await read(id, piece, 999_999, 999_999), bytes.subarray(999_999));
    });

    it('says what is there, and what is not', async () => {
      const { id, piece } = await put(Buffer.of(1));
      assert.equal(await blobs.has(id, piece), true);
      for (const [otherId, otherPiece] of [
        [id, newPieceName(0)],
        [newId(), piece],
      ] as const) {
        assert.equal(await blobs.has(otherId, otherPiece), false);
        await assert.rejects(read(otherId, otherPiece, 0, 0), BlobMissing);
      }
    });

    it('removes one piece, or all that is there of a file and nothing of another, as often as it is asked', async () => {
      const first = await put(randomBytes(10));
      const second = await put(randomBytes(10), first.id);
      const others = await put(randomBytes(10));
      for (let again = 0; again < 2; again++) await blobs.remove(first.id, first.piece);
      assert.deepEqual(
        [await blobs.has(first.id, first.piece), await blobs.has(first.id, second.piece)],
        [false, true],
      );
      for (let n = 0; n < 30; n++) await put(Buffer.of(n), first.id);
      for (let again = 0; again < 2; again++) await blobs.remove(first.id);
      assert.equal(await blobs.has(first.id, second.piece), false);
      assert.equal(await blobs.has(others.id, others.piece), true);
    });

    it('lets a reader stop in the middle', async () => {
      const { id, piece } = await put(randomBytes(5_000_000));
      for await (const chunk of await blobs.read(id, piece, { start: 0, end: 4_999_999 })) {
        assert.ok(chunk.length > 0);
        break;
      }
      assert.equal((await read(id, piece, 0, 9)).length, 10);
    });

    it('takes no name that is not one of ours', async () => {
      for (const [id, piece] of [
        ['../../../../etc', newPieceName(0)],
        [newId(), '../passwd'],
        [newId(), ''],
      ] as const)
        await assert.rejects(async () => blobs.put(id, piece, Buffer.of(1)), RangeError);
    });

    it('is found usable by who looks', () => tryBlobs(blobs));
  });

describe('a bucket that is none', () => {
  it('is told from one without the bytes, and neither secret nor key is in what is told', async () => {
    const secret = 'a secret that is nobody’s';
    const bucket = { url: 'http://127.0.0.1:1/none', region: 'x', keyId: 'key-id', secret };
    const blobs = openBlobs({ dataDir: '-', bucket });
    await assert.rejects(tryBlobs(blobs), (error) => {
      assert.ok(error instanceof BucketError);
      assert.ok(!JSON.stringify([error, String(error.cause)]).includes(secret));
      return true;
    });
  });

  /** One that answers so to every request. */
  async function bucketThat(answer: (method: string, response: ServerResponse) => void): Promise<BlobStore> {
    const server = createServer(({ method = '' }, response) => answer(method, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onCleanup(async () => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const bucket = { url: `http://127.0.0.1:${port}/files`, region: 'x', keyId: 'key-id', secret: 'nobody’s' };
    return openBlobs({ dataDir: '-', bucket });
  }

  it('keeps a start from going on where it refuses, which says which bucket and what it said', async () => {
    const error = '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';
    const blobs = await bucketThat((_, response) => response.writeHead(403).end(error));
    const said =
      /^uploaded files cannot be kept in http:\S+\/files: the bucket answers 403 to PUT AccessDenied Access Denied$/;
    assert.match((await fileProblem(blobs)) ?? '', said);
  });

  it('is not asked for ever where it goes on listing what it has removed', async () => {
    let listings = 0;
    const blobs = await bucketThat((method, response) => {
      if (method !== 'GET') return response.writeHead(204).end();
      listings++;
      return response.end('<ListBucketResult><Key>uploads/a/b</Key></ListBucketResult>');
    });
    await assert.rejects(blobs.remove(newId()), /goes on listing what was removed/);
    assert.ok(listings > 1 && listings < 1_000);
  });
});
