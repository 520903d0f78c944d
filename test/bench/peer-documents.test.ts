// What the peer of bench:answers inserts.
import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { benchAnswer } from '../../bench/documents.ts';
import { peerBatch } from '../../bench/peer-documents.ts';
import { contentHash } from '../../exam/content-hash.ts';
import { newId } from '../../schema/ids.ts';
import { openStore } from '../../store/open-store.ts';
import { rootNumbers } from '../../store/signing.ts';
import { mongodbUrl } from '../support/parts.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';

const { calculateObjectSize } = mongoose.mongo.BSON;
const ANSWERS = 250;

describe('the peer of bench:answers', () => {
  it('inserts what the product inserts: as many documents, with the same fields and of the same size', async () => {
    const url = await mongodbUrl('peer-documents');
    const store = await openStore({ url, paperKey: TEST_PAPER_KEY });
    const connection = mongoose.createConnection(url);
    await connection.asPromise();
    const [planId, examineeIds] = [newId(), [newId(), newId(), newId()]];
    try {
      await store.answers.insert(
        planId,
        Array.from({ length: ANSWERS }, (_, n) => {
          const { examineeId, item, revision, response } = benchAnswer(examineeIds, n);
          return [examineeId, item, revision, response, contentHash(response), Date.now()];
        }),
      );
      const stored = await connection.collection<{ _id: string }>('answers').find().sort({ _id: 1 }).toArray();
      const peer = peerBatch(planId, examineeIds, [0, ANSWERS], rootNumbers()());
      assert.equal(stored.length, ANSWERS + 1);
      assert.deepEqual(peer.map(shapeOf).sort(), stored.map(shapeOf).sort());
    } finally {
      await connection.close();
      await store.close();
    }
  });
});

function shapeOf(document: object): string {
  return `${Object.keys(document).join(', ')}: ${calculateObjectSize(document)} bytes`;
}
